"""A model goes on with a few drawings: it learns them, and keeps what it knew."""

from __future__ import annotations

import numpy as np
import pytest

from mnist_core.checkpoint import Checkpoint
from mnist_core.configuration import TrainingConfig
from mnist_core.data.dataset import Dataset, Split
from mnist_core.data.strokes import generate_digits
from mnist_core.evaluation import evaluate
from mnist_core.relearning import EXTRA_SHARE, mix_extra, relearning_checkpoint, relearning_config
from mnist_core.training import Trainer


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    made = generate_digits(1_200, seed=4)
    return Dataset(
        "strokes",
        "a test",
        Split(made.images[:1_000], made.labels[:1_000]),
        Split(made.images[1_000:], made.labels[1_000:]),
    )


@pytest.fixture(scope="module")
def trainer(dataset: Dataset) -> Trainer:
    config = TrainingConfig(
        architecture="mlp", epochs=6, optimizer="adam", learning_rate=0.002, batch_size=50
    )
    trainer = Trainer(config, dataset)
    list(trainer.events())
    return trainer


@pytest.fixture
def sevens_called_one(dataset: Dataset) -> Split:
    """Drawings the model must get wrong: mirrored sevens, which this visitor insists are ones."""
    sevens = dataset.test.images[dataset.test.labels == 7][:6]
    return Split(np.ascontiguousarray(sevens[:, :, ::-1]), np.full(len(sevens), 1, np.uint8))


def test_it_learns_the_drawings_and_keeps_the_rest(
    trainer: Trainer, dataset: Dataset, sevens_called_one: Split
) -> None:
    model = trainer.model.with_temperature(1.5)
    config = relearning_config(model, available=len(dataset.train))
    again = Trainer(config, dataset, checkpoint=relearning_checkpoint(model, sevens_called_one, config))
    before = again.initial
    assert before.test_accuracy == evaluate(model, dataset.test).accuracy
    list(again.events())
    assert evaluate(again.model, sevens_called_one).accuracy > evaluate(model, sevens_called_one).accuracy
    assert again.history[-1].test_accuracy > before.test_accuracy - 0.06
    assert again.model.temperature == 1.5


def test_a_checkpoint_on_the_way_keeps_the_drawings(
    trainer: Trainer, dataset: Dataset, sevens_called_one: Split
) -> None:
    config = relearning_config(trainer.model, available=len(dataset.train))
    start = relearning_checkpoint(trainer.model, sevens_called_one, config)
    whole = Trainer(config, dataset, checkpoint=start)
    list(whole.events())
    first = Trainer(config, dataset, checkpoint=Checkpoint.from_bytes(start.to_bytes()))
    list(first.events(max_batches=7))
    second = Trainer(config, dataset, checkpoint=Checkpoint.from_bytes(first.checkpoint().to_bytes()))
    list(second.events())
    np.testing.assert_array_equal(whole.model.parameter_vector, second.model.parameter_vector)


@pytest.mark.parametrize("count", [1, 6, 100])
def test_drawings_are_a_quarter_of_what_is_shown_once_there_are_enough(dataset: Dataset, count: int) -> None:
    extra = dataset.test
    mixed = mix_extra(dataset.train, extra.images[:count], extra.labels[:count])
    share = 1 - len(dataset.train) / len(mixed)
    assert share <= EXTRA_SHARE + 1e-9
    assert count == 1 or share > 0.15
