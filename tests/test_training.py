"""The training loop: results, pause and continue, steering, divergence, and the same curve on both backends."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from mnist_core.checkpoint import Checkpoint
from mnist_core.configuration import TrainingConfig
from mnist_core.data.dataset import Dataset, Split
from mnist_core.errors import ConfigurationError
from mnist_core.results import BatchResult, EpochResult, EvaluationProgress
from mnist_core.training import Trainer, train


def blobs(count: int, seed: int) -> Split:
    """Pictures with a bright square whose place tells the digit, and noise: quick to learn."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count).astype(np.uint8)
    images = rng.integers(0, 60, (count, 28, 28))
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 4)
        image[2 + 8 * row : 8 + 8 * row, 1 + 7 * column : 6 + 7 * column] += 150
    return Split(images.astype(np.uint8), labels)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return Dataset("blobs", "made for tests", blobs(610, 1), blobs(200, 2))


def config(**settings: Any) -> TrainingConfig:
    return TrainingConfig(**({"epochs": 2, "batch_size": 64} | settings))


@pytest.mark.parametrize("architecture", ["sigmoid", "softmax", "mlp", "cnn"])
@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
def test_every_network_learns_easy_pictures(dataset: Dataset, architecture: str, backend: str) -> None:
    settings = config(
        architecture=architecture, backend=backend, optimizer="adam", learning_rate=0.005, epochs=3
    )
    results = list(train(settings, dataset))
    assert [result.epoch for result in results] == [1, 2, 3]
    assert results[-1].test_accuracy > 0.9
    assert results[-1].train_loss < results[0].train_loss


def finish(trainer: Trainer) -> np.ndarray[Any, Any]:
    for _ in trainer.events():
        pass
    return trainer.model.parameter_vector


@pytest.mark.parametrize(
    ("backend", "optimizer", "augmentation"),
    [
        *product(["numpy"], ["sgd", "momentum", "adam"], ["none", "affine"]),
        ("tensorflow", "adam", "affine"),
    ],
)
def test_a_run_paused_saved_and_continued_is_bit_identical(
    dataset: Dataset, backend: str, optimizer: str, augmentation: str
) -> None:
    settings = config(
        backend=backend,
        architecture="mlp",
        optimizer=optimizer,
        learning_rate=0.01,
        augmentation=augmentation,
        schedule="cosine",
    )
    uninterrupted = Trainer(settings, dataset)
    expected = finish(uninterrupted)
    trainer = Trainer(settings, dataset)
    for _ in range(5):
        list(trainer.events(max_batches=3))
        saved = trainer.checkpoint().to_bytes()
        trainer = Trainer(settings, dataset, checkpoint=Checkpoint.from_bytes(saved))
    assert np.array_equal(finish(trainer), expected)
    assert [r.train_loss for r in trainer.history] == [r.train_loss for r in uninterrupted.history]


def test_after_a_divergence_adam_begins_with_a_step_as_long_as_the_learning_rate(dataset: Dataset) -> None:
    settings = config(architecture="softmax", optimizer="adam", learning_rate=0.001, epochs=9)
    trainer = Trainer(settings, dataset)
    while trainer.epoch < 3:
        next(trainer.events())
    trainer.learning_rate = 1e38
    list(trainer.events())
    assert trainer.diverged_at == 4
    kept = Checkpoint.from_bytes(trainer.checkpoint().to_bytes())
    again = Trainer(settings, dataset, checkpoint=replace(kept, diverged_at=None, batch=0))
    again.learning_rate = 0.001
    before = again.model.parameter_vector
    list(again.events(max_batches=1))
    assert np.abs(again.model.parameter_vector - before).max() == pytest.approx(0.001, rel=0.01)


def test_events_report_every_batch_once(dataset: Dataset) -> None:
    trainer = Trainer(config(), dataset)
    events = list(trainer.events(chunk_seconds=0.001))
    batches = [event for event in events if isinstance(event, BatchResult)]
    assert sum(len(event.losses) for event in batches) == 2 * trainer.batches
    assert [event.epoch for event in events if isinstance(event, EpochResult)] == [1, 2]
    assert trainer.finished


