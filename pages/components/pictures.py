"""Pictures that stand still, as PNG: a digit, the weights of a network, digits in a grid.

Their only text is digits. Words stand beside them in the page, where they are translated, read aloud, and drawn
in the visitor's own font: Hangul needs none on the server.
"""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from mnist_core.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mnist_core import Model

MOST_FEATURES = 24
# Blue says "against", orange "for", as everywhere in the app: the two differ for every eye.
_AGAINST, _FOR = (30, 136, 203), (226, 110, 20)
_NOTHING = 128
DOTS_PER_INCH = 110
COLUMNS, INCHES = 5, 1.4


def ink_image(image: NDArray[np.uint8], scale: int = 1) -> bytes:
    """A digit: ink in the page's text colour, paper transparent, so that it fits light and dark."""
    ink = b"\xff" if st.context.theme.type == "dark" else b"\x00"
    return encode_png(image, ink * 3 * 256, bytes(range(256)), scale)


def weight_images(model: Model) -> list[bytes]:
    """What the first layer looks for: ten pictures of weights, or its first features.

    A model with one layer has a picture for each digit; a hidden layer one for each of its first units;
    a convolution its small windows. Orange speaks for it, blue against.
    """
    weights = next(iter(model.parameters.values()))
    if weights.ndim == 4:  # (size, size, channels, filters)
        pictures = weights[:, :, 0, :].transpose(2, 0, 1)
        return [_signed_image(picture, 14) for picture in pictures[:MOST_FEATURES]]
    pictures = weights.T.reshape(-1, 28, 28)
    return [_signed_image(picture, 3) for picture in pictures[:MOST_FEATURES]]


def data_url(png: bytes) -> str:
    """A picture as an address that holds it: no request, no flicker where it changes often."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def draw_digit_grid(images: NDArray[Any], titles: Sequence[str], ink: str) -> bytes:
    """Images (n, 28, 28) with matplotlib, in rows of five, a title above each; takes a tenth of a second.

    Pages ask `state.digit_grid`, which draws each once for all visitors.
    """
    from matplotlib.colors import LinearSegmentedColormap, to_rgb
    from matplotlib.figure import Figure

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


def _diverging_palette() -> tuple[bytes, bytes]:
    """Colours and how opaque they are: what counts for nothing lets the page shine through, light or dark."""
    along = np.linspace(-1, 1, 256)
    colours = np.where(along[:, None] < 0, _AGAINST, _FOR).astype(np.uint8)
    return colours.tobytes(), (255 * np.abs(along) ** 0.8).round().astype(np.uint8).tobytes()


_DIVERGING = _diverging_palette()


def _signed_image(values: NDArray[Any], scale: int) -> bytes:
    limit = np.quantile(np.abs(values), 0.98) or 1.0
    pixels = np.clip(values / limit * 127.5 + 127.5, 0, 255).round().astype(np.uint8)
    return encode_png(np.pad(pixels, 1, constant_values=_NOTHING), *_DIVERGING, scale)
