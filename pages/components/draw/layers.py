"""Layer by layer: what each layer of a network makes of the drawing, down to the ten scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_core import Model, Reading
from mnist_core.explain import compute_activations
from pages.components.language import _
from pages.components.live_pictures import LINE, Picture, as_signed, live_pictures

WIDTH = 340


def show_layers(reading: Reading, model: Model) -> None:
    """One picture a layer; they move while one draws."""
    *hidden, scores = compute_activations(model, reading.image).values()
    pictures = [
        Picture(_side_by_side(values), title=_("Layer {number}", number=number), note=_describe(values))
        for number, values in enumerate(hidden, 1)
    ]
    listed = ", ".join(f"{digit}:\u00a0{score:+.1f}".replace("-", "−") for digit, score in enumerate(scores))
    last = Picture(_side_by_side(scores, len(scores)), title=_("Ten scores, 0 to 9"), note=listed)
    live_pictures("layers", [*pictures, last], side=WIDTH)
    st.caption(
        _(
            "Each layer works on what the one before it made. The first looks for edges, the next put them "
            "together, the last adds up ten scores. Orange is above zero, blue below. Draw slowly and watch."
        )
        if hidden
        else _("This model has no layers between: it adds up ten scores from the pixels. Choose another one.")
    )


def _describe(values: NDArray[np.float32]) -> str:
    if values.ndim == 1:
        return _("{count} units", count=len(values))
    return _("{count} pictures, {size} × {size}", count=len(values), size=values.shape[1])


def _side_by_side(values: NDArray[np.float32], columns: int | None = None) -> NDArray[np.int8]:
    """Maps (n, height, width) in rows with a line between, or units (n,), a pixel each, without."""
    count = len(values)
    columns = columns or min(_divisors(count), key=lambda divisor: abs(divisor - (2 * count) ** 0.5))
    if values.ndim == 1:
        return as_signed(values).reshape(-1, columns)
    maps = np.pad(as_signed(values), ((0, 0), (0, 1), (0, 1)), constant_values=LINE)
    rows: Any = maps.reshape(-1, columns, *maps.shape[1:]).swapaxes(1, 2)
    sheet: NDArray[np.int8] = rows.reshape(-1, columns * maps.shape[2])[:-1, :-1]
    return sheet


def _divisors(count: int) -> list[int]:
    return [number for number in range(1, count + 1) if count % number == 0]
