"""What people draw on a digit pad that is no digit: letters, shapes, scribbles, several digits at once.

The judge (`judge.py`) learns from these to tell a digit from what is none. Letters that are digits too (O, D,
I, l, Z, S, q, b, …) are left out, and so are circles and upright lines.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import Split
from mnist_core.data.penmanship import random_pen_widths, write_skeleton
from mnist_core.data.strokes import generate_drawings
from mnist_core.drawing import rasterize_many

Floats = NDArray[np.float64]
Doodle = tuple[list[Floats], str]

KINDS = ("letter", "shape", "scribble", "several digits")

LETTERS: tuple[str, ...] = (
    "0,100 16,50 32,0! 48,50 64,100 | 12,64 54,62",  # A
    "0,100 16,50 32,0! 48,50 64,100! 54,64! 12,64",
    "4,100 2,40 20,0 44,6 54,40 56,100 | 4,56 54,56",
    "4,0 4,50 4,100 | 4,2 36,0 46,24 8,48! 48,52 54,82 40,98 4,100",  # B
    "4,0 4,50 4,100 | 2,0 38,4 44,20 36,40 6,46! 40,52 54,72 46,92 2,100",
    "4,100 4,50 4,0! 38,2 48,24 36,44 6,48! 46,54 58,76 44,98 4,100",
    "58,14 36,0 8,16 0,52 12,88 38,100 62,86",  # C
    "54,10 38,0 14,10 4,50 12,90 36,100 58,92",
    "56,0 4,2! 4,50 4,98! 58,100 | 4,48 46,48",  # E
    "4,0 4,50 4,100 | 4,2 60,0 | 4,50 46,49 | 4,98 60,97",
    "50,8 20,4 14,34 36,46 10,54 4,84 26,100 56,90",
    "56,0 4,2! 4,50 4,100 | 4,48 46,48",  # F
    "4,0 4,50 4,100 | 4,2 58,0 | 4,48 44,48",
    "58,16 38,0 10,14 0,52 12,88 38,100 60,88! 60,56! 34,56",  # G with a bar
    "58,14 36,0 8,16 0,52 12,88 38,98 58,84 | 34,58 64,58! 64,104",
    "4,0 4,50 4,100 | 56,0 56,50 56,100 | 4,50 56,48",  # H
    "6,0 4,50 2,100! 4,50! 56,48! 60,0! 57,50 56,100",
    "10,0 36,0 62,0 | 36,0 36,50 36,100 | 10,100 36,100 62,100",  # I with wide serifs
    "20,0 46,0 70,0 | 46,0 46,70 34,98 10,96 2,76",  # J
    "4,0 4,50 4,100 | 56,0 30,28 6,54! 34,76 60,100",  # K
    "4,0 4,50 4,100 | 58,0 6,50 | 20,40 60,100",
    "4,0 4,50 4,98! 30,99 60,98",  # L
    "0,100 6,50 12,0! 26,34 40,66! 56,34 70,0! 76,50 80,100",  # M
    "0,100 4,50 8,0! 38,60! 68,0! 72,50 76,100",
    "4,100 4,50 4,0! 30,50 58,100! 58,50 58,0",  # N
    "4,0 4,100 | 4,2 58,98 | 58,0 58,100",
    "4,0 4,50 4,100 | 4,2 40,0 54,22 38,46 4,50",  # P
    "6,100 4,50 2,4 36,0 52,24 36,48 4,52",
    "32,0 8,14 0,50 12,86 32,96 54,84 64,50 52,12 32,0 | 36,66 72,108",  # Q
    "4,0 4,50 4,100 | 4,2 40,0 52,22 38,44 6,48! 30,72 58,100",  # R
    "4,100 2,50 0,4 36,0 50,22 36,44 6,50! 30,74 56,98",
    "0,2 34,2 68,0 | 34,2 34,50 34,100",  # T
    "4,0 4,50 12,90 32,100 54,88 60,50 60,0",  # U
    "2,0 4,60 20,98 42,92 54,60 56,0! 56,60 62,100",
    "0,0 16,50 32,100! 48,50 64,0",  # V
    "0,0 12,50 22,100! 32,60 42,24! 54,64 64,100! 76,50 88,0",  # W
    "0,0 8,80 24,98 40,70 42,20 44,74 60,98 78,76 84,0",
    "2,0 30,50 60,100 | 60,0 30,50 0,100",  # X
    "0,0 16,26 32,48! | 64,0 48,24 32,48! 32,74 32,100",  # Y
    "46,30 24,16 4,36 6,76 26,88 44,66 48,24! 48,60 54,90 66,96",  # a
    "48,40 30,26 8,40 2,72 18,96 40,84 48,44! 50,80 66,100",
    "56,24 32,8 6,28 0,62 20,96 48,92 62,78",  # c
    "50,62 28,46 6,62 8,92 30,100 48,78 52,40 54,0! 53,50 54,100",  # d
    "4,56 40,50 52,34 38,14 12,22 0,56 14,92 38,98 60,84",  # e
    "56,6 42,0 30,14 26,50 24,100 | 4,40 52,38",  # f
    "60,14 46,0 32,14 28,50 26,80 14,100 0,94 | 8,46 56,44",
    "4,0 4,50 4,100! 4,70 20,48 40,50 46,72 46,100",  # h
    "14,0 8,50 4,100! 8,66 28,48 44,56 44,80 50,100 62,92",
    "30,30 30,70 22,98 0,94 | 30,2 31,6",  # j
    "4,0 4,50 4,100 | 44,40 8,68! 28,82 48,100",  # k
    "10,0 6,50 2,100! 6,64 30,46 40,56 26,68 8,70! 30,80 54,100",
    "0,30 4,60 4,98! 6,54 20,32 32,40 34,70 34,98! 36,54 50,32 64,40 66,70 68,98",  # m
    "0,20 2,60 2,98! 4,44 24,20 42,30 46,60 48,98",  # n
    "4,20 2,90! 6,44 30,20 44,40 46,80 60,98 70,84",
    "4,30 4,70 4,120 | 4,44 24,28 44,40 44,70 24,84 4,70",  # p
    "2,28 6,80 4,126! 6,60 28,28 50,42 48,72 26,86 6,74",
    "4,20 4,60 4,98! 6,54 22,28 46,24",  # r
    "24,0 22,50 26,88 40,98 54,90 | 2,32 50,30",  # t
    "26,0 26,50 26,100 | 2,36 52,34",
    "2,10 2,60 14,92 34,88 46,60 48,10! 48,60 54,98",  # u
    "0,10 18,54 30,96! 44,54 58,10",  # v
    "0,10 12,54 20,96! 30,54 38,24! 48,60 58,96! 68,54 78,10",  # w
    "4,14 26,54 52,98 | 52,14 26,54 0,98",  # x
    "8,18 24,10 32,34 34,70 44,92 58,84 | 60,12 40,34 26,64 8,94",
    "2,0 10,30 32,40 54,0! 44,50 28,100 4,96 -2,80 24,70 60,66",  # y with a loop
    "30,40 4,46 2,80 22,96 40,80 42,44! 44,90 36,130 8,136 2,116 30,104 66,88",  # g with a loop
    "66,40 44,10 18,14 4,44 14,82 44,92 62,70 70,20! 66,60 80,96",  # alpha
    "50,0 18,8 10,30 30,46 60,50! 26,56 2,74 14,98 60,96",  # epsilon
    "0,96 20,90 10,30 36,0 66,16 70,60 54,92 76,96",  # Omega
    "30,0 8,40 26,70 54,56 66,30 | 44,0 40,60 30,130",  # psi-like
    "30,0 30,100 | 8,28 50,28 | 4,64 56,64",
    "0,20 60,20! 30,60 0,100 | 34,54 64,100",  # a Korean ㅈ
    "0,6 50,4! 48,50 44,90 | 70,0 70,100 | 70,46 92,46",  # 가
)

SHAPES: tuple[str, ...] = (
    "0,4 0,50 2,98! 48,98 94,96! 96,50 94,2! 50,2 0,4",  # square
    "2,2 96,0! 98,98! 0,96! 4,-2",
    "50,0 26,46 0,92! 50,94 100,92! 76,46 50,0",  # triangle
    "50,0 98,90! 2,92! 48,-2",
    "0,4 50,6 100,2! 76,50 50,96! 26,50 0,4",
    "50,0 76,34 100,60! 76,80 50,110! 24,80 0,56! 24,30 50,0",  # diamond
    "28,0 84,0! 112,48! 84,96! 28,96! 0,48! 28,0",  # hexagon
    "50,0 100,38! 82,98! 18,98! 0,38! 50,0",  # pentagon
    "20,100 50,0! 80,100! 0,36! 100,36! 20,100",  # star
    "50,0 62,36! 100,38! 70,60! 82,98! 50,74! 18,98! 30,60! 0,38! 38,36! 50,0",
    "50,30 30,0 2,12 8,50 50,100! 92,50 98,12 70,0 50,30",  # heart
    "0,50 50,50 100,50 | 70,26 100,50! 70,76",  # arrows
    "50,100 50,50 50,0 | 24,28 50,0! 76,28",
    "100,50 50,50 0,50 | 30,24 0,50! 28,78",
    "0,100 100,0 | 60,4 100,0! 96,42",
    "50,0 50,100 | 0,50 100,50",  # cross
    "0,0 100,100 | 100,0 0,100",
    "0,22 10,4 32,0 54,12 52,34 32,48 28,72 | 26,92 33,95 29,102 24,97",  # question mark
    "0,26 4,8 24,0 46,6 50,26 36,42 26,54 26,74 | 22,90 30,92 28,100 21,97",
    "20,0 20,36 19,70 | 16,91 24,93 21,101 15,97",  # exclamation mark
    "50,0 50,100 | 0,50 100,50 | 14,14 86,86 | 86,14 14,86",
    "0,60 30,96! 66,46 100,0",  # tick
    "50,50 60,42 66,56 50,68 34,56 40,30 66,24 86,50 70,86 36,88 12,60 22,16 60,2 100,20",  # spiral
    "50,46 62,54 52,68 34,58 38,32 66,26 84,54 66,90 24,86 6,46 28,4 76,-4",
    "0,80 12,30 24,80 36,30 48,80 60,30 72,80 84,30 96,80",  # wave
    "0,50 16,20 34,50 50,80 66,50 84,20 100,50",
    "0,90 16,10! 32,90! 48,10! 64,90! 80,10! 96,90",  # zigzag
    "0,70 30,10! 50,80! 74,16! 100,80",
    "0,40 0,100! 80,100! 80,40! 0,40! 40,0! 80,40",  # house
    "0,42 2,100! 84,98! 84,40! | -6,46 40,0! 92,44",
    "46,0 14,14 0,50 14,86 50,100 86,86 100,50 86,14 46,0 | 32,34 33,40 | 66,34 67,40 | 26,62 48,78 74,60",
    "50,0 14,14 0,50 14,86 50,100 86,86 100,50 86,14 52,0 | 34,28 34,44 | 66,28 66,44 | 28,76 50,62 74,76",
    "50,0 14,14 0,50 14,86 50,100 86,86 100,50 86,14 52,0 | 30,36 36,36 | 64,36 70,36 | 30,70 50,70 70,70",
    "0,30 4,34 | 60,30 64,34 | -10,60 30,90 76,58",
    "50,0 36,12 50,26 64,12 50,0 | 50,26 50,68 | 20,44 50,36 80,44 | 22,100 50,68! 78,100",  # stick figure
    "24,50 6,26 -14,50 8,74 50,50 92,26 112,50 90,74 48,50",  # lying eight
    "10,70 0,50 18,34 30,10 60,8 72,30 96,36 96,66 74,76 40,78 10,70",  # cloud
    "60,0 20,56! 54,50! 26,110",  # lightning
    "50,54 40,30 50,10 62,30 50,54 72,42 90,54 72,66 50,54 62,80 50,96 38,80 50,54 26,66 10,54 28,42 50,54",
    "50,60 16,60 4,36 30,8 50,0 72,8 96,36 84,60 50,60 | 50,60 50,100",  # tree
    "40,100 40,60! 0,60! 48,0! 96,60! 56,60! 56,100",
    "0,60 20,30 70,30 90,60 70,90 20,90 0,60 | 90,60 120,30! 120,90! 90,60",  # fish
    "0,100 20,0 | 40,100 60,0 | -4,34 76,30 | -8,70 70,66",  # hash
    "0,30 100,28 | 0,70 100,68",  # equals
    "0,50 50,50 100,52",  # lying line
    "0,20 40,0 80,20 100,60",  # arc
    "0,0 20,60 60,80 100,60 120,0",
    "0,60 30,10 90,0",
    "30,0 6,30 0,60 10,90 34,120 | 70,0 94,30 100,60 90,90 66,120",  # brackets
    "0,0 0,100! 100,100",  # corner
    "0,100 0,0! 90,0! 90,100",
    "0,30 20,60 50,70 80,60 100,30 | 20,6 22,10 | 76,6 78,10",
    "10,0 0,20 24,26 48,18 40,0 10,0 | 24,26 24,90 | 24,60 50,60",  # key
    "0,0 0,40! 40,40! 40,0! 0,0 | 60,60 60,100! 100,100! 100,60! 60,60",
    "30,0 0,40 30,80 60,40 30,0 | 90,0 60,40 90,80 120,40 90,0",  # rings
    "50,30 36,50 50,70 64,50 50,30 | 50,0 14,14 0,50 14,86 50,100 86,86 100,50 86,14 50,0",  # target
    "50,30 34,50 50,70 66,50 50,30 | 50,20 50,0 | 50,80 50,100 | 20,50 0,50 | 80,50 100,50",  # sun
    "0,0 0,96! 90,100! 92,2! 0,0 | 46,0 46,98 | 0,50 92,48",  # window: no crossed-out zero
    "50,0 14,14 0,50 14,86 50,100 86,86 100,50 86,14 50,0 | 50,0 50,100 | 0,50 100,50",  # wheel
)


def generate_doodles(count: int, seed: int) -> list[Doodle]:
    """Draw what is no digit: `count` drawings of (strokes, kind), as many of each of `KINDS`."""
    rng = np.random.default_rng(seed)
    doodles: list[Doodle] = []
    for number, kind in enumerate(KINDS):
        share = len(range(number, count, len(KINDS)))
        doodles += [(strokes, kind) for strokes in _MAKERS[kind](share, rng)]
    return [doodles[i] for i in rng.permutation(count)]


def generate_kinds(count: int, seed: int, progress: Callable[[int], object] | None = None) -> Split:
    """Pictures of doodles, labelled by their kind: 1 for the first of `KINDS`, and so on. 0 is for digits."""
    doodles = generate_doodles(count, seed)
    widths = random_pen_widths(count, np.random.default_rng([seed, 1]))
    pictures = rasterize_many([strokes for strokes, _ in doodles], pen_widths=widths, progress=progress)
    return Split(
        np.round(pictures * 255).astype(np.uint8),
        np.array([1 + KINDS.index(kind) for _, kind in doodles], np.uint8),
        np.array([kind for _, kind in doodles]),
    )


def _skeletons(paths: tuple[str, ...], count: int, rng: np.random.Generator) -> list[list[Floats]]:
    drawn: list[list[Floats]] = []
    chosen = np.bincount(rng.integers(len(paths), size=count), minlength=len(paths))
    for path, times in zip(paths, chosen, strict=True):
        drawn += write_skeleton(path, int(times), rng)
    return drawn


def _scribbles(count: int, rng: np.random.Generator) -> list[list[Floats]]:
    makers = (_wander, _hatch, _tangle, _scatter)
    return [makers[rng.integers(len(makers))](rng) for _ in range(count)]


def _wander(rng: np.random.Generator) -> list[Floats]:
    """A few smooth lines through random places."""
    strokes = []
    for _ in range(rng.integers(1, 4)):
        places = rng.uniform(0, 100, (int(rng.integers(4, 9)), 2))
        strokes.append(_smooth(places))
    return strokes


def _hatch(rng: np.random.Generator) -> list[Floats]:
    """Back and forth, as one fills an area."""
    turns = int(rng.integers(6, 25))
    across = np.resize([0.0, 100.0], turns) + rng.normal(0, 8, turns)
    along = np.linspace(0, rng.uniform(40, 140), turns) + rng.normal(0, 4, turns)
    angle = rng.uniform(0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = np.stack([across, along], axis=1) @ turn
    return [_smooth(points) if rng.random() < 0.6 else points]


def _tangle(rng: np.random.Generator) -> list[Floats]:
    """Round and round."""
    angle = np.linspace(0, 2 * np.pi * rng.uniform(3, 10), 160) + rng.uniform(0, 6)
    drift = np.cumsum(rng.normal(0, 2.5, (160, 2)), axis=0)
    radius = 40 + 20 * np.sin(angle * rng.uniform(0.1, 0.9)) + rng.uniform(-20, 20)
    return [np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None] + drift]


def _scatter(rng: np.random.Generator) -> list[Floats]:
    """Dots and dashes here and there."""
    starts = rng.uniform(0, 100, (int(rng.integers(3, 12)), 2))
    return [np.stack([start, start + rng.normal(0, rng.uniform(3, 25), 2)]) for start in starts]


def _smooth(places: Floats) -> Floats:
    """Round the corners (Chaikin, 1974)."""
    for _ in range(3):
        before, after = places[:-1], places[1:]
        places = np.stack([0.75 * before + 0.25 * after, 0.25 * before + 0.75 * after], axis=1).reshape(-1, 2)
    return places


def _several_digits(count: int, rng: np.random.Generator) -> list[list[Floats]]:
    """Two or three digits beside each other, sometimes one above the other."""
    numbers = rng.choice([2, 3], size=count, p=[0.8, 0.2])
    digits = iter(generate_drawings(int(numbers.sum()), int(rng.integers(2**31))))
    drawn = []
    for number in numbers:
        across = rng.random() < 0.85
        strokes, edge = [], 0.0
        for _ in range(number):
            written = next(digits)[0]
            points = np.concatenate(written)
            axis = 0 if across else 1
            low, high = points[:, axis].min(), points[:, axis].max()
            shift = rng.normal(0, 8, 2)
            shift[axis] = edge - low
            strokes += [stroke + shift for stroke in written]
            edge += high - low + rng.uniform(4, 40)
        drawn.append(strokes)
    return drawn


_MAKERS: dict[str, Callable[[int, np.random.Generator], list[list[Floats]]]] = {
    "letter": lambda count, rng: _skeletons(LETTERS, count, rng),
    "shape": lambda count, rng: _skeletons(SHAPES, count, rng),
    "scribble": _scribbles,
    "several digits": _several_digits,
}
