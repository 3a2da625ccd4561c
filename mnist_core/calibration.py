"""Make a model as sure of itself as it is right: one number, the temperature, that divides its scores.

C. Guo et al., On calibration of modern neural networks, 2017, arXiv:1706.04599. The temperature is fitted on
images held back from training, and changes no answer, only how sure it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import Dataset, Split
from mnist_core.errors import ConfigurationError
from mnist_core.functional import softmax
from mnist_core.model import Model

LOWEST, HIGHEST = 0.25, 4.0
STEPS = 200


def hold_back(dataset: Dataset, count: int, seed: int) -> tuple[Dataset, Split]:
    """Take `count` random images out of the train part: the data set without them, and the images.

    Raises
    ------
    ConfigurationError
        if `count` is below 1, or is all there are
    """
    if not 0 < count < len(dataset.train):
        raise ConfigurationError(
            "Hold back at least one image, and not all {total}. Received: {received}.",
            total=len(dataset.train),
            received=count,
        )
    order = np.random.default_rng(seed).permutation(len(dataset.train))
    rest = dataset.train.take(np.sort(order[count:]))
    return Dataset(dataset.name, dataset.origin, rest, dataset.test), dataset.train.take(order[:count])


def calibrate(model: Model, held_back: Split) -> Model:
    """The model with the temperature that makes the held-back labels most likely; for softmax outputs."""
    logits = model.with_temperature(1.0).predict_logits(held_back.images)
    return model.with_temperature(fit_temperature(logits, held_back.labels))


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """The temperature with the smallest cross-entropy, by trying a fine grid from 0.25 to 4."""
    temperatures = np.geomspace(LOWEST, HIGHEST, STEPS)
    losses = [_cross_entropy(logits / np.float32(t), labels) for t in temperatures]
    return float(temperatures[int(np.argmin(losses))])


def expected_calibration_error(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], bins: int = 15
) -> float:
    """How far certainty and accuracy are apart, on average over images sorted into bins by certainty."""
    certainty = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bin_of = np.minimum((certainty * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, weights=right - certainty, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))


def _cross_entropy(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    chosen = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())
