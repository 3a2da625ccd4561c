"""Judge a model on files of real drawings: digits that people drew with pen, finger or mouse.

A file is an .npz with `strokes` (p, 2), x right, y down; `stroke_offsets`, which cut `strokes` into strokes;
`sample_offsets`, which cut the strokes into drawings; and `labels`, one for each drawing.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import CLASSES, Split
from mnist_core.drawing import rasterize_many
from mnist_core.errors import DataError
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.model import Model
from mnist_core.reading import find_refused

Drawings = list[list[NDArray[np.float32]]]


@dataclass(frozen=True)
class DrawnEvaluation:
    """What a model made of one file of drawings.

    Parameters
    ----------
    name : the file's name without its ending
    evaluation : all drawings counted, those it would refuse too
    refused : share of the drawings that get "Not sure" for an answer
    """

    name: str
    evaluation: Evaluation
    refused: float

    @property
    def digit_accuracies(self) -> tuple[float | None, ...]:
        """Share of each digit's drawings that are read correctly; None for a digit that never occurs."""
        counts = self.evaluation.confusion.sum(axis=1)
        right = self.evaluation.confusion.diagonal()
        return tuple(float(r / n) if n else None for r, n in zip(right, counts, strict=True))


def evaluate_drawings(
    model: Model, path: str | Path, progress: Callable[[int], object] | None = None
) -> DrawnEvaluation:
    """Rasterise the drawings of a file and ask the model about each of them.

    Raises
    ------
    DataError
        if the file cannot be read or is not laid out as said above
    """
    drawings, labels = load_drawings(path)
    images = np.round(rasterize_many(drawings, progress=progress) * 255).astype(np.uint8)
    evaluation = evaluate(model, Split(images, labels))
    refused = find_refused(rasterize_many(drawings, keep_slips=True), evaluation.probabilities)
    return DrawnEvaluation(Path(path).stem, evaluation, float(refused.mean()))


def load_drawings(path: str | Path) -> tuple[Drawings, NDArray[np.uint8]]:
    """Read a file of drawings: the strokes of each, and the labels (n,) uint8.

    Raises
    ------
    DataError
        if the file cannot be read or is not laid out as said above
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            points, labels = file["strokes"].astype(np.float32), file["labels"]
            strokes = _cut(points, file["stroke_offsets"])
            drawings = _cut(strokes, file["sample_offsets"])
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            "This is not a file of drawings: an .npz with strokes, stroke_offsets, sample_offsets and labels. "
            "Received: {path}.",
            path=str(path),
        ) from error
    if len(drawings) != len(labels) or not len(labels) or labels.max() >= CLASSES or labels.min() < 0:
        raise DataError(
            "A file of drawings needs one label from 0 to 9 for each drawing. Received: {path}.",
            path=str(path),
        )
    return drawings, labels.astype(np.uint8)


def _cut(values: Any, offsets: NDArray[np.int32]) -> list[Any]:
    return [values[start:stop] for start, stop in pairwise(offsets.tolist())]
