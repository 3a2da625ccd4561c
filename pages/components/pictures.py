"""Pictures that stand still, drawn with matplotlib: digits in a grid, weights, means.

Their only text is digits. Words stand beside them in the page, where they are translated, read aloud, and drawn
in the visitor's own font: Hangul needs none on the server.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

AGAINST_TO_FOR = LinearSegmentedColormap.from_list("against_to_for", ["#0072B2", "#F7F7F7", "#D55E00"])
DOTS_PER_INCH = 110
COLUMNS, INCHES = 5, 1.4


def draw_digit_grid(images: NDArray[Any], titles: Sequence[str], ink: str) -> bytes:
    """Images (n, 28, 28) as one PNG, in rows of five, a title above each; takes a tenth of a second.

    Pages ask `state.digit_grid`, which draws each once for all visitors.
    """
    rows = -(-len(images) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * INCHES, rows * INCHES * 1.2))
    figure.subplots_adjust(left=0, right=1, bottom=0, top=1 - 0.2 / rows / 1.2, wspace=0.05, hspace=0.22)
    paper_to_ink = LinearSegmentedColormap.from_list("ink", [(*to_rgb(ink), 0), (*to_rgb(ink), 1)])
    limit = float(np.max(images)) or 1.0
    axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image, interpolation="nearest", cmap=paper_to_ink, vmin=0, vmax=limit)
        axis.set_title(title, color=ink, fontsize=11)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH, transparent=True)
    return file.getvalue()


def weight_pictures(weights: NDArray[Any], scale: int = 4) -> list[NDArray[np.uint8]]:
    """One colour picture for each column of (784, n) weights: orange speaks for the digit, blue against."""
    limit = float(np.quantile(np.abs(weights), 0.98)) or 1.0
    colours = AGAINST_TO_FOR(np.clip(weights.T / limit / 2 + 0.5, 0, 1).reshape(-1, 28, 28))
    pixels = (colours[..., :3] * 255).astype(np.uint8)
    return list(pixels.repeat(scale, axis=1).repeat(scale, axis=2))
