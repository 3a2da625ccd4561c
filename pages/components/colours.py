"""The colour of what stands alone in a chart; several things beside each other take the theme's own, in order."""

from __future__ import annotations

import streamlit as st

BLUE, LIGHT_BLUE = "#0072B2", "#56B4E9"


def blue() -> str:
    """The first of the theme's chart colours: the blue of bars, lines and points, as bright as the page is dark."""
    return LIGHT_BLUE if st.context.theme.type == "dark" else BLUE
