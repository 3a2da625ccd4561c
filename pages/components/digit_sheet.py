"""Many digits side by side, each one a button: seen at a glance, reached by mouse, finger and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures

SIDE = 56


@dataclass(frozen=True)
class Digit:
    """One digit on a sheet: its number in the split, its picture, its label, and what a model answered."""

    number: int
    image: NDArray[np.uint8]
    label: int
    answer: int | None = None


def digit_sheet(digits: Sequence[Digit], *, key: str, on_pick: Callable[[int], None] | None = None) -> None:
    """Show digits as a sheet; with `on_pick` each is a button that calls it with its number."""
    pick = None if on_pick is None else lambda number: on_pick(int(number))
    live_pictures(f"digits_{key}", [_picture(digit) for digit in digits], side=SIDE, on_choice=pick)


def _picture(digit: Digit) -> Picture:
    is_wrong = digit.answer not in (None, digit.label)
    title, hint = str(digit.label), _("Image {number}, digit {label}", number=digit.number, label=digit.label)
    if is_wrong:
        title += f" → {digit.answer}"
        hint = _(
            "Image {number}, digit {label} read as {answer}",
            number=digit.number,
            label=digit.label,
            answer=digit.answer,
        )
    return Picture(digit.image, title=title, hint=hint, id=str(digit.number), is_wrong=is_wrong)
