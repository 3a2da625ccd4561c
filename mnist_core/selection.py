"""Picking images out of a split: by digit, by style, by what a model answered; and in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import Split
from mnist_core.errors import ConfigurationError

ANSWERS = ("all", "right", "wrong")
ORDERS = ("number", "loss", "confidence", "certainty")
SMALLEST_PROBABILITY = 1e-7


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which images to show, and in which order. An empty collection means: any.

    Parameters
    ----------
    digits : true digits
    styles : names of handwriting styles
    answers : "all", or only those a model read "right" or "wrong"
    predicted : digits a model answered
    order : "number" as they lie in the split; "loss" largest first; "confidence" least sure first;
        "certainty" most sure first

    Raises
    ------
    ConfigurationError
        for an unknown name
    """

    digits: Collection[int] = ()
    styles: Collection[str] = ()
    answers: str = "all"
    predicted: Collection[int] = ()
    order: str = "number"

    def __post_init__(self) -> None:
        if self.answers not in ANSWERS or self.order not in ORDERS:
            raise ConfigurationError(
                "Answers must be one of {answers}, the order one of {orders}. Received: {received}.",
                answers=", ".join(ANSWERS),
                orders=", ".join(ORDERS),
                received=f"{self.answers}, {self.order}",
            )

    @property
    def needs_probabilities(self) -> bool:
        """Whether a model has to be asked about the whole split first."""
        return self.answers != "all" or bool(self.predicted) or self.order != "number"


def select_images(
    split: Split, selection: Selection, probabilities: NDArray[np.float32] | None = None
) -> NDArray[np.intp]:
    """Indices of the selected images.

    Parameters
    ----------
    probabilities : (n, 10), a model's answers; required where `selection.needs_probabilities`
    """
    keep = np.ones(len(split), bool)
    if selection.digits:
        keep &= np.isin(split.labels, list(selection.digits))
    if selection.styles and split.styles is not None:
        keep &= np.isin(split.styles, list(selection.styles))
    if probabilities is None:
        return np.flatnonzero(keep)
    answers = probabilities.argmax(axis=1)
    if selection.answers != "all":
        keep &= (answers == split.labels) == (selection.answers == "right")
    if selection.predicted:
        keep &= np.isin(answers, list(selection.predicted))
    indices = np.flatnonzero(keep)
    if selection.order == "number":
        return indices
    rank = _RANKS[selection.order](probabilities[indices], split.labels[indices])
    return indices[np.argsort(rank, kind="stable")]


def image_losses(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Cross-entropy of each image: −log of the probability of its true digit, which is kept above 1e-7."""
    believed = probabilities[np.arange(len(labels)), labels]
    losses: NDArray[np.float32] = -np.log(np.maximum(believed, SMALLEST_PROBABILITY))
    return losses


_RANKS: dict[str, Callable[[NDArray[np.float32], NDArray[np.uint8]], NDArray[np.float32]]] = {
    "loss": lambda probabilities, labels: -image_losses(probabilities, labels),
    "confidence": lambda probabilities, _labels: probabilities.max(axis=1),
    "certainty": lambda probabilities, _labels: -probabilities.max(axis=1),
}
