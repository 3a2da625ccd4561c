"""What every page shares: title, navigation, language, errors as sentences, where the digits come from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.components import state
from pages.components.browser_page import tell_browser
from pages.components.language import (
    LANGUAGE_KEY,
    LANGUAGES,
    _,
    browser_language,
    carry_choices_over,
    current,
    error_text,
)
from pages.components.link_values import came_by_history
from pages.components.presses import show_errors
from pages.components.streamlit_words import lay_over, streamlit_words

NAME = "MNIST Lab"
STYLE_SHEET = Path(__file__).with_name("frame.css")


@contextmanager
def page(title: str, icon: str, place: str = "") -> Iterator[None]:
    """Frame one page; the body of the `with` is the page itself. Another `place` on it begins at its top.

    An error of ours becomes its sentence; any other is logged and becomes an apology. Neither takes the
    navigation or the data line away.
    """
    st.set_page_config(page_title=f"{title} · {NAME}", page_icon=icon, layout="wide")
    st.html(STYLE_SHEET)
    lay_over()
    carry_choices_over()
    _top_bar(place)
    with show_errors():
        yield
    _data_line()


def _top_bar(place: str) -> None:
    with st.container(key="top_bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{NAME}**", width="content")
        for script, icon, label in (
            ("app.py", "🏠", _("Home")),
            ("pages/lesson.py", "📖", _("Lesson")),
            ("pages/train.py", "🏋️", _("Train")),
            ("pages/browse.py", "🔢", _("Browse")),
            ("pages/draw.py", "✏️", _("Draw")),
            ("pages/compare.py", "📊", _("Compare")),
        ):
            st.page_link(script, label=label, icon=icon)
        st.session_state[LANGUAGE_KEY] = current()  # a link's choice, too, goes along to the next page
        chosen = st.segmented_control(
            _("Language"),
            list(LANGUAGES),
            required=True,
            format_func=LANGUAGES.__getitem__,
            key=LANGUAGE_KEY,
            label_visibility="collapsed",
            persist_state="session",
        )
        tell_browser(
            cookie=state.VISITOR_KEY,
            visitor=state.visitor(),
            language=current(),
            words=streamlit_words(),
            place=place,
        )
    if came_by_history():
        return
    if chosen != browser_language() and st.query_params.get(LANGUAGE_KEY) != chosen:
        st.query_params[LANGUAGE_KEY] = chosen
    elif chosen == browser_language() and LANGUAGE_KEY in st.query_params:
        del st.query_params[LANGUAGE_KEY]


def _data_line() -> None:
    st.divider()
    with st.spinner(_("Looking for the digits …")):
        active = state.active_data()
    if active.problem is not None:
        st.warning(error_text(active.problem), icon="⚠️")
    st.caption(data_text())


def data_text() -> str:
    """One sentence: which digits these are, how many, and where they came from."""
    active = state.active_data().dataset
    counts = {"train": len(active.train), "test": len(active.test), "origin": Path(active.origin).name}
    if active.name == "strokes":
        return _(
            "Digits: built-in strokes, {train:,} to learn from and {test:,} to test on, "
            "drawn by a program because the real MNIST was not found.",
            **counts,
        )
    return _("Digits: real MNIST, {train:,} to learn from and {test:,} to test on, from {origin}.", **counts)
