"""How a model does on images it is asked about: loss, accuracy, confusion matrix, dead units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import CLASSES, Split
from mnist_core.functional import ACTIVATIONS, LOSSES, cross_entropy, one_hot
from mnist_core.layers import Relu
from mnist_core.model import Model

PIECE = 1_000  # images judged between two reports: 0.2 s of the largest network


@dataclass(frozen=True)
class Evaluation:
    """What a model did on one split.

    Parameters
    ----------
    loss : mean over the images, of what the model was trained with
    accuracy : share of images whose most probable digit is the right one
    count : images
    confusion : (10, 10) int64, rows the true digit, columns the answer
    posted_loss : for a sigmoid output, the post's loss with its two arguments swapped; else None
    probabilities : (n, 10) float32, the answers
    """

    loss: float
    accuracy: float
    count: int
    confusion: NDArray[np.int64]
    probabilities: NDArray[np.float32]
    posted_loss: float | None = None


def evaluate(model: Model, split: Split) -> Evaluation:
    """Ask the model about every image of a split."""
    *_, whole = evaluate_in_pieces(model, split)
    return whole


def evaluate_in_pieces(model: Model, split: Split) -> Iterator[Evaluation]:
    """Evaluate a split, and tell after every thousand images how the model does so far; the last is of them all.

    Sums over images, divided once.
    """
    loss, posted = 0.0, 0.0
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    answers = np.empty((len(split), CLASSES), np.float32)
    posts_output = model.network.output == "sigmoid"
    for start in range(0, len(split), PIECE):
        piece = slice(start, start + PIECE)
        labels = split.labels[piece]
        with np.errstate(over="ignore", invalid="ignore"):  # a diverged model has a loss that is not finite
            logits = model.predict_logits(split.images[piece])
            loss += float(LOSSES[model.network.output](logits, labels)[0].sum(dtype=np.float64))
        # The answer is the most probable digit. Sigmoids far out are all exactly 1: then, as in the post, the first.
        probabilities = answers[piece] = ACTIVATIONS[model.network.output](logits)
        pairs = labels * np.intp(CLASSES) + probabilities.argmax(axis=1)
        confusion += np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)
        if posts_output:
            posted += cross_entropy(probabilities, one_hot(labels)) * len(labels)
        count = start + len(labels)
        yield Evaluation(
            loss=loss / count,
            accuracy=float(confusion.trace() / count),
            count=count,
            confusion=confusion.copy(),
            probabilities=answers[:count],
            posted_loss=posted / count if posts_output else None,
        )


def count_dead_units(model: Model, images: NDArray[Any]) -> tuple[int, int]:
    """Hidden ReLU units (or feature maps) that are zero for all these images, and how many there are.

    Parameters
    ----------
    images : (n, 28, 28) uint8 or float in [0, 1]; a few hundred are enough
    """
    dead = total = 0
    for layer, values in zip(model.network.layers, model.layer_outputs(images), strict=True):
        if isinstance(layer, Relu):
            silent = ~np.any(values > 0, axis=0 if values.ndim == 2 else (1, 2, 3))
            dead, total = dead + int(silent.sum()), total + silent.size
    return dead, total
