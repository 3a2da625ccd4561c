"""What Streamlit leaves undone in the browser: the visitor's cookie, the language of the page, the way back up.

One invisible element does it; it runs again only when one of its values changes.
"""

from __future__ import annotations

import streamlit as st

_mount = st.components.v2.component(
    "browser_page",
    js="""
    const shown = new WeakMap()
    export default function ({ data, parentElement }) {
      document.cookie = `${data.cookie}=${data.visitor}; Max-Age=31536000; Path=/; SameSite=Lax`
      document.documentElement.lang = data.language
      const before = shown.get(parentElement)
      if (before !== undefined && before !== data.place) {
        const main = document.querySelector('[data-testid=stMain]')
        const heading = main?.querySelector('h2')
        main?.scrollTo({ top: 0 })
        if (heading?.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING) {
          heading.tabIndex = -1  // the keyboard was further down: it goes up, too
          heading.focus({ preventScroll: true })
        }
      }
      shown.set(parentElement, data.place)
    }
    """,
)


def tell_browser(*, cookie: str, visitor: str, language: str, place: str = "") -> None:
    """Tell the browser who visits, in which language, and where on the page: another place begins at the top.

    Parameters
    ----------
    cookie, visitor : name and value of the cookie that keeps the visitor for a year
    language : "en" or "ko", so that a screen reader pronounces it right
    place : what the page shows, where one address shows several things in turn
    """
    data = {"cookie": cookie, "visitor": visitor, "language": language, "place": place}
    _mount(key="browser_page", data=data, height=1)
