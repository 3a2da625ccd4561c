"""The pad's drawing in the session: what the browser sends is checked, what is loaded fits."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.components import drawing_pad, live_pictures
from pages.components.draw import stroke_editor
from pages.components.drawing_pad import LOADED_SIDE, MOST_POINTS, SIDE, TOUCH, read_strokes_value


def test_strokes_from_the_browser_become_arrays_within_the_pad() -> None:
    strokes = read_strokes_value([[0, 10, 20, 5000], [], [7, 7]])
    assert strokes is not None
    assert [stroke.tolist() for stroke in strokes] == [[[0, 10], [20, SIDE]], [[7, 7]]]


def test_a_touch_that_wobbles_on_its_place_is_one_dot() -> None:
    strokes = read_strokes_value([[500, 500, 504, 506, 498, 510], [100, 100, 100, 100 + TOUCH]])
    assert strokes is not None
    assert [len(stroke) for stroke in strokes] == [1, 2]


NOT_STROKES = {
    "none": None,
    "text": "7",
    "mapping": {"a": 1},
    "flat": [1, 2],
    "odd": [[1, 2, 3]],
    "letters": [["x", "y"]],
    "null": [[None, 1]],
    "nan": [[float("nan"), 1]],
    "far too much": [[0] * (2 * MOST_POINTS + 2)],
}


@pytest.mark.parametrize("value", NOT_STROKES.values(), ids=NOT_STROKES)
def test_what_is_not_strokes_is_refused(value: Any) -> None:
    assert read_strokes_value(value) is None


def pad_script() -> None:
    import streamlit as st

    from pages.components.drawing_pad import current_drawing, drawing_pad, load_drawing

    if st.button("load"):
        load_drawing([[[0, 0], [0, 2]]])
    drawing_pad()
    st.session_state["seen"] = current_drawing()


def test_a_loaded_drawing_is_fitted_and_starts_a_new_epoch() -> None:
    app = AppTest.from_function(pad_script, default_timeout=120).run()
    assert app.session_state["seen"].strokes == ()
    app.button[0].click().run()
    seen = app.session_state["seen"]
    assert (seen.epoch, seen.revision) == (1, 0)
    assert np.ptp(seen.strokes[0][:, 1]) == LOADED_SIDE
    assert seen.strokes[0].mean(axis=0).tolist() == [SIDE / 2, SIDE / 2]


def test_what_comes_in_after_its_widget_has_gone_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press on its way while the page changes: the session has forgotten the widget, and calls it all the same."""
    mount, pick = Mock(), Mock()
    monkeypatch.setattr(live_pictures, "_mount", mount)
    live_pictures.live_pictures("gone", [], on_choice=pick)
    mount.call_args.kwargs["on_chosen_change"]()
    pick.assert_not_called()
    before = drawing_pad.current_drawing()
    drawing_pad._receive()
    stroke_editor._receive()
    assert drawing_pad.current_drawing() is before
