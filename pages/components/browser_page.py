"""What Streamlit leaves undone in the browser: the visitor's cookie, the language of the page, the way back up.

One invisible element does it; it runs again only when one of its values changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "browser_page", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def tell_browser(
    *, cookie: str, visitor: str, language: str, words: Mapping[str, str], place: str = ""
) -> None:
    """Tell the browser who visits, in which language, and where on the page: another place begins at the top.

    Parameters
    ----------
    cookie, visitor : name and value of the cookie that keeps the visitor for a year
    language : "en" or "ko", so that a screen reader pronounces it right
    words : what Streamlit says → what it is to say, with the same `{fields}` in the same order
    place : what the page shows, where one address shows several things in turn
    """
    data = {"cookie": cookie, "visitor": visitor, "language": language, "words": words, "place": place}
    _mount(key="browser_page", data=data, height=1)
