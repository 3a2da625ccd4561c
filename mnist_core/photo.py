"""Find the ink in a picture or photo: dark on light or light on dark, uneven, ruled or
squared paper, transparent, any size.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from mnist_core.errors import DrawingError

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

WORKING_SIZE = 320  # longest side, in pixels, that a large picture is shrunk to
INK_SIZE = 100  # longest side of the ink that is returned
MARGIN = 8  # paper around it
LEAST_CONTRAST = 12  # grey levels between paper and ink
LEAST_SIGNAL = 4.0  # the same, in standard deviations of the paper
CLEAR_SIGNAL = 15.0  # below this the paper may have been no smooth surface
AROUND = 0.07  # of the longest side: wider than a pen's line
DARKEST = 16  # grey levels that paper in a shadow is taken to have at least
RULE_WIDTH = 0.02  # of the longest side: printed lines are thinner
RULE_SLOPES = np.arange(-11, 12) * 0.01  # rows per column: about 6 degrees either way
WIDEST_LINE = 60  # of a pen, in pixels, on paper that is none
SPECK = 0.03  # blots smaller than this share of the largest are dirt


def find_ink(image: NDArray[np.uint8]) -> Grey:
    """Cut the digit out of a picture.

    Parameters
    ----------
    image : (H, W), (H, W, 3) or (H, W, 4) uint8

    Returns
    -------
    (h, w) float32: 0 paper, 1 ink, 0.5 on the edge; the ink's longest side is 100 pixels

    Raises
    ------
    DrawingError
        for another dtype or shape, or if no ink stands out from the paper
    """
    grey = _shrink(_grey(image))
    contrast = _contrast(grey)
    ink = _without_dirt(contrast > 0.5)
    if not ink.any():
        raise _nothing_found()
    found = _cut_out(np.where(_grown(ink, 2), contrast, np.minimum(contrast, 0)), ink)
    if not (found > 0.5).any():
        raise _nothing_found()
    return found


def _nothing_found() -> DrawingError:
    return DrawingError("No digit stands out in this picture. Use one digit in dark ink on light paper.")


def _grey(image: NDArray[np.uint8]) -> Grey:
    """Grey levels; what is transparent becomes the paper that shows what is not."""
    channels = image.shape[2] if isinstance(image, np.ndarray) and image.ndim == 3 else 1
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim not in (2, 3):
        raise DrawingError(
            "A picture is a uint8 array (H, W), (H, W, 3) or (H, W, 4). Received: {kind}.", kind=_kind(image)
        )
    if channels not in (1, 3, 4) or image.size == 0:
        raise DrawingError(
            "A picture is a uint8 array (H, W), (H, W, 3) or (H, W, 4). Received: {kind}.", kind=_kind(image)
        )
    colours = image.astype(np.float32).reshape(*image.shape[:2], channels)
    grey: Grey = (
        colours[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32) if channels >= 3 else colours[..., 0]
    )
    if channels < 4:
        return grey
    opacity = colours[..., 3] / 255
    if opacity.max() == 0:
        raise _nothing_found()
    paper = 255.0 if np.average(grey, weights=opacity) < 128 else 0.0
    return (grey * opacity + paper * (1 - opacity)).astype(np.float32)


def _kind(image: object) -> str:
    return f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__


def _shrink(grey: Grey) -> Grey:
    scale = WORKING_SIZE / max(grey.shape)
    return grey if scale >= 1 else _resize(grey, scale)


def _resize(grey: Grey, scale: float) -> Grey:
    height, width = grey.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    kind = Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(grey.astype(np.float32)).resize(size, kind), np.float32)


def _contrast(grey: Grey) -> Grey:
    """0 on paper, 1 in ink: the difference from the paper, as a share of the ink's."""
    is_dark = _is_dark_on_light(grey)
    difference = _paper(grey) - grey
    contrast, signal = _stretched(_without_rules(difference if is_dark else -difference))
    if signal < CLEAR_SIGNAL:
        nearby, clearer = _stretched(_without_rules(_from_nearby(grey, is_dark)))
        contrast, signal = max((contrast, signal), (nearby, clearer), key=lambda found: found[1])
    if signal < LEAST_SIGNAL:
        raise _nothing_found()
    return contrast


def _is_dark_on_light(grey: Grey) -> bool:
    """Ink covers less than the paper around it; both sides of a shadow's edge, or the paper's, weigh alike."""
    image = Image.fromarray(grey.astype(np.uint8))
    around = np.asarray(image.filter(ImageFilter.GaussianBlur(AROUND * max(grey.shape))), np.float64)
    return bool(((around - grey) ** 3).sum() > 0)


def _from_nearby(grey: Grey, is_dark: bool) -> Grey:
    """Ink's difference from the paper nearby, as under even light: a shadow dims ink and paper alike."""
    filled = _filled(grey if is_dark else 255 - grey)
    paper = filled if is_dark else 255 - filled
    return np.asarray(np.abs(paper - grey) / np.maximum(paper, DARKEST) * paper.mean(), np.float32)


def _without_rules(difference: Grey) -> Grey:
    """Erase what is printed on ruled and squared paper: thin lines right across the picture."""
    width = int(RULE_WIDTH * max(difference.shape))
    if width == 0:
        return difference
    return _without_level_rules(_without_level_rules(difference, width).T, width).T


def _without_level_rules(difference: Grey, width: int) -> Grey:
    rules = _level_rules(difference, width)
    is_rule = rules > LEAST_CONTRAST / 2
    is_rule[:width] = is_rule[-width:] = False  # may be the desk beside the paper
    across = np.minimum(np.roll(difference, width, axis=0), np.roll(difference, -width, axis=0))
    return np.where(
        is_rule, np.maximum(difference - rules, across), difference
    )  # a stroke that crosses stays


