"""Many digits side by side, each one a button: seen at a glance, reached by mouse, finger and keyboard."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from pages.components.language import _


@dataclass(frozen=True)
class Digit:
    """One digit on a sheet: its number in the split, its picture, its label, and what a model answered."""

    number: int
    image: NDArray[np.uint8]
    label: int
    answer: int | None = None


def digit_sheet(digits: Sequence[Digit], *, key: str, on_pick: Callable[[int], None]) -> None:
    """Show digits as a sheet of buttons; calls `on_pick` with the number of the one that was pressed."""
    labels = {digit.number: _button_label(digit) for digit in digits}

    def pick() -> None:
        number = st.session_state[key]
        if number is not None:
            on_pick(number)

    with st.container(key=f"digit_sheet_{key}"):
        st.pills(
            _("Digits: choose one to look closer"),
            [digit.number for digit in digits],
            format_func=labels.__getitem__,
            key=key,
            on_change=pick,
            label_visibility="collapsed",
        )


def ink_image(image: NDArray[np.uint8], scale: int = 1) -> bytes:
    """A digit as PNG: ink in the page's text colour, paper transparent, so that it fits light and dark."""
    pixels = np.full((*image.shape, 2), 255 if st.context.theme.type == "dark" else 0, np.uint8)
    pixels[..., 1] = image
    if scale > 1:
        pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png", compress_level=1)
    return file.getvalue()


def _button_label(digit: Digit) -> str:
    address = "data:image/png;base64," + base64.b64encode(ink_image(digit.image)).decode()
    if digit.answer is None or digit.answer == digit.label:
        alt, caption = (
            _("Image {number}, a {label}", number=digit.number, label=digit.label),
            f"{digit.label}",
        )
    else:
        alt = _(
            "Image {number}, a {label} read as {answer}",
            number=digit.number,
            label=digit.label,
            answer=digit.answer,
        )
        caption = f":red[{digit.label} → {digit.answer}]"
    return f"![{alt}]({address}) {caption}"
