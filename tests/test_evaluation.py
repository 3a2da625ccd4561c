"""What a model did on a split is counted over every image, whatever pieces it is asked in."""

from __future__ import annotations

import numpy as np
import pytest

from mnist_core import Model, Split, evaluate
from mnist_core.evaluation import count_dead_units
from mnist_core.network import get_architecture, initial_parameters


@pytest.mark.parametrize("architecture", ["softmax", "sigmoid"])
def test_pieces_of_any_size_give_the_same_evaluation(
    architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (100, 28, 28), dtype=np.uint8)
    split = Split(images, rng.integers(0, 10, 100, dtype=np.uint8))
    model = Model.from_vector(architecture, rng.standard_normal(7850).astype(np.float32))
    whole = evaluate(model, split)
    monkeypatch.setattr("mnist_core.evaluation.PIECE", 33)  # the last piece is one image
    pieces = evaluate(model, split)
    assert pieces.loss == pytest.approx(whole.loss)
    assert pieces.posted_loss == pytest.approx(whole.posted_loss)
    np.testing.assert_array_equal(pieces.confusion, whole.confusion)
    np.testing.assert_allclose(pieces.probabilities, whole.probabilities, rtol=1e-4, atol=1e-6)
    assert whole.accuracy == (whole.probabilities.argmax(axis=1) == split.labels).mean()
    assert (whole.posted_loss is None) == (architecture == "softmax")


def test_dead_units_are_counted_in_dense_and_convolutional_layers() -> None:
    images = np.random.default_rng(0).integers(0, 255, (50, 28, 28), dtype=np.uint8)
    for name, units in (("mlp", 128), ("starter", 32 + 56 + 72 + 128), ("cnn", 0)):
        network = get_architecture(name)
        model = Model.from_vector(name, initial_parameters(network, np.random.default_rng(1)))
        dead, total = count_dead_units(model, images)
        assert total == units
        assert dead < max(units / 4, 1)
    flat = initial_parameters(get_architecture("mlp"), np.random.default_rng(1))
    flat[784 * 128 : 784 * 128 + 128] = -1e6
    assert count_dead_units(Model.from_vector("mlp", flat), images) == (128, 128)
