"""Many digits side by side, each one a button: seen at a glance, reached by mouse, finger and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pages.components.language import _
from pages.components.live_pictures import Pager, Picture, live_pictures

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
    _show(_pictures(digits), key, on_pick)


def digit_sheets(
    sheet: Callable[[int], Sequence[Digit]],
    page: int,
    pages: int,
    *,
    key: str,
    pager_key: str,
    on_pick: Callable[[int], None],
) -> None:
    """Show one page of many, `sheet(page)`, with 1 the first, which the `st.pagination` of `pager_key` turns.

    The pages beside it go with it, so that the browser turns to them without waiting for the server.
    """
    beside = [number for number in (page - 1, page + 1) if 1 <= number <= pages]
    pager = Pager(pager_key, page, {number: _pictures(sheet(number)) for number in beside})
    _show(_pictures(sheet(page)), key, on_pick, pager)


def _show(
    pictures: list[Picture],
    key: str,
    on_pick: Callable[[int], None] | None,
    pager: Pager | None = None,
) -> None:
    pick = None if on_pick is None else lambda number: on_pick(int(number))
    live_pictures(f"digits_{key}", pictures, side=SIDE, on_choice=pick, pager=pager)


def _pictures(digits: Sequence[Digit]) -> list[Picture]:
    return [_picture(digit) for digit in digits]


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
