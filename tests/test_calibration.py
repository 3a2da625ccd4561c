"""Certainty made honest: the temperature is found, and no answer changes."""

import numpy as np
import pytest

from mnist_core.calibration import calibrate, expected_calibration_error, fit_temperature, hold_back
from mnist_core.data.dataset import Dataset, Split
from mnist_core.errors import ConfigurationError
from mnist_core.functional import softmax
from mnist_core.model import Model
from mnist_core.network import ARCHITECTURES


def honest_logits_and_labels(count: int = 20_000):
    """Labels drawn from the very probabilities the logits claim."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 10)).astype(np.float32)
    chances = np.cumsum(softmax(logits), axis=1)
    labels = (rng.random((count, 1)) > chances).sum(axis=1).clip(0, 9).astype(np.uint8)
    return logits, labels


@pytest.mark.parametrize("exaggeration", [0.5, 1.0, 2.5])
def test_the_temperature_undoes_exaggeration(exaggeration):
    logits, labels = honest_logits_and_labels()
    logits = logits * np.float32(exaggeration)
    temperature = fit_temperature(logits, labels)
    assert temperature == pytest.approx(exaggeration, rel=0.05)
    before, after = (expected_calibration_error(softmax(x), labels) for x in (logits, logits / temperature))
    assert after < 0.02
    assert exaggeration == 1 or before > 2 * after


def split(count: int) -> Split:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return Split(images, np.arange(count, dtype=np.uint8) % 10, np.arange(count).astype(str))


def test_calibration_changes_no_answer():
    shapes = ARCHITECTURES["softmax"].parameter_shapes
    rng = np.random.default_rng(2)
    model = Model("softmax", {name: rng.normal(0, 1, shape) for name, shape in shapes.items()})
    calibrated, images = calibrate(model, split(50)), split(50).images
    assert calibrated.temperature > 1
    assert np.array_equal(
        model.predict_logits(images).argmax(axis=1), calibrated.predict_logits(images).argmax(axis=1)
    )


def test_held_back_images_are_not_trained_on():
    rest, held_back = hold_back(Dataset("some", "here", split(100), split(10)), 30, seed=0)
    assert (len(rest.train), len(held_back)) == (70, 30)
    assert not set(rest.train.styles) & set(held_back.styles)
    again = hold_back(Dataset("some", "here", split(100), split(10)), 30, seed=0)[1]
    assert np.array_equal(held_back.styles, again.styles)


@pytest.mark.parametrize("count", [0, 100, 200])
def test_something_must_be_left_on_both_sides(count):
    with pytest.raises(ConfigurationError):
        hold_back(Dataset("some", "here", split(100), split(10)), count, seed=0)
