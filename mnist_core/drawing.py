"""From strokes or a picture to what the models read: a (28, 28) picture with MNIST's own statistics.

MNIST's pictures were fitted into 20×20 pixels and moved so that the centre of mass is in the middle. Its pen,
measured on the 60,000 training pictures (row profiles of upright ones; 2 × area / outline of all digits), is
2.6 pixels wide (5% to 95%: 1.95 to 3.8), with an edge that falls from ink to paper over one pixel. Whatever
the brush, the screen or the sampling rate, a drawing comes out with that pen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from mnist_core.messages import mark
from mnist_core.pen import MIDDLE, Floats, Strokes, clean_strokes, fit_strokes, trace

Picture = NDArray[np.float32]

SIZE = 28
BOX = 19.5  # pixels from outer edge to outer edge of the ink, at half darkness: 20 pixels are touched
PEN_WIDTH = 2.6
USUAL_WIDTHS = (2.0, 3.6)  # a picture's pen within these is kept as it is
EDGE = 1.0
BRUSH = 0.05  # width of a usual drawing pad's brush, as a share of the pad

_ROWS, _COLUMNS = np.mgrid[:SIZE, :SIZE].astype(np.float32).reshape(2, -1)
_PIXELS = np.stack([-2 * _COLUMNS, -2 * _ROWS, np.ones(SIZE * SIZE, np.float32)])
_PIXELS_SQUARED = _COLUMNS**2 + _ROWS**2


def rasterize_strokes(strokes: Strokes, *, pen_width: float = PEN_WIDTH, keep_slips: bool = False) -> Picture:
    """Draw strokes as MNIST would have shown them.

    Parameters
    ----------
    strokes : sequence of (n, 2) arrays of pen positions, x right, y down, in any unit, place and size
    pen_width : in pixels of the picture
    keep_slips : draw strokes too that are tiny beside the largest

    Returns
    -------
    (28, 28) float32 in [0, 1], ink 1: longest side 20 pixels, centre of mass in the middle

    Raises
    ------
    DrawingError
        if nothing is drawn, or a stroke is not an (n, 2) array of finite numbers
    """
    points = trace(fit_strokes(clean_strokes(strokes, keep_slips=keep_slips), BOX - pen_width))
    return _centred(points, pen_width)


def rasterize_many(
    drawings: Iterable[Strokes],
    *,
    pen_widths: Iterable[float] | None = None,
    keep_slips: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Picture:
    """`rasterize_strokes` for each drawing: (n, 28, 28) float32. `progress` gets the number done."""
    drawings = list(drawings)
    widths = [PEN_WIDTH] * len(drawings) if pen_widths is None else list(pen_widths)
    pictures = np.empty((len(drawings), SIZE, SIZE), np.float32)
    for i, (strokes, width) in enumerate(zip(drawings, widths, strict=True)):
        pictures[i] = rasterize_strokes(strokes, pen_width=width, keep_slips=keep_slips)
        if progress is not None and (i % 256 == 255 or i + 1 == len(drawings)):
            progress(i + 1)
    return pictures


def preparation_steps(
    strokes: Strokes,
    *,
    fit: bool = True,
    centre: bool = True,
    pen_width: bool = True,
    canvas: float | None = None,
) -> tuple[tuple[str, Picture], ...]:
    """Prepare a drawing one step at a time; with all steps on, the last picture is `rasterize_strokes`'.

    Parameters
    ----------
    strokes : as for `rasterize_strokes`
    fit, centre, pen_width : whether the step is made
    canvas : side of the square pad, its corner at (0, 0), in the strokes' unit; None: a pad round the drawing

    Returns
    -------
    (name to translate, (28, 28) float32) for the plain resize and each step made, each on top of those before it

    Raises
    ------
    DrawingError
        as for `rasterize_strokes`
    """
    cleaned = clean_strokes(strokes)
    left, top, side = _pad(cleaned, canvas)
    pixel = [(stroke - (left, top)) * (SIZE / side) - 0.5 for stroke in cleaned]
    width = SIZE * BRUSH
    steps = [(mark("Plain resize"), _ink(trace(pixel), width))]
    if fit:
        extent = float(np.ptp(np.concatenate(pixel), axis=0).max())
        scale = BOX / (extent + width)
        pixel, width = fit_strokes(pixel, extent * scale), width * scale
        steps.append((mark("Fit to 20 × 20"), _ink(trace(pixel), width)))
    if centre:
        pixel = _shifted(pixel, width)
        steps.append((mark("Centre"), _ink(trace(pixel), width)))
    if pen_width:
        if fit:
            pixel = fit_strokes(pixel, BOX - PEN_WIDTH)
        pixel = _shifted(pixel, PEN_WIDTH) if centre else pixel
        steps.append((mark("Pen width"), _ink(trace(pixel), PEN_WIDTH)))
    return tuple(steps)


def preprocess_image(image: NDArray[np.uint8]) -> Picture:
    """Turn a picture or photo of one digit into what `rasterize_strokes` would have drawn.

    Paper may be darker or lighter than the ink, uneven, or transparent; the picture any size.

    Parameters
    ----------
    image : (H, W), (H, W, 3) or (H, W, 4) uint8

    Returns
    -------
    (28, 28) float32 in [0, 1], ink 1

    Raises
    ------
    DrawingError
        for another dtype or shape, or if no ink stands out from the paper
    """
    from mnist_core.photo import find_ink  # Pillow is only needed for pictures

    return _redrawn(find_ink(image))


def _pad(strokes: list[Floats], canvas: float | None) -> tuple[float, float, float]:
    points = np.concatenate(strokes)
    if canvas is not None:
        return 0.0, 0.0, canvas
    low, high = points.min(axis=0), points.max(axis=0)
    side = float((high - low).max()) * 1.3 or 1.0
    left, top = (low + high) / 2 - side / 2
    return float(left), float(top), side


def _ink(points: NDArray[np.float32], pen_width: float) -> Picture:
    """Darkness of each pixel: 1 within the pen, falling to 0 across its edge."""
    ink: Picture = np.minimum(np.maximum((pen_width / 2 + EDGE / 2 - _distance(points)) / EDGE, 0), 1)
    return ink.reshape(SIZE, SIZE)


def _distance(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """From each of the 784 pixels x to the nearest point p: |p − x|² = |p|² − 2 p·x + |x|²."""
    terms = np.empty((len(points), 3), np.float32)
    terms[:, :2] = points
    terms[:, 2] = np.einsum("ij,ij->i", points, points)
    squared = (terms @ _PIXELS).min(axis=0) + _PIXELS_SQUARED
    return np.asarray(np.sqrt(np.maximum(squared, 0)))


def _offset(picture: Picture) -> tuple[float, float]:
    """How far (x, y) the centre of mass is from the middle."""
    mass = float(picture.sum())
    if mass == 0:
        return 0.0, 0.0
    flat = picture.ravel()
    return float(_COLUMNS @ flat) / mass - MIDDLE, float(_ROWS @ flat) / mass - MIDDLE


def _centred(points: NDArray[np.float32], pen_width: float) -> Picture:
    shift = np.array(_offset(_ink(points, pen_width)), np.float32)
    return _ink(points - shift, pen_width)


def _shifted(strokes: list[Floats], pen_width: float) -> list[Floats]:
    """Strokes moved so that their ink's centre of mass is in the middle."""
    shift = np.array(_offset(_ink(trace(strokes), pen_width)))
    return [stroke - shift for stroke in strokes]


