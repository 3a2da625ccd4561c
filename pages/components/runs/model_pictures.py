"""Small pictures of what a network looks at and what it was asked, as data URLs: no request, no flicker.

Drawn with nothing but NumPy and zlib: a strip of ten weight images takes about a millisecond.
"""

from __future__ import annotations

import base64
import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_core import Model

SCALE = 4
MOST_FEATURES = 24
# Blue says "against", orange "for", as everywhere in the app: the two differ for every eye.
_AGAINST, _FOR = (30, 136, 203), (226, 110, 20)
_EMPTY = 128


def _diverging_palette() -> tuple[bytes, bytes]:
    """Colours and how opaque they are: what counts for nothing lets the page shine through, light or dark."""
    along = np.linspace(-1, 1, 256)
    colours = np.where(along[:, None] < 0, _AGAINST, _FOR).astype(np.uint8)
    return colours.tobytes(), (255 * np.abs(along) ** 0.8).round().astype(np.uint8).tobytes()


def _ink_palette() -> tuple[bytes, bytes]:
    return np.repeat(np.arange(255, -1, -1, dtype=np.uint8)[:, None], 3, axis=1).tobytes(), b""


_PALETTES = {"diverging": _diverging_palette(), "ink": _ink_palette()}


def picture_url(pixels: NDArray[np.uint8], palette: str = "ink", scale: int = SCALE) -> str:
    """A grey or coloured PNG as a data URL.

    Parameters
    ----------
    pixels : (height, width) uint8, an index into the palette
    palette : "ink" (0 is white paper) or "diverging" (128 is clear)
    scale : each pixel becomes a square of this size
    """
    enlarged = np.repeat(np.repeat(pixels, scale, axis=0), scale, axis=1)
    return "data:image/png;base64," + base64.b64encode(_png(enlarged, *_PALETTES[palette])).decode("ascii")


def digit_url(image: NDArray[np.uint8]) -> str:
    """A digit, ink on paper; the same picture is made once."""
    return _digit_url(np.ascontiguousarray(image).tobytes())


@lru_cache(maxsize=4096)
def _digit_url(pixels: bytes) -> str:
    return picture_url(np.frombuffer(pixels, np.uint8).reshape(28, 28), scale=3)


def weight_urls(model: Model) -> list[str]:
    """What the first layer looks for: ten pictures of weights, or its first features.

    A model with one layer has a picture for each digit; a hidden layer one for each of its first units;
    a convolution its small windows. Orange speaks for it, blue against.
    """
    weights = next(iter(model.parameters.values()))
    if weights.ndim == 4:  # (size, size, channels, filters)
        pictures = weights[:, :, 0, :].transpose(2, 0, 1)
        return [_signed_url(picture, 14) for picture in pictures[:MOST_FEATURES]]
    pictures = weights.T.reshape(-1, 28, 28)
    return [_signed_url(picture, 3) for picture in pictures[:MOST_FEATURES]]


def _signed_url(values: NDArray[Any], scale: int) -> str:
    limit = np.quantile(np.abs(values), 0.98) or 1.0
    pixels = np.clip(values / limit * 127.5 + 127.5, 0, 255).round().astype(np.uint8)
    return picture_url(np.pad(pixels, 1, constant_values=_EMPTY), "diverging", scale)


def _png(pixels: NDArray[np.uint8], palette: bytes, opacity: bytes) -> bytes:
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", opacity) if opacity else b"",
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), 1)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
