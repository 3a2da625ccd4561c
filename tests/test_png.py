"""What we write as PNG, a library of its own reads as the same pixels."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from mnist_core.png import encode_png

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 9), dtype=np.uint8)


def opened(png: bytes, mode: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert(mode))


def test_without_a_palette_a_picture_is_grey() -> None:
    np.testing.assert_array_equal(opened(encode_png(PIXELS), "L"), PIXELS)


@pytest.mark.parametrize("scale", [1, 3])
def test_palette_opacity_and_scale_are_kept(scale: int) -> None:
    palette, opacity = np.arange(768, dtype=np.uint8).reshape(256, 3), np.arange(255, -1, -1, dtype=np.uint8)
    read = opened(encode_png(PIXELS, palette.tobytes(), opacity.tobytes(), scale), "RGBA")
    expected = np.dstack([palette[PIXELS], opacity[PIXELS]])
    np.testing.assert_array_equal(read[::scale, ::scale], expected)
    assert read.shape == (5 * scale, 9 * scale, 4)
