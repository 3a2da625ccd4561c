"""The digits to learn from: MNIST where it can be had, the built-in strokes where not."""

from __future__ import annotations

import numpy as np

from mnist_core.data.dataset import CLASSES, IMAGE_SIZE, Dataset, Split
from mnist_core.data.doodles import generate_kinds
from mnist_core.data.download import fetch_mnist
from mnist_core.data.home import mnist_home
from mnist_core.data.mnist import mnist_locations, read_mnist
from mnist_core.data.strokes import generate_digits, load_strokes_dataset
from mnist_core.errors import ConfigurationError, DataError

__all__ = [
    "CLASSES",
    "IMAGE_SIZE",
    "SOURCES",
    "Dataset",
    "Split",
    "fetch_mnist",
    "load_dataset",
    "mnist_home",
]

SOURCES = ("auto", "mnist", "strokes", "mnist+strokes")
STROKES_BESIDE_MNIST = 60_000  # as many as MNIST has: a style is rare, and must be seen often enough


def load_dataset(source: str = "auto", *, progress: bool = False) -> Dataset:
    """Load the digits.

    Parameters
    ----------
    source : "mnist", the real one: `MNIST_PATH`, Keras's cache, `MNIST_HOME`, or a download; "strokes",
        the built-in generated digits; "mnist+strokes", both train parts with MNIST's test part;
        "auto", MNIST where it can be had within seconds, else the strokes
    progress : draw progress bars on stderr

    Raises
    ------
    ConfigurationError
        if `source` is none of these
    DataError
        if MNIST is asked for and cannot be had, or `MNIST_PATH` names a file that is not MNIST
    """
    if source == "mnist":
        return _load_mnist(progress=progress, patient=True)
    if source == "strokes":
        return load_strokes_dataset(progress=progress)
    if source == "mnist+strokes":
        strokes = load_strokes_dataset(progress=progress, train_size=STROKES_BESIDE_MNIST)
        return _join(_load_mnist(progress=progress, patient=True), strokes)
    if source == "kinds":  # what the judge learns from; not offered in the app
        return _kinds(_load_mnist(progress=progress, patient=True))
    if source == "auto":
        try:
            return _load_mnist(progress=progress, patient=False)
        except _MnistNotFoundError:
            return load_strokes_dataset(progress=progress)
    raise ConfigurationError(
        "The data source must be one of {sources}. Received: {received}.",
        sources=", ".join(SOURCES),
        received=source,
    )


class _MnistNotFoundError(DataError):
    """No copy of MNIST here, and none to be downloaded."""


def _load_mnist(*, progress: bool, patient: bool) -> Dataset:
    """Read the first copy there is. One the user named must be MNIST; a damaged cached one is passed over."""
    for place, path in mnist_locations():
        if place == "MNIST_PATH":
            return read_mnist(path)
        if path.is_file():
            try:
                return read_mnist(path)
            except DataError:
                continue
    try:
        return read_mnist(fetch_mnist(progress=progress, patient=patient))
    except DataError as error:
        raise _MnistNotFoundError(error.template, **error.values) from error


def _join(mnist: Dataset, strokes: Dataset) -> Dataset:
    train = Split(
        np.concatenate([mnist.train.images, strokes.train.images]),
        np.concatenate([mnist.train.labels, strokes.train.labels]),
        np.concatenate([_styles(mnist.train), _styles(strokes.train)]),
    )
    return Dataset(
        name="mnist+strokes", origin=f"{mnist.origin} + {strokes.origin}", train=train, test=mnist.test
    )


def _kinds(mnist: Dataset) -> Dataset:
    """Digits (0), half of them MNIST's, against as many doodles by kind (1 to 4); none of MNIST's test part."""
    half = 30_000
    digits, drawn = mnist.train, generate_digits(half, seed=1)
    doodles = generate_kinds(2 * half, seed=2)
    images = np.concatenate([digits.images[:half], drawn.images, doodles.images])
    labels = np.concatenate([np.zeros(2 * half, np.uint8), doodles.labels])
    test_doodles = generate_kinds(4_000, seed=3)
    test = Split(
        np.concatenate([digits.images[-4_000:], test_doodles.images]),
        np.concatenate([np.zeros(4_000, np.uint8), test_doodles.labels]),
    )
    return Dataset("kinds", f"{mnist.origin} + built in", Split(images, labels), test)


def _styles(split: Split) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.full(len(split), "", dtype=np.str_) if split.styles is None else split.styles
