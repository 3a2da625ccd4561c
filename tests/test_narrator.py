"""The narrator says what a history shows, and nothing it does not show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from mnist_core import Dataset, EpochResult, Split, Trainer, TrainingConfig
from mnist_core.evaluation import count_dead_units
from mnist_core.narrator import narrate
from mnist_core.remarks import Facts, Remark

CONFIG = TrainingConfig(architecture="mlp", learning_rate=0.1)


def history(
    train_loss: Sequence[float],
    test_loss: Sequence[float] | None = None,
    train_accuracy: Sequence[float] | float = 0.9,
    test_accuracy: Sequence[float] | float = 0.9,
) -> list[EpochResult]:
    count = len(train_loss)
    test_loss = train_loss if test_loss is None else test_loss
    own, new = (np.broadcast_to(values, count) for values in (train_accuracy, test_accuracy))
    return [
        EpochResult(k + 1, train_loss[k], float(own[k]), test_loss[k], float(new[k]), 1.0, 1000.0)
        for k in range(count)
    ]


def kinds(facts: Facts) -> list[str]:
    return [remark.kind for remark in narrate(facts)]


def falling(count: int, low: float = 0.1) -> list[float]:
    return [low + 2 * 0.7**k for k in range(count)]


@pytest.mark.parametrize("count", [1, 2, 5, 20, 60])
def test_a_run_that_goes_well_gives_no_warning(count: int) -> None:
    assert all(
        remark.good for remark in narrate(Facts(config=CONFIG, history=history(falling(min(count, 12)))))
    )


def test_a_loss_that_is_no_number_is_called_diverging_and_a_smaller_rate_is_advised() -> None:
    (remark, *_) = narrate(Facts(config=CONFIG, diverged_at=3))
    assert remark.kind == "diverging"
    assert remark.template.format(**remark.values).startswith("In epoch 3")
    assert "0.01 instead of 0.1" in remark.advice.format(**remark.values)


def test_a_growing_loss_is_called_diverging() -> None:
    assert kinds(Facts(config=CONFIG, history=history([2.3, 4, 9, 30]))) == ["diverging"]


def test_the_posts_tensorflow_loss_is_called_oscillating() -> None:
    losses = 60 + 15 * np.random.default_rng(0).standard_normal(200)
    losses[::17] = 220
    wavering = (0.9 - losses / 3000).tolist()
    assert kinds(Facts(config=CONFIG, history=history(losses.tolist(), train_accuracy=wavering))) == [
        "oscillating"
    ]
    still = history(losses.tolist(), train_accuracy=1.0)
    assert "oscillating" not in kinds(Facts(config=CONFIG, history=still)), "no answer changes with it"


def test_spikes_that_take_some_epochs_to_fade_are_called_oscillating() -> None:
    """As those of the post's TensorFlow recipe, run as posted: few turns, each over some epochs."""
    losses = [60 + 140 * 0.5 ** (epoch % 7) for epoch in range(240)]
    wavering = [0.9 - loss / 2000 for loss in losses]
    assert kinds(Facts(config=CONFIG, history=history(losses, train_accuracy=wavering))) == ["oscillating"]


def test_small_noise_is_not_called_oscillating() -> None:
    losses = 0.3 + 0.002 * np.random.default_rng(0).standard_normal(60)
    assert "oscillating" not in kinds(Facts(config=CONFIG, history=history(losses.tolist())))


def test_a_flat_loss_is_called_a_plateau() -> None:
    facts = Facts(config=CONFIG, history=history([*falling(8, 0.3), *[0.3] * 12]))
    assert kinds(facts) == ["plateau"]


def test_a_test_loss_that_turns_up_is_called_overfitting() -> None:
    train, test = [1, 0.5, 0.3, 0.2, 0.1, 0.05], [1, 0.6, 0.5, 0.55, 0.6, 0.7]
    (remark, *_) = narrate(Facts(config=CONFIG, history=history(train, test)))
    assert remark.kind == "overfitting"
    assert remark.values["epoch"] == 3


@pytest.mark.parametrize(
    ("accuracy_then", "advice"), [(0.95, "Stop near epoch"), (0.85, "surer where it errs")]
)
def test_to_stop_early_is_advised_only_where_more_was_read_right_then(
    accuracy_then: float, advice: str
) -> None:
    train, test = [1, 0.5, 0.3, 0.2, 0.1, 0.05], [1, 0.6, 0.5, 0.55, 0.6, 0.7]
    accuracy = [0.8, 0.8, accuracy_then, 0.9, 0.9, 0.9]
    (remark, *_) = narrate(Facts(config=CONFIG, history=history(train, test, test_accuracy=accuracy)))
    assert advice in remark.advice


def test_a_rate_too_small_to_learn_is_called_that_and_no_plateau() -> None:
    config = TrainingConfig(architecture="softmax", learning_rate=0.0001)
    slow = history([2.41] * 9, [2.3, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0, 3.1, 3.2], train_accuracy=0.09)
    (remark,) = narrate(Facts(config=config, history=slow))
    assert "0.001 instead of 0.0001" in remark.advice.format(**remark.values)


def test_a_large_loss_is_told_in_whole_numbers() -> None:
    (remark,) = narrate(Facts(config=CONFIG, history=history([192, 5e5, 1.25e6])))
    assert "was 192 and is 1,250,000 now" in remark.template.format(**remark.values)


@pytest.mark.parametrize("spoiled", [{"missing_digit": 7}, {"shuffled_labels": True}], ids=str)
def test_a_test_of_what_was_never_taught_is_not_called_overfitting(spoiled: dict[str, Any]) -> None:
    config = TrainingConfig(architecture="mlp", **spoiled)
    test = history([1, 0.5, 0.3, 0.2, 0.1], [1.4, 1.5, 1.6, 1.7, 1.8])
    assert not any(remark.kind == "overfitting" for remark in narrate(Facts(config=config, history=test)))


