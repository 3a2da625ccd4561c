"""The judge: a second small network that tells a digit from a letter, a shape, a scribble or several digits.

It serves whatever model reads, so a student's own model is protected from nonsense too. This package trains it
(`train --preset judge`) on MNIST's and the generated digits against generated doodles. Of its ten outputs, 0 is
"one digit", 1 to 4 are the kinds of doodle, and the rest never occur.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.doodles import KINDS
from mnist_core.drawing import Picture
from mnist_core.messages import mark
from mnist_core.model import Model
from mnist_core.storage import load_model

JUDGE_PATH = Path(__file__).with_name("judge.npz")
LEAST_DIGIT = 0.1  # refuses about 12 of 1,000 held-back digits and 96 of 100 held-back doodles

REASONS = {
    "letter": mark("It looks more like a letter than a digit. If you meant {first}, draw it again."),
    "shape": mark(
        "It looks more like a sign or a picture than a digit. If you meant {first}, draw it again."
    ),
    "scribble": mark("It looks more like a scribble than a digit. Clear it and draw one digit."),
    "several digits": mark("It looks like several digits. Draw one at a time."),
}


@cache
def load_judge() -> Model:
    """Read the judge that comes with this package."""
    return load_model(JUDGE_PATH)


def find_non_digits(images: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of many pictures (n, 28, 28) do not look like one digit: (n,) bool."""
    return np.asarray(load_judge().predict_proba(images)[:, 0] < LEAST_DIGIT)


def why_no_digit(image: Picture, judge: Model | None = None) -> str | None:
    """Say why a (28, 28) picture is no digit, as a sentence to translate; None if it looks like one.

    In the sentence `{first}` is the digit that the reading model would answer.
    """
    chances = (judge or load_judge()).predict_proba(image[None])[0]
    if chances[0] >= LEAST_DIGIT:
        return None
    return REASONS[KINDS[int(np.argmax(chances[1 : len(KINDS) + 1]))]]
