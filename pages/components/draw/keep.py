"""Drawings kept with the digit they were meant to be: buttons to keep one, the gallery, downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_core.data import mnist_home
from mnist_core.data.dataset import CLASSES
from mnist_core.drawings_store import (
    DrawingStore,
    KeptDrawing,
    drawings_to_json,
    drawings_to_npz,
    drawings_to_png,
)
from pages.components import state
from pages.components.drawing_pad import Drawing, current_drawing, load_drawing
from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures
from pages.components.presses import attempt, press_button

NEWS_KEY = "keep_news"
PICTURES_KEY = "pictures_kept"
KEPT_KEY = "gallery_kept"
DELETING_KEY = "gallery_deleting"


def store() -> DrawingStore:
    """The visitor's kept drawings."""
    return DrawingStore(mnist_home(), state.visitor())


def keep_buttons(drawing: Drawing) -> None:
    """Ten digits to say what was drawn; the drawing is kept as that."""
    key = "keep_drawing"

    def chosen() -> None:
        digit = st.session_state[key]
        st.session_state[key] = None
        if digit is not None:
            attempt(_keep, digit)

    _digit_pills(key, chosen, is_off=not drawing.strokes)
    if NEWS_KEY in st.session_state:
        st.toast(st.session_state.pop(NEWS_KEY), icon="💾")


def keep_picture_buttons(image: NDArray[np.float32], file_id: str) -> None:
    """The same for an uploaded picture: the digit stays marked, and another one takes its place."""
    key = f"keep_picture_{file_id}"
    _digit_pills(key, lambda: attempt(_keep_picture, st.session_state[key], image, file_id), is_off=False)


def _digit_pills(key: str, chosen: Callable[[], None], *, is_off: bool) -> None:
    st.pills(
        _("That was a …"),
        list(range(CLASSES)),
        key=key,
        on_change=chosen,
        disabled=is_off,
        width="stretch",
    )


def _keep(digit: int) -> None:
    """Keep what is on the pad now: nothing, where the browser sends the same choice again with the next one."""
    drawing = current_drawing()
    if drawing.strokes:
        store().keep(digit, drawing.strokes)
        load_drawing(())
        st.session_state[NEWS_KEY] = _("Kept as {digit}. Draw the next one.", digit=digit)


def _keep_picture(digit: int | None, image: NDArray[np.float32], file_id: str) -> None:
    kept_as: dict[str, str] = st.session_state.setdefault(PICTURES_KEY, {})
    if (earlier := kept_as.pop(file_id, None)) is not None:
        store().delete(earlier)
    if digit is not None:
        kept_as[file_id] = store().keep(digit, image=image).id
        st.session_state[NEWS_KEY] = _("Kept as {digit}.", digit=digit)


def gallery() -> list[KeptDrawing]:
    """Show the kept drawings; a click lays one on the pad again, or deletes it."""
    drawings = _kept()
    if not drawings:
        st.caption(_("Nothing kept yet. Draw a digit and say which one it was."))
        return drawings
    is_deleting = st.toggle(_("Delete by a click"), key=DELETING_KEY)
    live_pictures(
        "gallery",
        [
            Picture(kept.image, title=str(kept.label), id=kept.id, hint=_hint(kept, is_deleting))
            for kept in drawings
        ],
        side=48,
        on_choice=lambda chosen: _choose(chosen, drawings),
    )
    _downloads(drawings)
    return drawings


def _kept() -> list[KeptDrawing]:
    """The kept drawings, read again only when they have changed: the gallery is shown ten times a second."""
    version = store().version
    known: tuple[int, list[KeptDrawing]] | None = st.session_state.get(KEPT_KEY)
    if known is None or known[0] != version:
        known = st.session_state[KEPT_KEY] = (version, store().load())
    return known[1]


def _hint(kept: KeptDrawing, is_deleting: bool) -> str:
    if is_deleting:
        return _("Delete this {digit}", digit=kept.label)
    if not kept.strokes:
        return _("{digit}, from a picture: it has no strokes to lay on the pad", digit=kept.label)
    return _("Lay this {digit} on the pad", digit=kept.label)


def _choose(chosen: str, drawings: list[KeptDrawing]) -> None:
    if st.session_state.get(DELETING_KEY):
        attempt(store().delete, chosen)
        return
    for kept in drawings:
        if kept.id == chosen and kept.strokes:
            load_drawing(kept.strokes, fit=False)


def _downloads(drawings: list[KeptDrawing]) -> None:
    kinds = (
        (_("Strokes (.json)"), drawings_to_json, "json", "application/json"),
        (_("For Keras (.npz)"), drawings_to_npz, "npz", "application/octet-stream"),
        (_("Picture (.png)"), drawings_to_png, "png", "image/png"),
    )
    with st.container(horizontal=True):
        for label, encode, ending, mime in kinds:
            content = partial(encode, drawings)
            name = f"drawings.{ending}"
            st.download_button(label, content, file_name=name, mime=mime, icon="⬇️", on_click="ignore")
        with st.popover(_("Delete all"), icon="🗑️"):
            st.write(_("Delete all kept drawings ({count})?", count=len(drawings)))
            press_button(_("Yes, delete them"), "keep_clear", store().clear, type="primary")
