"""The functions a network is made of, each value beside its derivative.

All of them keep the dtype of a floating-point input and never overflow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_core.data.dataset import CLASSES
from mnist_core.errors import DataError

Floats = NDArray[np.floating[Any]]

EPS = 1e-15
LARGEST_CLIPPED_LOSS = float(-np.log(EPS))


def sigmoid(x: ArrayLike) -> Floats:
    """Squash any number into (0, 1): 1 / (1 + exp(−x)), exact at ±1000 as well."""
    x = _as_floats(x)
    decay = np.exp(-np.abs(x))  # at most 1, whatever the sign
    values: Floats = np.where(x >= 0, 1, decay) / (1 + decay)
    return values


def sigmoid_derivative(x: ArrayLike) -> Floats:
    """Slope of `sigmoid` at x: s · (1 − s)."""
    s = sigmoid(x)
    return s * (1 - s)


def relu(x: ArrayLike) -> Floats:
    """Keep what is positive: max(x, 0)."""
    return np.maximum(_as_floats(x), 0)


def relu_derivative(x: ArrayLike) -> Floats:
    """Slope of `relu` at x: 1 where x > 0, else 0."""
    x = _as_floats(x)
    return (x > 0).astype(x.dtype)


def softmax(logits: ArrayLike) -> Floats:
    """Turn the scores of each row into probabilities: exp(z) / Σ exp(z).

    The largest score is taken off first; that changes nothing in the quotient and keeps exp from overflowing.
    """
    logits = _as_floats(logits)
    exponentials: Floats = np.exp(logits - logits.max(axis=-1, keepdims=True))
    exponentials /= exponentials.sum(axis=-1, keepdims=True)
    return exponentials


def flatten(images: NDArray[Any]) -> NDArray[Any]:
    """Lay the pixels of each image in one row: (n, 28, 28) → (n, 784). No copy for contiguous images.

    Raises
    ------
    DataError
        for an array of fewer than two dimensions
    """
    if images.ndim < 2:
        raise DataError(
            "Flatten needs images of shape (n, height, width). Received: {shape}.", shape=images.shape
        )
    return images.reshape(len(images), -1)


def one_hot(labels: ArrayLike, classes: int = CLASSES) -> NDArray[np.float32]:
    """Write each label as a row of zeros with a single one: (n,) → (n, classes).

    Raises
    ------
    DataError
        for labels that are not whole numbers from 0 to classes − 1
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(
            "Labels must be a row of whole numbers. Received: {dtype} {shape}.",
            dtype=labels.dtype,
            shape=labels.shape,
        )
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            "Labels must be 0 to {largest}. Received: {lowest} to {highest}.",
            largest=classes - 1,
            lowest=int(labels.min()),
            highest=int(labels.max()),
        )
    rows: NDArray[np.float32] = np.eye(classes, dtype=np.float32)[labels]
    return rows


def cross_entropy(actual: ArrayLike, predict: ArrayLike, eps: float = EPS) -> float:
    """Binary cross-entropy as in the post: −mean(y · log p + (1 − y) · log(1 − p)), p in [eps, 1 − eps].

    Computed in float64, because 1 − 1e-15 is 1 in float32 and its logarithm would be minus infinity.

    Raises
    ------
    DataError
        if the two are not of one shape
    """
    y, p = np.asarray(actual, np.float64), np.asarray(predict, np.float64)
    if y.shape != p.shape:
        raise DataError(
            "Cross-entropy compares arrays of one shape. Received: {actual} and {predict}.",
            actual=y.shape,
            predict=p.shape,
        )
    p = np.clip(p, eps, 1 - eps)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def softmax_cross_entropy(logits: Floats, labels: NDArray[np.integer[Any]]) -> tuple[Floats, Floats]:
    """Loss of `softmax` and its derivative, straight from the logits.

    Parameters
    ----------
    logits : (n, 10)
    labels : (n,)

    Returns
    -------
    losses : (n,), −log p[label] = log Σ exp(z) − z[label]
    gradient : (n, 10), d loss / d logits = p − one_hot(label)
    """
    images = np.arange(len(labels))
    scores = logits.T.copy()  # a row for each class: NumPy adds and compares whole rows many times faster
    scores -= scores.max(axis=0)
    correct = scores[labels, images]
    gradient = np.exp(scores, out=scores)
    sums = gradient.sum(axis=0)
    gradient /= sums
    gradient[labels, images] -= 1
    return np.log(sums) - correct, gradient.T


def sigmoid_cross_entropy(logits: Floats, labels: NDArray[np.integer[Any]]) -> tuple[Floats, Floats]:
    """Loss of ten separate sigmoids and its derivative, straight from the logits.

    Returns
    -------
    losses : (n,), the mean of the ten binary cross-entropies, each clipped as in `cross_entropy`
    gradient : (n, 10), a − y as in the post: the derivative of the *sum* of the ten
    """
    rows = np.arange(len(labels))
    targets = np.zeros_like(logits)
    targets[rows, labels] = 1
    wrong_way = logits * (1 - 2 * targets)  # how far each score is on the wrong side
    losses = np.maximum(wrong_way, 0) + np.log1p(np.exp(-np.abs(wrong_way)))
    return np.minimum(losses, LARGEST_CLIPPED_LOSS).mean(axis=1), sigmoid(logits) - targets


LossFunction = Callable[[Floats, NDArray[np.integer[Any]]], tuple[Floats, Floats]]
LOSSES: dict[str, LossFunction] = {"softmax": softmax_cross_entropy, "sigmoid": sigmoid_cross_entropy}
ACTIVATIONS: dict[str, Callable[[ArrayLike], Floats]] = {"softmax": softmax, "sigmoid": sigmoid}


def _as_floats(x: ArrayLike) -> Floats:
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)
