"""Keep what a visitor chose in the page's address, as plain words that mean the same in every language.

Streamlit's own `bind="query-params"` writes the translated labels: a link would not survive a change of
language. Each change is a step in the browser's history; its buttons Back and Forward lead through them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

Value = TypeVar("Value", str, int)


def came_by_history() -> bool:
    """Whether Back or Forward asked for this run: the address holds what was then, and is not to be changed.

    What is written to it is a new step in the history, and whoever goes back would be brought here again.
    """
    context = get_script_run_ctx(suppress_warning=True)
    return getattr(context, "is_history_navigation", False)  # Streamlit does not promise it


def is_to_start(key: str) -> bool:
    """Whether what lives under this key in the session is to be taken from the address."""
    return key not in st.session_state or came_by_history()


def values_in_address(name: str, options: Sequence[Value]) -> list[Value]:
    """The values the address gives for `name`, as far as they exist."""
    known = {str(option): option for option in options}
    return [known[text] for text in st.query_params.get_all(name) if text in known]


def write_values(name: str, values: Sequence[str | int], default: Sequence[str | int] = ()) -> None:
    """Write values to the address, or take the name away when they are the default."""
    texts = [str(value) for value in values]
    wanted = [] if texts == [str(value) for value in default] else texts
    if st.query_params.get_all(name) == wanted or came_by_history():
        return
    if wanted:
        st.query_params[name] = wanted
    else:
        del st.query_params[name]
