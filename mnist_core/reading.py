"""Read one drawing or picture, or say why not: a model must know when it does not know.

Whatever model reads, three things are asked first: is there anything to read; does it look like one digit at
all; and is the answer clear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import CLASSES
from mnist_core.drawing import SIZE, Picture, preprocess_image, rasterize_strokes
from mnist_core.errors import DrawingError
from mnist_core.judge import find_non_digits, why_no_digit
from mnist_core.messages import mark
from mnist_core.model import Model
from mnist_core.pen import Strokes, clean_strokes

LEAST_PROBABILITY = 0.5

DOT = mark("That is one dot. Draw a digit from 0 to 9.")
DOTS = mark("These are dots. Draw a digit from 0 to 9.")
UNCLEAR = mark("It could be {first} or {second}. Draw it more clearly.")


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model makes of a drawing.

    Parameters
    ----------
    digit : the answer; None for "Not sure"
    probabilities : (10,) float32, also where the answer is "Not sure"; zeros where there is nothing to read,
        or only dots
    image : (28, 28) float32, what the model saw; slips of the pen are left out of a digit's
    reason : why the answer is "Not sure", to be translated; None with an answer
    """

    digit: int | None
    probabilities: NDArray[np.float32]
    image: Picture
    reason: DrawingError | None = None


def read_strokes(strokes: Strokes, model: Model) -> Reading:
    """Read a drawing; never raises for what is drawn. See `rasterize_strokes` for `strokes`."""
    try:
        whole = clean_strokes(strokes, keep_slips=True)
        image = rasterize_strokes(strokes, keep_slips=True)
    except DrawingError as error:
        return _nothing(error)
    if all(np.ptp(stroke, axis=0).max() == 0 for stroke in whole):
        told = DOT if len(whole) == 1 else DOTS
        return _nothing(DrawingError(told), image)
    reason = why_no_digit(image)
    if reason is None and len(clean_strokes(strokes)) < len(whole):
        image = rasterize_strokes(strokes)  # a digit, and a slip of the pen beside it
    return _read(image, model, reason)


def read_image(image: NDArray[np.uint8], model: Model) -> Reading:
    """Read a picture or photo; never raises for what it shows. See `preprocess_image` for `image`."""
    try:
        picture = preprocess_image(image)
        return _read(picture, model, why_no_digit(picture))
    except DrawingError as error:
        return _nothing(error)


def find_refused(images: NDArray[Any], probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of many pictures (n, 28, 28) get no answer: no digit, or an unclear one. Gives (n,) bool."""
    return np.asarray(find_non_digits(images) | (probabilities.max(axis=1) < LEAST_PROBABILITY))


def _nothing(reason: DrawingError, image: Picture | None = None) -> Reading:
    blank = np.zeros((SIZE, SIZE), np.float32)
    return Reading(None, np.zeros(CLASSES, np.float32), blank if image is None else image, reason)


def _read(image: Picture, model: Model, reason: str | None) -> Reading:
    scores: NDArray[Any] = model.predict_proba(image[None])[0]
    probabilities = scores / max(float(scores.sum()), 1e-9)  # ten sigmoids need not sum to one
    second, first = map(int, probabilities.argsort()[-2:])
    if reason is None and probabilities[first] < LEAST_PROBABILITY:
        reason = UNCLEAR
    why_not = DrawingError(reason, first=first, second=second) if reason else None
    return Reading(None if why_not else first, probabilities.astype(np.float32), image, why_not)
