"""An invisible element that keeps the visitor's random name in a cookie for a year."""

from __future__ import annotations

import streamlit as st

_keep_cookie = st.components.v2.component(
    "visitor_cookie",
    js="""
    export default function ({ data }) {
      document.cookie = `${data.name}=${data.value}; Max-Age=31536000; Path=/; SameSite=Lax`
    }
    """,
)


def keep_visitor_cookie(name: str, value: str) -> None:
    """Set the cookie in the visitor's browser."""
    _keep_cookie(key="visitor_cookie", data={"name": name, "value": value}, height=1)
