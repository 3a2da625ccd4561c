"""Pictures that stand still, drawn with matplotlib: digits in a grid, weights, means.

Their only text is digits. Words stand beside them in the page, where they are translated, read aloud, and drawn
in the visitor's own font: Hangul needs none on the server.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

AGAINST_TO_FOR = LinearSegmentedColormap.from_list("against_to_for", ["#0072B2", "#F7F7F7", "#D55E00"])
DOTS_PER_INCH = 110


def is_dark() -> bool:
    """Whether the visitor's page is dark."""
    return bool(st.context.theme.type == "dark")


def text_colour() -> str:
    """The colour of the page's text, for a picture's own text and lines."""
    return "#E8EEF4" if is_dark() else "#0F1720"


def show_figure(figure: Figure, alt: str, width: int | str = "stretch") -> None:
    """Show a figure on the page's own background, with words for those who cannot see it."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH, transparent=True)
    st.image(file.getvalue(), width=width, alt=alt)


def digit_grid(
    images: NDArray[Any],
    titles: Sequence[str],
    *,
    columns: int = 5,
    signed: bool = False,
    size: float = 1.4,
) -> Figure:
    """Images in rows of `columns`, a title above each.

    Parameters
    ----------
    images : (n, 28, 28); with `signed`, blue below zero and orange above, one scale for all
    """
    rows = -(-len(images) // columns)
    figure = Figure(figsize=(columns * size, rows * size * 1.2))
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1 - 0.2 / rows / 1.2, wspace=0.05, hspace=0.22)
    limit = float(np.abs(images).max()) or 1.0 if signed else float(np.max(images)) or 1.0
    if signed:
        style = {"cmap": AGAINST_TO_FOR, "vmin": -limit, "vmax": limit}
    else:
        ink = to_rgb(text_colour())
        paper_to_ink = LinearSegmentedColormap.from_list("ink", [(*ink, 0), (*ink, 1)])
        style = {"cmap": paper_to_ink, "vmin": 0, "vmax": limit}
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image, interpolation="nearest", **style)
        axis.set_title(title, color=text_colour(), fontsize=11)
    return figure


def weight_pictures(weights: NDArray[Any], scale: int = 4) -> list[NDArray[np.uint8]]:
    """One colour picture for each column of (784, n) weights: orange speaks for the digit, blue against."""
    limit = float(np.quantile(np.abs(weights), 0.98)) or 1.0
    colours = AGAINST_TO_FOR(np.clip(weights.T / limit / 2 + 0.5, 0, 1).reshape(-1, 28, 28))
    pixels = (colours[..., :3] * 255).astype(np.uint8)
    return list(pixels.repeat(scale, axis=1).repeat(scale, axis=2))
