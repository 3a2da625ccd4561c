"""From pen positions, wherever and however often a screen reports them, to points along an unbroken line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_core.errors import DrawingError

Floats = NDArray[np.float64]
Strokes = Sequence[ArrayLike]

MIDDLE = 14.0  # where MNIST's centre of mass is, counting pixels from 0
STRAY = 0.08  # strokes smaller than this share of the largest are slips of the pen
JUMP = 0.15  # a step this long, as a share of the drawing, may be a lifted pen that nobody recorded
ALONE = 2.5  # if it is so many times as long as each of the steps around it
AROUND = 3  # of which so many on either side count
STRAIGHT = 0.98  # cosine of 11 degrees: a long step that turns less at both ends is no lifted pen
FAR = 3.0  # pixels between pen positions from which on the pen is taken to have moved in a curve
CURVE = (np.arange(8) / 8)[:, None, None]  # places on the curve from one pen position to the next
SPACING = 0.5  # pixels between the points that the pen is put down on
FEW_POINTS = 1500  # beyond this, points that share a quarter of a pixel are drawn once


def clean_strokes(strokes: Strokes, *, keep_slips: bool = False) -> list[Floats]:
    """Check strokes, cut them where the pen jumped, and drop what is empty.

    Parameters
    ----------
    strokes : sequence of (n, 2) arrays
    keep_slips : keep strokes that are tiny beside the largest; a digit has none, but a question mark has

    Raises
    ------
    DrawingError
        if nothing is drawn, or a stroke is not an (n, 2) array of finite numbers
    """
    checked = [stroke for stroke in map(_checked, strokes) if len(stroke)]
    if not checked:
        raise DrawingError("Nothing is drawn yet. Draw a digit from 0 to 9.")
    cut = _cut_at_jumps(checked)
    return cut if keep_slips else _without_slips(cut)


def fit_strokes(strokes: list[Floats], side: float) -> list[Floats]:
    """Strokes scaled so that the longest side of their box is `side`, in the middle of the picture."""
    points = np.concatenate(strokes)
    unit = float(np.abs(points).max()) or 1.0  # so that not even 1e308 overflows
    low, high = points.min(axis=0) / unit, points.max(axis=0) / unit
    extent = float((high - low).max())
    scale = side / extent if extent > 0 else 1.0
    return [(stroke / unit - (low + high) / 2) * scale + MIDDLE for stroke in strokes]


def trace(strokes: list[Floats]) -> NDArray[np.float32]:
    """Pen positions close enough together to leave an unbroken line, jitter smoothed away."""
    points = np.concatenate([_smoothed(resample(_curved(stroke), SPACING)) for stroke in strokes])
    if len(points) > FEW_POINTS:
        points = np.unique(np.round(points * 4), axis=0) / 4
    return points.astype(np.float32)


def resample(stroke: Floats, spacing: float) -> Floats:
    """Points along a stroke at equal distances, both ends kept: (n, 2) → (m, 2)."""
    if len(stroke) == 1:
        return stroke
    steps = stroke[1:] - stroke[:-1]
    travelled = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
    count = int(travelled[-1] / spacing) + 2
    places = np.arange(count) * (travelled[-1] / (count - 1))
    points = np.empty((count, 2))
    points[:, 0] = np.interp(places, travelled, stroke[:, 0])
    points[:, 1] = np.interp(places, travelled, stroke[:, 1])
    return points


def hermite(u: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """What counts at the places `u`, from 0 to 1, of a cubic curve: start, its tangent, end, its tangent."""
    return 2 * u**3 - 3 * u**2 + 1, u**3 - 2 * u**2 + u, -2 * u**3 + 3 * u**2, u**3 - u**2


def _checked(stroke: ArrayLike) -> Floats:
    try:
        points = np.asarray(stroke, dtype=np.float64)
    except (TypeError, ValueError):
        raise DrawingError(
            "A stroke is an (n, 2) array of numbers. Received: {received!r}.", received=stroke
        ) from None
    if points.size == 0:
        return np.empty((0, 2))
    if points.ndim != 2 or points.shape[1] != 2:
        raise DrawingError(
            "A stroke is an (n, 2) array of numbers. Received shape: {shape}.", shape=points.shape
        )
    if not np.isfinite(points).all():
        raise DrawingError("Pen positions must be finite numbers. Received: NaN or infinity.")
    return points


def _cut_at_jumps(strokes: list[Floats]) -> list[Floats]:
    """Lift the pen where it moved in one step much farther than just before and after.

    Recordings that keep no pen lifts join the strokes of a 5 or a crossed 7 by such a step. A pen gathers
    speed: it never makes a step like that within a stroke that is sampled often enough to be smooth. Only a
    step straight on stays: a busy screen loses the middle of a line, a lifted pen comes down elsewhere.
    """
    quarters = [stroke / 4 for stroke in strokes]  # so that the length of no step overflows
    corners = [corner for stroke in quarters for corner in (stroke.min(axis=0), stroke.max(axis=0))]
    jump = JUMP * float(np.ptp(corners, axis=0).max())
    cuts = [_jumps(stroke, jump) for stroke in quarters]
    return [piece for stroke, places in zip(strokes, cuts, strict=True) for piece in np.split(stroke, places)]


def _jumps(stroke: Floats, jump: float) -> list[int]:
    """Places after which the pen was lifted, counted in points."""
    steps = np.hypot(*(stroke[1:] - stroke[:-1]).T)
    moves = np.flatnonzero(steps)
    lengths = steps[moves]
    places = np.flatnonzero(lengths[AROUND : len(lengths) - AROUND] > jump) + AROUND
    around = np.array([*range(-AROUND, 0), *range(1, AROUND + 1)])
    return [
        int(moves[i]) + 1
        for i in places
        if lengths[i] > ALONE * lengths[i + around].max() and not _is_straight(stroke, moves, int(i))
    ]


def _is_straight(stroke: Floats, moves: NDArray[np.int64], i: int) -> bool:
    """Whether move `i` goes on as the line came, and the line goes on as the move."""
    start, stop = stroke[moves[i]], stroke[moves[i] + 1]
    ways = [start - stroke[moves[i - AROUND]], stop - start, stroke[moves[i + AROUND] + 1] - stop]
    before, jump, after = (way / max(float(np.hypot(*way)), 1e-300) for way in ways)
    return min(float(before @ jump), float(jump @ after)) > STRAIGHT


def _without_slips(strokes: list[Floats]) -> list[Floats]:
    if len(strokes) == 1:
        return strokes
    extents = [float((stroke.max(axis=0) / 2 - stroke.min(axis=0) / 2).max()) for stroke in strokes]
    return [stroke for stroke, extent in zip(strokes, extents, strict=True) if extent >= STRAY * max(extents)]


def _curved(stroke: Floats) -> Floats:
    """Join pen positions that lie far apart, as from a fast finger on a slow screen, by a smooth curve.

    A centripetal Catmull-Rom spline: it passes through the positions and makes no loops between them
    (C. Yuksel et al., Parameterization and applications of Catmull-Rom curves, 2011).
    """
    steps = np.hypot(*(stroke[1:] - stroke[:-1]).T)
    if len(stroke) < 3 or steps.max() < FAR:
        return stroke
    stroke = stroke[np.concatenate([[True], steps > 0])]
    chords = stroke[1:] - stroke[:-1]
    times = np.sqrt(np.hypot(*chords.T))[:, None]
    velocities = chords / times
    weights = times[:-1] / (times[:-1] + times[1:])
    inner = velocities[:-1] * (1 - weights) + velocities[1:] * weights
    tangents = np.concatenate([velocities[:1], inner, velocities[-1:]])
    start, leave, stop, arrive = hermite(CURVE)
    points = start * stroke[:-1] + stop * stroke[1:]
    points += (leave * tangents[:-1] + arrive * tangents[1:]) * times
    return np.concatenate([points.swapaxes(0, 1).reshape(-1, 2), stroke[-1:]])


def _smoothed(points: Floats) -> Floats:
    if len(points) < 3:
        return points
    smooth = points.copy()
    smooth[1:-1] += (points[:-2] - 2 * points[1:-1] + points[2:]) / 4
    return smooth
