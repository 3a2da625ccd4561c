"""The built-in digits: handwriting drawn stroke by stroke, in the styles that people write.

A digit starts as a skeleton (`skeletons.py`). Its points are moved a little and joined by a smooth curve; the
whole is bent, widened, slanted and turned, its ends made longer or shorter, the pen lifted or dragged; and it
is rasterised, with a pen of random width, by the same function that prepares a drawing.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mnist_core.data.dataset import CLASSES, Dataset, Split
from mnist_core.data.home import mnist_home
from mnist_core.data.penmanship import random_pen_widths, write_skeleton
from mnist_core.data.skeletons import SKELETONS
from mnist_core.drawing import rasterize_many
from mnist_core.errors import ConfigurationError, DataError
from mnist_core.files import npz_bytes, write_atomically

Floats = NDArray[np.float64]
Drawing = tuple[list[Floats], int, str]

STYLES: dict[int, tuple[str, ...]] = {
    digit: tuple(skeleton.style for skeleton in SKELETONS if skeleton.digit == digit)
    for digit in range(CLASSES)
}
SEED = 0
TRAIN_SIZE, TEST_SIZE = 10_000, 2_000


def generate_drawings(
    count: int, seed: int, digits: Iterable[int] | None = None, styles: Iterable[str] | None = None
) -> list[Drawing]:
    """Write digits as strokes.

    Parameters
    ----------
    count : how many, shared out evenly among the digits
    seed : the same seed gives the same drawings
    digits, styles : only these; None for all

    Returns
    -------
    (strokes, digit, style) each; strokes are (n, 2) arrays, x right, y down, the digit about 100 high

    Raises
    ------
    ConfigurationError
        if no style is left, or `count` is negative
    """
    rng = np.random.default_rng(seed)
    chosen = _choose(count, rng, digits, styles)
    drawings: list[Drawing | None] = [None] * count
    for index in np.unique(chosen):
        skeleton = SKELETONS[index]
        places = np.flatnonzero(chosen == index)
        for place, strokes in zip(places, write_skeleton(skeleton.path, len(places), rng), strict=True):
            drawings[place] = (strokes, skeleton.digit, skeleton.style)
    return [drawing for drawing in drawings if drawing is not None]


def generate_digits(count: int, seed: int, progress: Callable[[int], object] | None = None) -> Split:
    """Write digits and rasterise them: `count` pictures, evenly shared among digits, with their styles.

    `progress` is called with the number of pictures done, now and then.
    """
    drawings = generate_drawings(count, seed)
    rng = np.random.default_rng([seed, 1])
    widths = random_pen_widths(count, rng)
    pictures = rasterize_many([strokes for strokes, _, _ in drawings], pen_widths=widths, progress=progress)
    return Split(
        np.round(pictures * 255).astype(np.uint8),
        np.array([digit for _, digit, _ in drawings], np.uint8),
        np.array([style for _, _, style in drawings]),
    )


def load_strokes_dataset(*, progress: bool = False, train_size: int = TRAIN_SIZE) -> Dataset:
    """The built-in data set: generated once, then read from `mnist_home()`; the same on every machine.

    Parameters
    ----------
    progress : draw a progress bar on stderr
    train_size : number of training pictures; there are 2,000 test pictures
    """
    path = mnist_home() / f"strokes-{train_size}-{_version()}.npz"
    pictures = _read(path, train_size)
    if pictures is None:
        with tqdm(total=train_size + TEST_SIZE, desc="Writing digits", disable=not progress) as bar:
            pictures = generate_digits(train_size + TEST_SIZE, SEED, lambda done: bar.update(done - bar.n))
        _keep(pictures, path)
    train, test = pictures.take(slice(train_size)), pictures.take(slice(train_size, None))
    return Dataset("strokes", "built in", train, test)


@cache
def _version() -> str:
    """Changes with the code that writes the digits, so that an old file is never taken for a new one."""
    here = Path(__file__).parent
    core = here.parent
    files = (
        *map(here.joinpath, ("strokes.py", "skeletons.py", "penmanship.py")),
        core / "pen.py",
        core / "drawing.py",
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def _read(path: Path, train_size: int) -> Split | None:
    """The kept pictures; None where there are none, or the file is damaged."""
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            kept = Split(arrays["images"], arrays["labels"], arrays["styles"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, DataError):
        return None
    return kept if len(kept) == train_size + TEST_SIZE else None


def _keep(split: Split, path: Path) -> None:
    """Keep the pictures for the next start. A home that cannot be written to only costs time."""
    with suppress(OSError):
        write_atomically(
            path, npz_bytes(images=split.images, labels=split.labels, styles=np.asarray(split.styles))
        )


def _choose(
    count: int, rng: np.random.Generator, digits: Iterable[int] | None, styles: Iterable[str] | None
) -> NDArray[np.int64]:
    """Number of the skeleton of each drawing: digits balanced, styles by their share."""
    wanted_digits = set(range(CLASSES)) if digits is None else set(digits)
    wanted_styles = {s.style for s in SKELETONS} if styles is None else set(styles)
    allowed = np.array([s.digit in wanted_digits and s.style in wanted_styles for s in SKELETONS])
    if count < 0 or not allowed.any():
        raise ConfigurationError(
            "Choose digits 0 to 9 and styles that exist. Received: {count} of {digits}, {styles}.",
            count=count,
            digits=sorted(wanted_digits),
            styles=sorted(wanted_styles),
        )
    left = sorted({s.digit for s, ok in zip(SKELETONS, allowed, strict=True) if ok})
    labels = rng.permutation(np.resize(left, count))
    shares = np.array([s.share for s in SKELETONS]) * allowed
    chosen = np.empty(count, np.int64)
    for digit in left:
        share = shares * np.array([s.digit == digit for s in SKELETONS])
        chosen[labels == digit] = rng.choice(len(SKELETONS), (labels == digit).sum(), p=share / share.sum())
    return chosen
