"""A model answers what it can read, refuses the rest with a reason, and does not change."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from mnist_core.errors import ConfigurationError, DataError
from mnist_core.model import Model
from mnist_core.network import get_architecture, initial_parameters


def make_model() -> Model:
    flat = initial_parameters(get_architecture("mlp"), np.random.default_rng(1))
    return Model.from_vector("mlp", flat)


def test_a_model_that_was_sent_to_another_process_is_the_same() -> None:
    model = make_model()
    copy = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copy.parameter_vector, model.parameter_vector)
    with pytest.raises(ValueError, match="read-only"):
        copy.parameters["dense1.bias"][0] = 1


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.full((1, 28, 28), np.nan, np.float32), "nan"),
        (np.full((1, 28, 28), 2.0), "2.0"),
        (np.zeros((28, 28), np.uint8), r"\(28, 28\)"),
        (np.zeros((1, 28, 28), int), "int64"),
    ],
)
def test_images_that_cannot_be_read_are_refused(images: np.ndarray, message: str) -> None:
    with pytest.raises(DataError, match=f"Received: .*{message}"):
        make_model().predict_proba(images)


def test_no_images_give_no_answers() -> None:
    assert make_model().predict_proba(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_parameters_of_another_shape_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="do not fit"):
        Model("softmax", {"dense1.weights": np.zeros((784, 9), np.float32)})


def test_a_higher_temperature_is_less_sure_and_gives_the_same_digit() -> None:
    model = make_model()
    images = np.random.default_rng(0).integers(0, 256, (50, 28, 28), np.uint8)
    sure, unsure = model.predict_proba(images), model.with_temperature(10.0).predict_proba(images)
    assert np.array_equal(sure.argmax(axis=1), unsure.argmax(axis=1))
    assert (unsure.max(axis=1) <= sure.max(axis=1)).all()
