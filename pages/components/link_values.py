"""Keep what a visitor chose in the page's address, as plain words that mean the same in every language.

Streamlit's own `bind="query-params"` writes the translated labels: a link would not survive a change of
language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

Value = TypeVar("Value", str, int)


def values_in_address(name: str, options: Sequence[Value]) -> list[Value]:
    """The values the address gives for `name`, as far as they exist."""
    known = {str(option): option for option in options}
    return [known[text] for text in st.query_params.get_all(name) if text in known]


def write_values(name: str, values: Sequence[str | int], default: Sequence[str | int] = ()) -> None:
    """Write values to the address, or take the name away when they are the default."""
    texts = [str(value) for value in values]
    wanted = [] if texts == [str(value) for value in default] else texts
    if st.query_params.get_all(name) == wanted:
        return
    if wanted:
        st.query_params[name] = wanted
    else:
        del st.query_params[name]
