"""The drawing pad: a square to draw a digit on with pen, finger, mouse or arrow keys, answered while drawing.

The drawing belongs to the visitor's session. The browser sends every change with the `epoch` it builds on and
a rising `revision`; the server raises the epoch when it lays another drawing on the pad. So an answer that comes
late never brings back what was cleared, and a drawing that was loaded is not overwritten by an older one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from pages.components.language import _

SIDE = 1000  # units along the pad's side, here and in drawing_pad.js
LOADED_SIDE = 680  # longest side of a drawing that is fitted to the pad
MOST_POINTS = 20_000
TOUCH = 20  # units: a finger that moves less than this wobbled on its place, under a brush that is 50 wide
WIDGET_KEY = "pad"
SESSION_KEY = "drawing"

Stroke = NDArray[np.float32]

_here = Path(__file__)
_mount = st.components.v2.component(
    "drawing_pad",
    html=_here.with_suffix(".html").read_text(encoding="utf-8"),
    css=_here.with_suffix(".css").read_text(encoding="utf-8"),
    js=_here.with_suffix(".js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Drawing:
    """What is on the pad.

    Parameters
    ----------
    strokes : (n, 2) pen positions each, x right, y down, 0 to `SIDE`
    epoch : how many drawings the server has laid on the pad
    revision : how many changes the browser has reported since
    token : names the session
    is_drawing : whether the pen is on the pad
    """

    strokes: tuple[Stroke, ...]
    epoch: int
    revision: int
    token: str
    is_drawing: bool = False


def drawing_pad() -> Drawing:
    """Show the pad; what is drawn on it now. Call it inside a fragment: it reruns ten times a second."""
    drawing = current_drawing()
    _mount(
        key=WIDGET_KEY,
        data={
            "token": drawing.token,
            "epoch": drawing.epoch,
            "revision": drawing.revision,
            "strokes": [stroke.astype(int).ravel().tolist() for stroke in drawing.strokes],
            "words": _words(),
        },
        on_drawing_change=_receive,
    )
    return drawing


def current_drawing() -> Drawing:
    """The visitor's drawing, wherever the pad is."""
    if SESSION_KEY not in st.session_state:
        st.session_state[SESSION_KEY] = Drawing((), 0, 0, uuid.uuid4().hex)
    drawing: Drawing = st.session_state[SESSION_KEY]
    return drawing


def load_drawing(strokes: Sequence[ArrayLike], *, fit: bool = True) -> None:
    """Lay another drawing on the pad.

    Parameters
    ----------
    strokes : (n, 2) arrays
    fit : scale and centre them; False if they were drawn on this pad
    """
    arrays = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes if np.size(stroke)]
    placed = _fitted(arrays) if fit and arrays else arrays
    old = current_drawing()
    st.session_state[SESSION_KEY] = Drawing(_whole(placed), old.epoch + 1, 0, old.token)


def _fitted(strokes: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = LOADED_SIDE / max(float((high - low).max()), 1e-9)
    return [(stroke - (low + high) / 2) * scale + SIDE / 2 for stroke in strokes]


def _whole(strokes: Sequence[NDArray[np.float64]]) -> tuple[Stroke, ...]:
    return tuple(np.clip(np.round(stroke), 0, SIDE).astype(np.float32) for stroke in strokes)


def _receive() -> None:
    """Take what the browser sent, unless it is about a drawing that has been replaced."""
    old = current_drawing()
    value = st.session_state.get(WIDGET_KEY, {}).get("drawing")
    if not isinstance(value, dict) or (value.get("token"), value.get("epoch")) != (old.token, old.epoch):
        return
    revision, strokes = value.get("revision"), read_strokes_value(value.get("strokes"))
    if isinstance(revision, int) and revision > old.revision and strokes is not None:
        st.session_state[SESSION_KEY] = replace(
            old, strokes=strokes, revision=revision, is_drawing=value.get("isDrawing") is True
        )


def read_strokes_value(value: Any) -> tuple[Stroke, ...] | None:
    """Strokes as the browser sends them, [[x, y, x, y, …], …]; None for anything else or too much."""
    if not isinstance(value, list) or not all(isinstance(stroke, list) for stroke in value):
        return None
    if sum(map(len, value)) > 2 * MOST_POINTS or any(len(stroke) % 2 for stroke in value):
        return None
    try:
        arrays = [np.array(stroke, np.float64).reshape(-1, 2) for stroke in value if stroke]
    except (TypeError, ValueError):
        return None
    if not all(np.isfinite(array).all() for array in arrays):
        return None
    return _whole([array if np.ptp(array, axis=0).max() >= TOUCH else array[:1] for array in arrays])


def _words() -> dict[str, str]:
    return {
        "label": _("Drawing pad"),
        "invitation": _("One digit from 0 to 9"),
        "keys": _("Arrow keys move the pen, space lowers and lifts it, Backspace undoes, Delete clears."),
        "undo": _("Undo"),
        "clear": _("Clear"),
        "waiting": _("Waiting for the network …"),
        "penDown": _("Pen down"),
        "penUp": _("Pen up"),
        "place": _("{across}% across, {down}% down", across="{across}", down="{down}"),  # filled in there
        "undone": _("Undone"),
        "cleared": _("Cleared"),
    }