def _level_rules(difference: Grey, width: int) -> Grey:
    """How dark the more or less level lines are, each as dark as it is along nine tenths of its way."""
    height, length = difference.shape
    rows, columns = np.arange(height)[:, None], np.arange(length)
    padded = np.pad(difference, ((1, 1), (0, 0)), mode="edge")
    spread = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    rules = np.zeros_like(difference)
    for slope in RULE_SLOPES:
        climb = np.round(slope * (columns - length // 2)).astype(int)
        places = (rows + climb)[:, ::2]
        along = spread[np.clip(places, 0, height - 1), columns[::2]]
        along[(places < 0) | (places >= height)] = np.inf  # it left the picture on the way
        tenth = along.shape[1] // 10
        darkness = np.partition(along, tenth, axis=1)[:, tenth]
        thin = darkness - _running(np.max, _running(np.min, darkness, width), width)
        rules = np.maximum(rules, thin[np.clip(rows - climb, 0, height - 1)])
    return rules


def _running(extreme: Callable[..., Grey], values: Grey, width: int) -> Grey:
    padded = np.pad(values, width // 2, mode="edge")
    return extreme(sliding_window_view(padded, 2 * (width // 2) + 1), axis=1)


def _stretched(difference: Grey) -> tuple[Grey, float]:
    """A difference from the paper as a share of the ink's, and how far ink stands out in paper's spread."""
    is_ink = difference > _otsu(np.maximum(difference, 0))
    if not is_ink.any() or is_ink.all():
        return difference, 0.0
    ink, paper = float(np.median(difference[is_ink])), float(np.median(difference[~is_ink]))
    if ink - paper < LEAST_CONTRAST:
        return difference, 0.0
    spread = max(float(difference[~is_ink].std()), 1e-3)
    return ((difference - paper) / (ink - paper)).astype(np.float32), (ink - paper) / spread


def _filled(grey: Grey) -> Grey:
    """Dark lines filled with the paper around them; hard shadows and the paper's own edge stay (a closing)."""
    image = Image.fromarray(grey.astype(np.float32))
    for spread in (ImageFilter.MaxFilter(5), ImageFilter.MinFilter(5)):
        for _ in range(WIDEST_LINE // 4):
            image = image.filter(spread)
    return np.asarray(image, np.float32)


def _paper(grey: Grey) -> Grey:
    """Brightness of the paper: a quadratic surface fitted from the border inwards, ink weighing little."""
    height, width = grey.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * y, x**2, y**2], axis=-1).reshape(-1, 6)
    values = grey.ravel().astype(np.float64)
    weights = np.where(np.maximum(abs(x), abs(y)) > 0.85, 1.0, 0.01).ravel()
    fitted = values
    for _ in range(8):
        weighted = terms * weights[:, None]
        fitted = terms @ np.linalg.lstsq(weighted.T @ terms, weighted.T @ values, rcond=None)[0]
        residual = np.abs(values - fitted)
        weights = 1 / (1 + (residual / max(4.0, 2 * float(np.median(residual)))) ** 4)
    return fitted.reshape(grey.shape).astype(np.float32)


def _otsu(values: Grey) -> float:
    """The cut that splits values into two groups with the smallest spread within each (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=128)
    centres = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    sums = np.cumsum(counts * centres)
    above = below[-1] - below
    usable = (below > 0) & (above > 0)
    if not usable.any():
        return float(edges[-1])
    between = np.zeros(len(counts))
    means = sums[usable] / below[usable], (sums[-1] - sums[usable]) / above[usable]
    between[usable] = below[usable] * above[usable] * (means[0] - means[1]) ** 2
    return float(edges[int(between.argmax()) + 1])


def _grown(mask: Mask, by: int) -> Mask:
    for _ in range(by):
        padded = np.pad(mask, 1)
        mask = mask | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return mask


def label_blots(mask: Mask) -> NDArray[np.int64]:
    """Number the connected blots of a mask from 1; paper is 0. Labels spread until none changes."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        padded = np.pad(labels, 1)
        spread = (
            np.max(
                [
                    padded[1 + i : padded.shape[0] - 1 + i, 1 + j : padded.shape[1] - 1 + j]
                    for i in (-1, 0, 1)
                    for j in (-1, 0, 1)
                ],
                axis=0,
            )
            * mask
        )
        spread = np.where(
            mask, spread.ravel()[np.maximum(spread - 1, 0)], 0
        )  # a blot's root is its own label
        if (spread == labels).all():
            return np.unique(labels, return_inverse=True)[1].reshape(mask.shape)
        labels = spread


def _without_dirt(mask: Mask) -> Mask:
    """Drop specks, and blots that run out of the picture when another one does not."""
    labels = label_blots(mask)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    inside = np.ones(len(areas), bool)
    inside[border] = False
    inner = np.where(inside, areas, 0)
    if inner.max(initial=0) > 0.002 * mask.size:
        areas = inner
    keep = areas > SPECK * areas.max(initial=0)
    return np.asarray(keep[labels] & mask)


def _cut_out(contrast: Grey, ink: Mask) -> Grey:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    scale = INK_SIZE / max(np.ptp(rows) + 1, np.ptp(columns) + 1)
    margin = int(np.ceil(MARGIN / scale))
    padded = np.pad(contrast, margin)
    cut = padded[rows[0] : rows[-1] + 2 * margin + 1, columns[0] : columns[-1] + 2 * margin + 1]
    return np.clip(_resize(cut, scale), 0, 1)
