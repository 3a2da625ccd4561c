"""Which known pictures look most like a given one: the oldest way of reading digits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 4_000  # images compared at once: their floats stay within a few megabytes


def nearest_neighbours(
    images: NDArray[np.uint8], query: NDArray[np.uint8], count: int = 10
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Find the images whose pixels differ least from one picture.

    Parameters
    ----------
    images : (n, 28, 28) uint8
    query : (28, 28) uint8
    count : how many to return, at most n

    Returns
    -------
    indices : (count,), nearest first
    distances : (count,) float32, √Σ (pixel difference)², pixels counted from 0 to 1

    Notes
    -----
    ‖x − q‖² = ‖x‖² − 2 x·q + ‖q‖², so that the work is one matrix product for each block of images.
    """
    rows = images.reshape(len(images), query.size)
    target = query.ravel().astype(np.float32)
    squares = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK].astype(np.float32)
        squares[start : start + BLOCK] = np.einsum("ij,ij->i", block, block) - 2 * (block @ target)
    squares += target @ target
    count = min(count, len(rows))
    nearest = np.argpartition(squares, count - 1)[:count]
    nearest = nearest[np.argsort(squares[nearest], kind="stable")]
    distances = np.sqrt(np.maximum(squares[nearest], 0)) / 255
    return nearest, distances.astype(np.float32)
