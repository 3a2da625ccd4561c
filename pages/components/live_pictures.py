"""Small pictures that change while one draws, or that one can choose from."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

_here = Path(__file__)
_mount = st.components.v2.component(
    "live_pictures",
    html='<div class="live-pictures"></div>',
    css=_here.with_suffix(".css").read_text(encoding="utf-8"),
    js=_here.with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
LINE = -128  # as signed pixel: a faint line between two parts of a picture


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture.

    Parameters
    ----------
    pixels : (height, width); uint8 or float in [0, 1] for ink, int8 for evidence from −127 (against) to 127 (for),
        and `LINE`
    title, note : words below it
    hint : words for those who point at it or cannot see it
    id : what is reported when it is chosen
    is_strong : framed
    is_right, is_wrong : its title in green, in red
    """

    pixels: NDArray[Any]
    title: str = ""
    note: str = ""
    hint: str = ""
    id: str = ""
    is_strong: bool = False
    is_right: bool = False
    is_wrong: bool = False


@dataclass(frozen=True, eq=False)
class Pager:
    """The pagination that turns the pages of pictures, and the pages sent along to be shown before it answers.

    Parameters
    ----------
    key : of the `st.pagination`
    page : the one that is shown
    neighbours : pictures by page, of those beside it
    """

    key: str
    page: int
    neighbours: Mapping[int, Sequence[Picture]]


def live_pictures(
    key: str,
    pictures: Sequence[Picture],
    *,
    side: int = 84,
    on_choice: Callable[[str], None] | None = None,
    pager: Pager | None = None,
) -> None:
    """Show pictures in rows, each `side` pixels wide; with `on_choice`, a click reports a picture's id.

    With a `pager`, the browser turns to a neighbouring page by itself; the next call brings the neighbours of that.
    """

    def chosen() -> None:
        picture_id = st.session_state.get(key, {}).get("chosen")  # the pictures may have gone since
        if on_choice is not None and isinstance(picture_id, str):
            on_choice(picture_id)

    data = {
        "side": side,
        "isChoice": on_choice is not None,
        "pictures": [_to_data(p) for p in pictures],
        "pager": None if pager is None else _pager_to_data(pager),
    }
    _mount(key=key, data=data, on_chosen_change=chosen)


def as_signed(evidence: NDArray[np.float32]) -> NDArray[np.int8]:
    """Evidence of all classes on one scale: int8."""
    strength = np.abs(evidence)
    limit = max(float(np.quantile(strength[strength > 0], 0.98)) if strength.any() else 0.0, 1e-9)
    return np.round(np.clip(evidence / limit, -1, 1) * 127).astype(np.int8)


def _pager_to_data(pager: Pager) -> dict[str, Any]:
    neighbours = {str(page): [_to_data(p) for p in pictures] for page, pictures in pager.neighbours.items()}
    return {"key": pager.key, "page": pager.page, "neighbours": neighbours}


def _to_data(picture: Picture) -> dict[str, Any]:
    pixels = picture.pixels
    if pixels.dtype.kind == "f":
        pixels = np.round(pixels * 255).astype(np.uint8)
    return {
        "pixels": base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode("ascii"),
        "width": pixels.shape[1],
        "isSigned": pixels.dtype == np.int8,
        "title": picture.title,
        "note": picture.note,
        "hint": picture.hint,
        "id": picture.id,
        "isStrong": picture.is_strong,
        "isRight": picture.is_right,
        "isWrong": picture.is_wrong,
    }
