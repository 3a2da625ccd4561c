"""Who reads the drawing, and the choice of who does."""

from __future__ import annotations

import streamlit as st

from mnist_core import Model
from pages.components import state
from pages.components.language import _
from pages.components.readers import STARTER, Reader

CHOICE_KEY = "draw_reader"


def is_training() -> bool:
    """Whether one of the visitor's runs learns at this moment."""
    return any(run.status == "running" for run in state.run_service().list(state.visitor()))


def choose_reader(readers: dict[str, Reader]) -> None:
    """The choice of a model."""
    if st.session_state.get(CHOICE_KEY) not in readers:
        st.session_state[CHOICE_KEY] = STARTER
    st.selectbox(
        _("Who reads?"),
        list(readers),
        format_func=lambda key: readers[key].name,
        key=CHOICE_KEY,
        persist_state="session",
        help=_("Models you train appear here, even while they are still learning."),
        filter_mode=None,
    )


def chosen_reader(readers: dict[str, Reader]) -> Reader:
    """The model that reads now."""
    return readers.get(st.session_state.get(CHOICE_KEY, STARTER), readers[STARTER])


def model_of(reader: Reader) -> Model:
    """The reader's parameters as they are now; the starter's where a run has none any more."""
    return reader.model() or state.starter_model()
