"""The drawings a visitor keeps, each with the digit it was meant to be."""

from __future__ import annotations

import errno
import json
import logging
import re
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mnist_core.data.dataset import CLASSES, IMAGE_SIZE, Split
from mnist_core.drawing import rasterize_strokes
from mnist_core.errors import DrawingError
from mnist_core.files import npz_bytes, write_atomically
from mnist_core.png import encode_png

logger = logging.getLogger(__name__)

FORMAT_VERSION = 1
MOST_DRAWINGS = 500
SHEET_COLUMNS = 10
SHEET_SCALE = 3
_OWNER = re.compile(r"[0-9A-Za-z_-]{1,64}")
_ID = re.compile(r"[0-9]{16}-[0-9a-f]{8}")


@dataclass(frozen=True)
class KeptDrawing:
    """One kept drawing.

    Parameters
    ----------
    id : orders the drawings by time
    label : the digit it was meant to be
    strokes : (n, 2) float32 each, as drawn; empty for an uploaded picture
    image : (28, 28) uint8, as the models read it
    """

    id: str
    label: int
    strokes: tuple[NDArray[np.float32], ...]
    image: NDArray[np.uint8]


class DrawingStore:
    """The drawings of one visitor: a folder with one JSON file for each.

    Parameters
    ----------
    home : `mnist_home()`
    owner : names the visitor
    """

    def __init__(self, home: Path, owner: str) -> None:
        if not _OWNER.fullmatch(owner):
            raise DrawingError(
                "A visitor's name has letters and digits only. Received: {owner!r}.", owner=owner
            )
        self._folder = home / "drawings" / owner

    def keep(
        self, label: int, strokes: Sequence[ArrayLike] = (), image: NDArray[np.float32] | None = None
    ) -> KeptDrawing:
        """Keep a drawing, by its strokes or by its (28, 28) picture in [0, 1].

        Raises
        ------
        DrawingError
            if it is empty, there are too many, or the disk does not take it
        """
        if not (isinstance(label, int) and 0 <= label < CLASSES):
            raise DrawingError("A drawing is kept as a digit from 0 to 9. Received: {label!r}.", label=label)
        if len(self._paths()) >= MOST_DRAWINGS:
            raise DrawingError(
                "You have kept {count} drawings, and there is room for no more. Delete some first.",
                count=MOST_DRAWINGS,
            )
        arrays = tuple(np.asarray(stroke, np.float32).reshape(-1, 2) for stroke in strokes)
        picture = rasterize_strokes(arrays) if image is None else image
        drawing = KeptDrawing(
            f"{time.time_ns() // 1000:016d}-{uuid.uuid4().hex[:8]}",
            label,
            arrays,
            np.round(picture * 255).astype(np.uint8),
        )
        self._write(drawing)
        return drawing

    @property
    def version(self) -> int:
        """Changes whenever a drawing is kept or forgotten."""
        return self._folder.stat().st_mtime_ns if self._folder.is_dir() else 0

    def load(self) -> list[KeptDrawing]:
        """All kept drawings, the oldest first. A damaged file is passed over."""
        found = (self._read(path) for path in self._paths())
        return [drawing for drawing in found if drawing is not None]

    def delete(self, drawing_id: str) -> None:
        """Forget one; does nothing where it is gone already. `DrawingError` where it cannot be deleted."""
        if _ID.fullmatch(drawing_id):
            _unlink(self._path(drawing_id))

    def clear(self) -> None:
        """Forget all. `DrawingError` where one cannot be deleted."""
        for path in self._paths():
            _unlink(path)

    def _paths(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.json") if _ID.fullmatch(path.stem))

    def _path(self, drawing_id: str) -> Path:
        return self._folder / f"{drawing_id}.json"

    def _write(self, drawing: KeptDrawing) -> None:
        text = json.dumps({"format_version": FORMAT_VERSION, **_to_dict(drawing)})
        try:
            write_atomically(self._path(drawing.id), text.encode())
        except OSError as error:
            raise _not_kept(error) from error

    def _read(self, path: Path) -> KeptDrawing | None:
        try:
            return _from_dict(path.stem, json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("A kept drawing cannot be read: %s (%s)", path, error)
            return None


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise DrawingError("A drawing could not be deleted: the app may not write to its folder.") from error


def _not_kept(cause: OSError) -> DrawingError:
    if cause.errno in (errno.ENOSPC, errno.EDQUOT):
        return DrawingError("The disk is full, so this drawing was not kept. Free some space and try again.")
    return DrawingError("This drawing could not be kept: the app may not write to its folder.")


def _to_dict(drawing: KeptDrawing) -> dict[str, Any]:
    return {
        "label": drawing.label,
        "strokes": [np.round(stroke, 1).tolist() for stroke in drawing.strokes],
        "image": drawing.image.ravel().tolist(),
    }


def _from_dict(drawing_id: str, facts: dict[str, Any]) -> KeptDrawing:
    if facts["format_version"] != FORMAT_VERSION or facts["label"] not in range(CLASSES):
        raise ValueError("another format")
    strokes = tuple(np.array(stroke, np.float32).reshape(-1, 2) for stroke in facts["strokes"])
    image = np.array(facts["image"], np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE)
    return KeptDrawing(drawing_id, int(facts["label"]), strokes, image)


def drawings_split(drawings: Sequence[KeptDrawing]) -> Split:
    """Drawings as images and labels, to be judged by or learned from."""
    return Split(
        np.stack([drawing.image for drawing in drawings]),
        np.array([drawing.label for drawing in drawings], np.uint8),
    )


def drawings_to_json(drawings: Sequence[KeptDrawing]) -> bytes:
    """Labels, strokes [[[x, y], …], …] and pictures as JSON."""
    facts = {"format_version": FORMAT_VERSION, "drawings": [_to_dict(drawing) for drawing in drawings]}
    return json.dumps(facts).encode()


def drawings_to_npz(drawings: Sequence[KeptDrawing]) -> bytes:
    """The pictures in Keras's layout: all in `x_train` and `y_train`; the test part is empty."""
    split = drawings_split(drawings)
    return npz_bytes(
        x_train=split.images, y_train=split.labels, x_test=split.images[:0], y_test=split.labels[:0]
    )


def drawings_to_png(drawings: Sequence[KeptDrawing]) -> bytes:
    """One picture of all drawings, dark ink on white, ten in a row."""
    rows = -(-len(drawings) // SHEET_COLUMNS)
    columns = min(len(drawings), SHEET_COLUMNS)
    sheet = np.zeros((rows, IMAGE_SIZE, columns, IMAGE_SIZE), np.uint8)
    for number, drawing in enumerate(drawings):
        sheet[number // SHEET_COLUMNS, :, number % SHEET_COLUMNS] = drawing.image
    pixels = 255 - sheet.reshape(rows * IMAGE_SIZE, columns * IMAGE_SIZE)
    return encode_png(pixels, scale=SHEET_SCALE)
