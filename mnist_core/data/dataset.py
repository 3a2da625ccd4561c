"""What a data set is: pictures of digits with their labels, split into train and test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_core.errors import DataError

IMAGE_SIZE = 28
CLASSES = 10


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    Parameters
    ----------
    images : (n, 28, 28) uint8, ink 255 on 0
    labels : (n,) uint8, 0 to 9
    styles : (n,) str, the name of the handwriting style, where it is known ("" where not)

    Raises
    ------
    DataError
        for another shape, dtype or range, or lengths that differ
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    styles: NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        if self.images.dtype != np.uint8 or self.images.shape[1:] != (IMAGE_SIZE, IMAGE_SIZE):
            raise DataError(
                "Images must be uint8 of shape (n, 28, 28). Received: {dtype} {shape}.",
                dtype=self.images.dtype,
                shape=self.images.shape,
            )
        if self.labels.dtype != np.uint8 or self.labels.shape != self.images.shape[:1]:
            raise DataError(
                "Labels must be uint8, one for each of the {count} images. Received: {dtype} {shape}.",
                count=len(self.images),
                dtype=self.labels.dtype,
                shape=self.labels.shape,
            )
        if len(self.images) == 0:
            raise DataError("A data set needs at least one image. Received: none.")
        if self.labels.max() >= CLASSES:
            raise DataError("Labels must be 0 to 9. Received: {label}.", label=int(self.labels.max()))
        if self.styles is not None and self.styles.shape != self.labels.shape:
            raise DataError(
                "Styles must be one for each of the {count} images. Received: {shape}.",
                count=len(self.images),
                shape=self.styles.shape,
            )

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.intp] | slice) -> Split:
        """The images of these rows, in this order, with their labels and styles."""
        styles = None if self.styles is None else self.styles[rows]
        return Split(self.images[rows], self.labels[rows], styles)


@dataclass(frozen=True)
class Dataset:
    """A named data set.

    Parameters
    ----------
    name : "mnist", "strokes" or "mnist+strokes"
    origin : where it came from: a file's path, "download" or "built in"
    train, test : the two splits
    """

    name: str
    origin: str
    train: Split
    test: Split
