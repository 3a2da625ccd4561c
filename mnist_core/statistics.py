"""What a split looks like as a whole: how many of each digit, their mean picture, and how much they vary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import CLASSES, IMAGE_SIZE, Split


@dataclass(frozen=True)
class SplitStatistics:
    """Facts about each of the ten digits of a split.

    Parameters
    ----------
    counts : (10,) int64
    means : (10, 28, 28) float32, the mean picture, 0 to 255; zeros for a digit that does not occur
    spreads : (10, 28, 28) float32, the standard deviation of each pixel
    """

    counts: NDArray[np.int64]
    means: NDArray[np.float32]
    spreads: NDArray[np.float32]


def compute_statistics(split: Split) -> SplitStatistics:
    """Count, average and compare the images of each digit."""
    means = np.zeros((CLASSES, IMAGE_SIZE, IMAGE_SIZE), np.float32)
    spreads = np.zeros_like(means)
    for digit in range(CLASSES):
        images = split.images[split.labels == digit]
        if len(images):
            pixels = images.astype(np.float32)
            means[digit], spreads[digit] = pixels.mean(axis=0), pixels.std(axis=0)
    return SplitStatistics(np.bincount(split.labels, minlength=CLASSES), means, spreads)
