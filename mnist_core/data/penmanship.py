"""How a hand varies what it writes: a skeleton's points moved, bent, slanted, its ends cut or hooked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mnist_core.drawing import PEN_WIDTH
from mnist_core.pen import hermite, resample

Floats = NDArray[np.float64]

POINTS_A_PIECE = 7  # between two points of a skeleton
UNSTEADINESS = 3.5  # how far a skeleton's points move, of 100
DRAG_POINTS = 16  # of a line drawn between two strokes: steps too short to be taken for a lifted pen
PEN_SPREAD = 0.24  # of the logarithm of the pen's width, a little more than in MNIST


def random_pen_widths(count: int, rng: np.random.Generator) -> Floats:
    """Widths of pens, in pixels of a picture, spread as MNIST's are."""
    return np.asarray(PEN_WIDTH * np.exp(rng.normal(0, PEN_SPREAD, count).clip(-0.55, 0.7)))


def write_skeleton(path: str, count: int, rng: np.random.Generator) -> list[list[Floats]]:
    """Write one skeleton `count` times, each time in another hand.

    Parameters
    ----------
    path : as in `skeletons.py`
    count : how many; all are made at once, in arrays (count, points, 2)
    rng : decides everything

    Returns
    -------
    the strokes of each drawing, (n, 2) arrays, about 100 high
    """
    strokes = []
    for controls, basis in _parse(path):
        moved = (
            controls
            + rng.normal(0, UNSTEADINESS, (count, *controls.shape))
            + rng.normal(0, 2.0, (count, 1, 2))
        )
        strokes.append(basis @ moved)
    lengths = [stroke.shape[1] for stroke in strokes]
    points = _deform(np.concatenate(strokes, axis=1), rng)
    parts = np.split(points, np.cumsum(lengths)[:-1], axis=1)
    ended = [_end(part, rng) for part in parts]
    return [_sample(_lift([part[i] for part in ended], rng), rng) for i in range(count)]


@cache
def _parse(path: str) -> tuple[tuple[Floats, Floats], ...]:
    """Each stroke's control points (k, 2), and the matrix (m, k) that turns them into points on the curve."""
    strokes = []
    for stroke in path.split("|"):
        words = stroke.split()
        controls = np.array([[float(number) for number in word.rstrip("!").split(",")] for word in words])
        corners = [0, *(i for i, word in enumerate(words) if word.endswith("!")), len(words) - 1]
        strokes.append((controls, _spline_basis(len(words), corners)))
    return tuple(strokes)


def _spline_basis(count: int, corners: Sequence[int]) -> Floats:
    """Catmull–Rom splines from corner to corner, as a matrix; at a corner the tangent is the chord."""
    identity = np.eye(count)
    start, leave, stop, arrive = hermite(np.linspace(0, 1, POINTS_A_PIECE, endpoint=False)[:, None])
    rows = []
    for first, last in pairwise(corners):
        for i in range(first, last):
            p0, p1, p2, p3 = (identity[min(max(j, first), last)] for j in (i - 1, i, i + 1, i + 2))
            rows.append(start * p1 + leave * (p2 - p0) / 2 + stop * p2 + arrive * (p3 - p1) / 2)
    return np.concatenate([*rows, identity[-1:]])


def _deform(points: Floats, rng: np.random.Generator) -> Floats:
    """Bend, shift proportions, widen, slant, turn: each drawing in its own way."""
    count = len(points)
    points = points - points.mean(axis=1, keepdims=True)
    points = points + _bend(points, rng)
    x, y = points[..., 0], points[..., 1]

    def each(spread: float) -> Floats:
        return rng.normal(0, spread, (count, 1))

    y = y + each(0.003) * (50**2 - y**2)  # a larger head or a larger belly
    x = x * (1 + each(0.004) * y)  # wider at the top or at the bottom
    x = x * np.exp(each(0.25))
    x = x - (0.12 + each(0.25)) * y
    angle = each(0.14)
    x, y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    tremor = rng.normal(0, 0.5, points.shape)
    return np.stack([x, y], axis=-1) + tremor


def _bend(points: Floats, rng: np.random.Generator, waves: int = 3) -> Floats:
    """A smooth field of displacements: a few long waves in random directions."""
    count = len(points)
    bent = np.zeros_like(points)
    for _ in range(waves):
        wave = rng.normal(0, 0.03, (count, 2, 1))
        phase = rng.uniform(0, 2 * np.pi, (count, 1, 1))
        bent += np.sin(points @ wave + phase) * rng.normal(0, 3.0, (count, 1, 2))
    return bent


def _end(stroke: Floats, rng: np.random.Generator) -> Floats:
    """Lengthen or shorten a stroke at both ends, sometimes with a little hook."""
    count = len(stroke)
    ends = []
    for order in (stroke, stroke[:, ::-1]):
        along = order[:, :1] - order[:, 3:4]
        hook = rng.normal(0, 6, (count, 1, 2)) * (rng.random((count, 1, 1)) < 0.12)
        tip = order[:, :1] + along * rng.normal(0, 0.25, (count, 1, 1)).clip(-0.5, 0.8)
        ends.append((tip, tip + hook))
    (start, start_hook), (stop, stop_hook) = ends
    return np.concatenate([start_hook, start, stroke[:, 2:-2], stop, stop_hook], axis=1)


def _lift(strokes: list[Floats], rng: np.random.Generator) -> list[Floats]:
    """Now and then the pen leaves the pad within a stroke, or stays on it between two."""
    chance = rng.random()
    if chance < 0.06:
        cut = int(rng.integers(4, len(strokes[0]) - 4)) if len(strokes[0]) > 10 else 0
        if cut:
            shift = rng.normal(0, 2.5, 2)
            return [strokes[0][:cut], strokes[0][cut:] + shift, *strokes[1:]]
    if chance > 0.9 and len(strokes) > 1:
        return [_dragged(strokes, rng)]
    return strokes


def _dragged(strokes: list[Floats], rng: np.random.Generator) -> Floats:
    """All strokes as one, the pen drawing lines between them; some begin at their other end."""
    path = [strokes[0]]
    for stroke in strokes[1:]:
        following = stroke[::-1] if rng.random() < 0.2 else stroke
        path += [np.linspace(path[-1][-1], following[0], DRAG_POINTS)[1:-1], following]
    return np.concatenate(path)


def _sample(strokes: list[Floats], rng: np.random.Generator) -> list[Floats]:
    """Now and then a slow screen misses most points, or knows only coarse ones, or a mouse shakes."""
    chance = rng.random()
    if chance < 0.08:
        return _thinned(strokes, int(rng.integers(3, 11)))
    if chance < 0.16:
        coarse = rng.uniform(3, 9)
        return [np.round(stroke / coarse) * coarse for stroke in strokes]
    if chance < 0.24:
        shaken = [stroke + rng.normal(0, rng.uniform(1, 3.5), stroke.shape) for stroke in strokes]
        return _thinned(shaken, int(rng.integers(2, 5)))
    if chance < 0.34:
        length = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes)
        return [resample(stroke, length / rng.integers(8, 21)) for stroke in strokes]
    return strokes


def _thinned(strokes: list[Floats], every: int) -> list[Floats]:
    return [np.concatenate([stroke[:-1:every], stroke[-1:]]) for stroke in strokes]
