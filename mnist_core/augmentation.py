"""Training pictures moved, turned, sheared and scaled a little, so that each digit is seen in many ways."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import IMAGE_SIZE
from mnist_core.scratch import Scratch

LARGEST_TURN = np.deg2rad(12.0)
LARGEST_SHEAR = 0.2
LARGEST_SCALING = 0.12
LARGEST_SHIFT = 2.0  # pixels
MARGIN = 6  # empty pixels around a picture, for what looks outside
WIDTH = IMAGE_SIZE + 2 * MARGIN
STEPS = np.arange(IMAGE_SIZE, dtype=np.float32)
PIECE = 16  # pictures moved at once: their numbers stay in the processor's cache


def affine_transforms(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Random maps from places in the new picture to places in the old one, (count, 2, 3), rows y and x."""
    turn, shear, grow_y, grow_x, shift_y, shift_x = rng.uniform(-1, 1, (6, count))
    turn, shear = turn * LARGEST_TURN, shear * LARGEST_SHEAR
    scale_y, scale_x = 1 + grow_y * LARGEST_SCALING, 1 + grow_x * LARGEST_SCALING
    cosine, sine = np.cos(turn), np.sin(turn)
    maps = np.empty((count, 2, 3))
    maps[:, 0, 0], maps[:, 0, 1] = cosine * scale_y, -sine * scale_x
    maps[:, 1, 0], maps[:, 1, 1] = (sine + shear * cosine) * scale_y, (cosine - shear * sine) * scale_x
    centre = (IMAGE_SIZE - 1) / 2
    maps[:, 0, 2] = centre * (1 - maps[:, 0, 0] - maps[:, 0, 1]) + shift_y * LARGEST_SHIFT
    maps[:, 1, 2] = centre * (1 - maps[:, 1, 0] - maps[:, 1, 1]) + shift_x * LARGEST_SHIFT
    return maps.astype(np.float32)


class Augmenter:
    """Passes pictures through random affine maps; keeps its working memory from batch to batch."""

    def __init__(self) -> None:
        self._scratch = Scratch()

    def augment(self, pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Each picture through its own map, with bilinear interpolation.

        Parameters
        ----------
        pixels : (n, 784)
        rng : decides the maps

        Returns
        -------
        pixels : (n, 784), new
        """
        maps = affine_transforms(len(pixels), rng)
        moved = np.empty_like(pixels)
        for start in range(0, len(pixels), PIECE):
            piece = slice(start, start + PIECE)
            moved[piece] = self._move(pixels[piece], maps[piece])
        return moved

    def _move(self, pixels: NDArray[np.uint8], maps: NDArray[np.float32]) -> NDArray[np.float32]:
        count = len(pixels)
        padded = self._scratch.array("padded", (count, WIDTH, WIDTH))
        padded.fill(0)
        padded[:, MARGIN:-MARGIN, MARGIN:-MARGIN] = pixels.reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
        (row, row_rest), (column, column_rest) = (self._source_places(maps, axis) for axis in (0, 1))
        row *= WIDTH
        row += column
        row += np.arange(0, count * WIDTH**2, WIDTH**2)[:, None, None]
        around = []
        for name, step in (("top left", 0), ("top right", 1), ("left", WIDTH - 1), ("right", 1)):
            row += step  # now the index of this neighbour in the flat pictures
            around.append(padded.take(row, mode="clip", out=self._scratch.array(name, row.shape)))
        top_left, top_right, left, right = around
        mixed = _mix(_mix(top_left, top_right, column_rest), _mix(left, right, column_rest), row_rest)
        mixed += 0.5  # what follows cuts fractions off
        return mixed.reshape(count, -1)

    def _source_places(
        self, maps: NDArray[np.float32], axis: int
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Where new pixels come from on one axis: the whole part, in the padded picture, and the rest."""
        down, right, start = (maps[:, axis, k, None, None] for k in range(3))
        shape = len(maps), IMAGE_SIZE, IMAGE_SIZE
        place, floor = self._scratch.array(f"place{axis}", shape), self._scratch.array("floor", shape)
        np.add(down * STEPS[:, None], right * STEPS + (start + MARGIN), out=place)
        np.clip(place, 0, WIDTH - 1.001, out=place)
        np.floor(place, out=floor)
        place -= floor
        whole = self._scratch.array(f"whole{axis}", shape, np.intp)
        np.copyto(whole, floor, casting="unsafe")
        return whole, place


def _mix(
    first: NDArray[np.float32], second: NDArray[np.float32], part: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Between first (part 0) and second (part 1); overwrites `second`."""
    second -= first
    second *= part
    second += first
    return second