def test_a_generator_dropped_between_batches_and_evaluation_loses_nothing(dataset: Dataset) -> None:
    trainer = Trainer(config(), dataset)
    for event in trainer.events(chunk_seconds=10):
        if isinstance(event, BatchResult) and event.batch == event.batches:
            break
    assert isinstance(next(trainer.events(chunk_seconds=10)), EpochResult)


def test_an_evaluation_goes_on_from_where_it_was_interrupted(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = next(train(config(), dataset))
    monkeypatch.setattr("mnist_core.evaluation.PIECE", 200)
    trainer, told = Trainer(config(), dataset), []
    while trainer.epoch == 0:
        told.append(next(trainer.events(chunk_seconds=0)))
    progress = [event for event in told if isinstance(event, EvaluationProgress)]
    assert progress == [EvaluationProgress(1, done, 810) for done in (200, 400, 600, 610, 810)]
    result = replace(trainer.history[0], seconds=whole.seconds, images_per_second=whole.images_per_second)
    assert result.to_dict() == pytest.approx(whole.to_dict())


def test_learning_rate_and_epochs_can_change_on_the_way(dataset: Dataset) -> None:
    trainer, unchanged = Trainer(config(), dataset), Trainer(config(), dataset)
    for each in (trainer, unchanged):
        list(each.events(max_batches=2))
    trainer.learning_rate = 0.001
    assert not np.array_equal(finish(trainer), finish(unchanged))
    trainer.epochs = 3
    assert [event.epoch for event in trainer.events() if isinstance(event, EpochResult)] == [3]


@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
def test_a_loss_that_is_no_number_ends_the_run_with_the_last_good_parameters(
    dataset: Dataset, backend: str
) -> None:
    settings = config(backend=backend, architecture="mlp", learning_rate=0.05, epochs=5)
    trainer = Trainer(settings, dataset)
    events = trainer.events()
    while not isinstance(next(events), EpochResult):
        pass
    good = trainer.model.parameter_vector
    trainer.learning_rate = 1e30
    list(events)
    assert trainer.diverged_at == 2
    assert trainer.finished
    assert np.array_equal(trainer.model.parameter_vector, good)


def test_a_divergence_seen_only_in_the_test_leaves_the_confusions_of_the_last_good_epoch(
    dataset: Dataset,
) -> None:
    trainer = Trainer(config(architecture="softmax", batch_size="full", epochs=9), dataset)
    while trainer.epoch < 2:
        next(trainer.events())
    good = trainer.confusion
    trainer.learning_rate = 1e39  # the loss before this step is a number, the one after it is not
    list(trainer.events())
    assert trainer.diverged_at == 3
    assert np.array_equal(trainer.confusion, good)


def test_training_stops_above_the_accuracy_asked_for(dataset: Dataset) -> None:
    results = list(train(config(epochs=50, stop_at_accuracy=0.8), dataset))
    assert results[-1].train_accuracy > 0.8
    assert all(result.train_accuracy <= 0.8 for result in results[:-1])


def test_the_initial_state_is_epoch_zero_wherever_the_run_is(dataset: Dataset) -> None:
    trainer = Trainer(config(), dataset)
    before = replace(trainer.initial)
    finish(trainer)
    again = Trainer(config(), dataset, checkpoint=trainer.checkpoint())
    assert again.initial == before
    assert np.array_equal(again.confusion, trainer.confusion)  # that of now, not of the beginning
    assert before.epoch == 0


def test_a_batch_larger_than_the_data_is_refused_before_any_work(dataset: Dataset) -> None:
    with pytest.raises(
        ConfigurationError, match=r"at most the number of training images, 610\. Received: 611"
    ):
        Trainer(config(batch_size=611), dataset)


def test_experiments_spoil_the_training_data_only(dataset: Dataset) -> None:
    trainer = Trainer(config(missing_digit=3, training_images=300), dataset)
    list(trainer.events())
    assert trainer.batches == 5
    shuffled = list(train(config(shuffled_labels=True, epochs=1), dataset))
    assert shuffled[-1].test_accuracy < 0.5