def test_a_digit_that_was_kept_from_it_is_not_called_learning_by_heart() -> None:
    results = history([1, 0.1], train_accuracy=[0.9, 0.99], test_accuracy=[0.8, 0.88])
    config = TrainingConfig(architecture="mlp", missing_digit=7)
    assert kinds(Facts(config=config, history=results)) == []
    assert kinds(Facts(config=CONFIG, history=results)) == ["memorizing"]


def test_knowing_only_its_own_pictures_is_called_memorizing() -> None:
    facts = Facts(
        config=CONFIG, history=history([1, 0.1], [1, 1], train_accuracy=[0.5, 1.0], test_accuracy=[0.5, 0.7])
    )
    assert kinds(facts) == ["memorizing"]


def test_guessing_is_called_guessing_and_zero_weights_are_blamed_where_they_are() -> None:
    config = TrainingConfig(architecture="mlp", initialization="zeros")
    (remark,) = narrate(Facts(config=config, history=history([2.3, 2.3, 2.3], train_accuracy=0.11)))
    assert remark.kind == "guessing"
    assert "zero" in remark.advice


def test_raw_pixels_are_blamed_for_a_guess_and_silent_digits_are_no_news_then() -> None:
    config = TrainingConfig(architecture="mlp", pixel_range="raw")
    confusion = np.zeros((10, 10), int)
    confusion[:, 1], confusion[3, 4] = 100, 2
    facts = Facts(config=config, history=history([2.3] * 3, train_accuracy=0.11), confusion=confusion)
    first, *others = narrate(facts)
    assert first.kind == "guessing"
    assert "Scale them" in first.advice
    assert all(remark.kind != "silent class" for remark in others)


def test_a_digit_that_is_never_answered_is_named() -> None:
    confusion = np.diag([100] * 10)
    confusion[7] = 0
    confusion[7, 9] = 100
    (remark, *_) = narrate(Facts(config=CONFIG, history=history([1, 0.5]), confusion=confusion))
    assert remark.template.format(**remark.values) == "It never answers 7."


def test_dead_units_are_mentioned_from_a_tenth_on() -> None:
    assert "dead units" in kinds(Facts(config=CONFIG, history=history([1, 0.5]), dead_units=(13, 128)))
    assert "dead units" not in kinds(Facts(config=CONFIG, history=history([1, 0.5]), dead_units=(12, 128)))


def test_long_steps_are_not_blamed_for_units_that_began_at_zero() -> None:
    config = TrainingConfig(architecture="mlp", initialization="zeros")
    (remark,) = narrate(Facts(config=config, history=history([1, 0.5]), dead_units=(128, 128)))
    assert "began there" in remark.advice


def test_half_the_usual_epochs_is_called_faster() -> None:
    slow = history(falling(10), test_accuracy=[0.5] * 5 + [0.92] * 5)
    quick = history(falling(3), test_accuracy=[0.8, 0.91, 0.92])
    assert "faster" in kinds(Facts(config=CONFIG, history=quick, earlier=[slow, slow]))
    assert "faster" not in kinds(Facts(config=CONFIG, history=slow, earlier=[slow]))


def test_the_commonest_mistake_is_told_with_its_numbers() -> None:
    confusion = np.diag([90] * 10)
    confusion[4, 9] = 12
    (remark,) = narrate(Facts(config=CONFIG, history=history([1.0]), confusion=confusion))
    assert remark.values == {"wrong": 12, "total": 912, "truth": 4, "answer": 9, "times": 12}


def test_before_the_first_epoch_chance_is_told() -> None:
    initial = EpochResult(0, 2.4, 0.1, 2.4, 0.09, 0.0, 0.0)
    assert kinds(Facts(config=CONFIG, initial=initial)) == ["beginning"]


def every_remark() -> list[Remark]:
    confusion = np.diag([100] * 10)
    confusion[7], confusion[7, 9] = 0, 100
    many = [
        Facts(config=CONFIG, diverged_at=1),
        Facts(config=CONFIG, history=history([2.3, 4, 9, 30])),
        Facts(config=CONFIG, history=history([60, 200] * 4, train_accuracy=[0.9, 0.7] * 4)),
        Facts(config=CONFIG, history=history([1, 0.5]), confusion=confusion, dead_units=(64, 128)),
        Facts(config=CONFIG, history=history([2.3] * 9, train_accuracy=0.1)),
    ]
    return [remark for facts in many for remark in narrate(facts, limit=20)]


@pytest.mark.parametrize("text", [lambda r: r.template, lambda r: r.advice], ids=["template", "advice"])
def test_every_sentence_finds_its_values(text: Callable[[Remark], str]) -> None:
    remarks = every_remark()
    assert len(remarks) >= 6
    for remark in remarks:
        assert "{" not in text(remark).format(**remark.values)


def test_a_real_run_with_a_rate_of_ten_is_seen_to_fail() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(600, dtype=np.uint8) % 10
    images = (rng.integers(0, 80, (600, 28, 28)) + 12 * labels[:, None, None]).astype(np.uint8)
    split = Split(images, labels)
    trainer = Trainer(
        TrainingConfig(architecture="mlp", learning_rate=50.0, epochs=3, batch_size=50),
        Dataset("easy", "made up", split, split),
    )
    for _event in trainer.events():
        pass
    facts = Facts(
        config=trainer.config,
        history=trainer.history,
        initial=trainer.initial,
        diverged_at=trainer.diverged_at,
        dead_units=count_dead_units(trainer.model, images),
    )
    assert set(kinds(facts)) & {"diverging", "guessing", "dead units"}