def _redrawn(ink: Picture) -> Picture:
    """Draw ink of any size (0 paper, 1 ink) again by each pixel's distance from the ink's outline."""
    outline = _outline(ink)
    low, high = outline.min(axis=0), outline.max(axis=0)
    extent = float((high - low).max())
    width = (
        2 * float((ink > 0.5).sum()) / (np.pi / 4 * len(outline))
    )  # 2 × area / perimeter (Cauchy, Crofton)
    wanted = float(np.clip(width * BOX / extent, *USUAL_WIDTHS))
    scale = (BOX - wanted) / (extent - width) if extent > 2 * width else BOX / extent
    points = (outline - (low + high) / 2) * scale + MIDDLE
    origin = MIDDLE - (low + high) / 2 * scale
    margin = (wanted - width * scale) / 2

    def picture(shift: Floats) -> Picture:
        distance = _distance((points - shift).astype(np.float32))
        inside = (
            _sample(ink, (_COLUMNS - origin[0] + shift[0]) / scale, (_ROWS - origin[1] + shift[1]) / scale)
            > 0.5
        )
        drawn = np.clip(0.5 + (np.where(inside, distance, -distance) + margin) / EDGE, 0, 1)
        return drawn.astype(np.float32).reshape(SIZE, SIZE)

    return picture(np.array(_offset(picture(np.zeros(2)))))


def _outline(ink: Picture) -> Floats:
    """Where the ink crosses one half, along rows and along columns: (n, 2) as (x, y)."""
    level = ink.astype(np.float64) - 0.5
    points = []
    for axis in (0, 1):
        a, b = (level[:-1], level[1:]) if axis == 0 else (level[:, :-1], level[:, 1:])
        rows, columns = np.nonzero((a > 0) != (b > 0))
        part = (a / (a - b + (a == b)))[rows, columns]
        points.append(np.stack([columns + part * (axis == 1), rows + part * (axis == 0)], axis=1))
    return np.concatenate(points)


def _sample(ink: Picture, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values between pixels, by bilinear interpolation; paper outside."""
    padded = np.pad(ink, 1)
    x = np.clip(x + 1, 0, padded.shape[1] - 1.001)
    y = np.clip(y + 1, 0, padded.shape[0] - 1.001)
    column, row = x.astype(int), y.astype(int)
    u, v = x - column, y - row
    upper = padded[row, column] * (1 - u) + padded[row, column + 1] * u
    lower = padded[row + 1, column] * (1 - u) + padded[row + 1, column + 1] * u
    return np.asarray(upper * (1 - v) + lower * v)
