"""The second tool: streamlit-drawable-canvas, to undo, redo, move and delete single strokes.

Two faults of the canvas are worked around. Its toolbar lies invisible over its top right corner and takes the
pointer: the canvas is `STRIP` pixels taller than the sheet, so that nobody draws there. A page change loses
its drawing: the strokes live in the session, and the canvas is fed from there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.drawing_pad import SIDE, current_drawing, load_drawing
from pages.components.language import _

SHEET = 340  # pixels: fits the narrowest phone's column
STRIP = 40
SCALE = SIDE / SHEET
BRUSH = 17
KEY = "stroke_editor"
SOURCE_KEY = "stroke_editor_source"

Floats = NDArray[np.float64]


def stroke_editor() -> None:
    """Show the canvas with the strokes of the pad; every change goes back to the pad's drawing."""
    from streamlit_drawable_canvas import st_canvas  # registers itself with the running server

    st.caption(
        _(
            "Point at the sheet, or touch it, for its tools: ↶ and ↷ undo and redo, the pencil lets you "
            "pick a stroke, move it, or delete it with ✕. The bin takes back all changes."
        )
    )
    drawing = current_drawing()
    source = st.session_state.get(SOURCE_KEY)
    if source is None or source["at"] != (drawing.epoch, drawing.revision):
        source = {"at": (drawing.epoch, drawing.revision), "initial": to_fabric(drawing.strokes, _ink())}
        st.session_state[SOURCE_KEY] = source
    st_canvas(
        stroke_width=BRUSH,
        stroke_color=_ink(),
        background_color="#1B2733" if _is_dark() else "#F1F5F9",
        width=SHEET,
        height=SHEET + STRIP,
        initial_drawing=source["initial"],
        key=KEY,
        on_change=_receive,
    )
    st.button(_("Clear"), on_click=load_drawing, args=((),))


def _receive() -> None:
    raw = ((st.session_state.get(KEY) or {}).get("drawing") or {}).get("raw")
    strokes = from_fabric(raw)
    if strokes is None or _are_equal(strokes, current_drawing().strokes):
        return
    load_drawing(strokes, fit=False)
    drawing = current_drawing()
    st.session_state[SOURCE_KEY]["at"] = (drawing.epoch, drawing.revision)


def _are_equal(some: list[Floats], others: Any) -> bool:
    return len(some) == len(others) and all(
        a.shape == b.shape and np.abs(a - b).max(initial=0) < 3 for a, b in zip(some, others, strict=True)
    )


def to_fabric(strokes: Any, colour: str) -> dict[str, Any]:
    """Strokes as the canvas's own JSON."""
    return {"objects": [_path(np.asarray(stroke, np.float64), colour) for stroke in strokes if len(stroke)]}


def _path(stroke: Floats, colour: str) -> dict[str, Any]:
    points = stroke / SCALE + (0, STRIP)
    if len(points) == 1:
        points = np.concatenate([points, points + 0.1])
    path = [["L", round(x, 2), round(y, 2)] for x, y in points.tolist()]
    path[0][0] = "M"
    return {
        "type": "path",
        "path": path,
        "fill": None,
        "stroke": colour,
        "strokeWidth": BRUSH,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def from_fabric(raw: Any) -> list[Floats] | None:
    """The strokes of the canvas's JSON, as moved, turned and scaled there; None for anything else."""
    if not isinstance(raw, dict) or not isinstance(raw.get("objects"), list):
        return None
    try:
        paths = [item for item in raw["objects"] if str(item.get("type")).lower() == "path"]
        return [(_points(item) - (0, STRIP)) * SCALE for item in paths]
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        return None


def _points(item: dict[str, Any]) -> Floats:
    """Pen positions of one path object: fabric keeps them around the middle of the path's box."""
    points = np.array([command[-2:] for command in item["path"] if len(command) >= 3], np.float64)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = np.array([item.get("scaleX", 1), item.get("scaleY", 1)], np.float64)
    flip = np.array([-1 if item.get("flipX") else 1, -1 if item.get("flipY") else 1])
    angle = np.deg2rad(float(item.get("angle", 0)))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    size = (high - low + float(item.get("strokeWidth", 0))) * scale
    origin = {"left": -0.5, "top": -0.5, "center": 0.0, "right": 0.5, "bottom": 0.5}
    corner = np.array([origin[item.get("originX", "left")], origin[item.get("originY", "top")]])
    middle = np.array([item["left"], item["top"]], np.float64) - (corner * size) @ turn
    return np.asarray((points - (low + high) / 2) * scale * flip @ turn + middle)


def _is_dark() -> bool:
    return bool(st.context.theme.type == "dark")


def _ink() -> str:
    return "#E8EEF4" if _is_dark() else "#15202B"
