"""Which images a run learns from, and which of them make the next batch: the same for both backends."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mnist_core.augmentation import Augmenter
from mnist_core.backends import Batch
from mnist_core.configuration import TrainingConfig
from mnist_core.data.dataset import Split
from mnist_core.errors import ConfigurationError
from mnist_core.network import PIXELS

ORDER, AUGMENTATION, EXPERIMENT = range(3)  # each use of the seed has its own stream of random numbers


def training_split(split: Split, config: TrainingConfig) -> Split:
    """The images to learn from, after whatever `config` does to them on purpose.

    Raises
    ------
    ConfigurationError
        if it asks for more images than there are
    """
    if config.missing_digit is not None:
        split = split.take(np.flatnonzero(split.labels != config.missing_digit))
    if config.training_images is not None:
        if config.training_images > len(split):
            raise ConfigurationError(
                "There are {count} training images. Received: {received}.",
                count=len(split),
                received=config.training_images,
            )
        split = split.take(slice(config.training_images))
    if config.shuffled_labels:
        rng = np.random.default_rng([config.seed, EXPERIMENT])
        split = replace(split, labels=rng.permutation(split.labels))
    return split


class Batches:
    """The images of a split in batches, in an order and with changes that depend on seed, epoch and batch alone.

    Parameters
    ----------
    split : the images to learn from
    config : batch size, augmentation and seed

    Raises
    ------
    ConfigurationError
        if a batch is to be larger than the split
    """

    def __init__(self, split: Split, config: TrainingConfig) -> None:
        self._config = config
        self._pixels, self._labels = split.images.reshape(-1, PIXELS), split.labels
        self._size = _batch_size(config, len(split))
        self._count = math.ceil(len(split) / self._size)
        self._augmenter = Augmenter()
        self._order_of_epoch: tuple[int, NDArray[np.intp]] | None = None

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self._count

    def iterate(self, epoch: int, start: int, stop: int) -> Iterator[Batch]:
        """Pixels and labels of the batches from `start` up to `stop`, epochs counted from 0."""
        for batch in range(start, stop):
            pixels, labels = self._pixels, self._labels
            if self._count > 1:
                chosen = self._order(epoch)[batch * self._size : (batch + 1) * self._size]
                pixels, labels = pixels[chosen], labels[chosen]
            if self._config.augmentation == "affine":
                rng = np.random.default_rng([self._config.seed, AUGMENTATION, epoch, batch])
                pixels = self._augmenter.augment(pixels, rng)
            yield pixels, labels

    def _order(self, epoch: int) -> NDArray[np.intp]:
        if self._order_of_epoch is None or self._order_of_epoch[0] != epoch:
            rng = np.random.default_rng([self._config.seed, ORDER, epoch])
            self._order_of_epoch = epoch, rng.permutation(len(self._labels))
        return self._order_of_epoch[1]


def _batch_size(config: TrainingConfig, images: int) -> int:
    if config.batch_size == "full":
        return images
    if config.batch_size > images:
        raise ConfigurationError(
            "Batch size must be at most the number of training images, {count}. Received: {received}.",
            count=images,
            received=config.batch_size,
        )
    return config.batch_size
