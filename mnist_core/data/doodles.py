"""What people draw on a digit pad that is no digit: letters, shapes, scribbles, several digits at once.

The judge (`judge.py`) learns from these to tell a digit from what is none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import Split
from mnist_core.data.doodle_skeletons import LETTERS, SHAPES
from mnist_core.data.hangul import random_syllable
from mnist_core.data.penmanship import random_pen_widths, write_skeleton
from mnist_core.data.strokes import generate_drawings
from mnist_core.drawing import rasterize_many

Floats = NDArray[np.float64]
Doodle = tuple[list[Floats], str]

KINDS = ("letter", "shape", "scribble", "several digits")


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
    pictures = rasterize_many(
        [strokes for strokes, _ in doodles], pen_widths=widths, keep_slips=True, progress=progress
    )
    return Split(
        np.round(pictures * 255).astype(np.uint8),
        np.array([1 + KINDS.index(kind) for _, kind in doodles], np.uint8),
        np.array([kind for _, kind in doodles]),
    )


def _letters(count: int, rng: np.random.Generator) -> list[list[Floats]]:
    syllables = count // 3
    drawn = [write_skeleton(random_syllable(rng), 1, rng)[0] for _ in range(syllables)]
    return drawn + _skeletons(LETTERS, count - syllables, rng)


def _skeletons(paths: tuple[str, ...], count: int, rng: np.random.Generator) -> list[list[Floats]]:
    drawn: list[list[Floats]] = []
    chosen = np.bincount(rng.integers(len(paths), size=count), minlength=len(paths))
    for path, times in zip(paths, chosen, strict=True):
        drawn += write_skeleton(path, int(times), rng)
    return drawn


def _shapes(count: int, rng: np.random.Generator) -> list[list[Floats]]:
    free = count // 3
    makers = (_assembly, _outline, _walk)
    made = [makers[rng.integers(len(makers))](rng) for _ in range(free - free // 4)]
    return made + _turned_digits(free // 4, rng) + _skeletons(SHAPES, count - free, rng)


def _assembly(rng: np.random.Generator) -> list[Floats]:
    """Lines, arcs, rings and dots put together, as signs are that nobody has thought of."""
    parts = []
    for _ in range(rng.integers(4, 7)):
        size, place = rng.uniform(15, 60), rng.uniform(0, 100, 2)
        turns = rng.choice([0.0, 0.15, 0.5, 1.05], p=[0.45, 0.15, 0.2, 0.2])
        angle = np.linspace(0, 2 * np.pi * turns, 24) + rng.uniform(0, 2 * np.pi)
        ring = np.stack([np.cos(angle), np.sin(angle) * rng.uniform(0.5, 1.2)], axis=1) * size / 2
        way = np.array([[0, 1], [1, 0], [0.7, 0.7], [0.7, -0.7]])[rng.integers(4)] + rng.normal(0, 0.08, 2)
        parts.append(place + (ring if turns else np.linspace(-0.5, 0.5, 12)[:, None] * way * size))
    return parts


def _outline(rng: np.random.Generator) -> list[Floats]:
    """A closed line with bays and bulges, round or with corners; sometimes with something inside, or twigs."""
    corners = 2 * int(rng.integers(3, 7))
    angle = (np.arange(corners + 1) + rng.uniform(0, corners)) * 2 * np.pi / corners
    radius = np.where(np.arange(corners) % 2, rng.uniform(38, 50, corners), rng.uniform(6, 32, corners))
    radius = np.append(radius, radius[0])
    points = np.stack([np.cos(angle), np.sin(angle) * rng.uniform(0.6, 1.4)], axis=1) * radius[:, None]
    inside = [points * rng.uniform(0.1, 0.5)] if rng.random() < 0.3 else []
    twigs = [
        points[i] * [[1], [rng.uniform(1.3, 2)]] for i in rng.permutation(corners)[: rng.choice([0, 2, 3])]
    ]
    line = _smooth(np.concatenate([points, points[1:2]])) if rng.random() < 0.6 else points
    return [line, *inside, *twigs]


def _walk(rng: np.random.Generator) -> list[Floats]:
    """One line with many sharp turns, sometimes back to where it began, sometimes crossed by another."""
    turns = int(rng.integers(7, 13))
    ways = np.cumsum(rng.choice([-1, 1], turns) * rng.uniform(0.9, 2.6, turns))
    steps = np.stack([np.cos(ways), np.sin(ways)], axis=1) * rng.uniform(25, 90, (turns, 1))
    points = np.concatenate([[[0.0, 0.0]], np.cumsum(steps, axis=0)])
    line = _smooth(points) if rng.random() < 0.5 else points
    across = [points[rng.permutation(len(points))[:2]]] if rng.random() < 0.4 else []
    return [line, *across]


def _turned_digits(count: int, rng: np.random.Generator) -> list[list[Floats]]:
    """2, 3 and 5 on their side, 3 and 6 in a mirror: none of these is a digit."""
    left, right, mirrored = np.array([[[0, 1], [-1, 0]], [[0, -1], [1, 0]], [[-1, 0], [0, 1]]])
    ways = {2: (left, right), 3: (left, right, mirrored), 5: (left, right), 6: (mirrored,)}
    drawn = []
    for strokes, digit, _ in generate_drawings(count, int(rng.integers(2**31)), digits=ways):
        way = ways[digit][rng.integers(len(ways[digit]))]
        drawn.append([stroke @ way for stroke in strokes])
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
    "letter": _letters,
    "shape": _shapes,
    "scribble": _scribbles,
    "several digits": _several_digits,
}
