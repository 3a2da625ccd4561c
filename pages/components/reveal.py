"""Bring on screen what has just come up, but out of sight: the run that was started, why a press was refused."""

from __future__ import annotations

import streamlit as st

_mount = st.components.v2.component(
    "reveal",
    js="""
    const shown = new Set()

    export default function ({ data }) {
      if (!data.wanted || shown.has(data.wanted)) return
      shown.add(data.wanted)
      const place = document.querySelector(`.st-key-${data.container}`)
      if (!place) return
      const { top } = place.getBoundingClientRect()
      if (top >= 0 && top < window.innerHeight * 0.6) return
      const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches
      place.scrollIntoView({ behavior: isCalm ? "instant" : "smooth", block: "start" })
    }
    """,
)


def reveal(container: str, wanted: str | None) -> None:
    """Scroll the page to this keyed container if it is out of sight, once for each thing `wanted` there."""
    _mount(key=f"reveal_{container}", data={"container": container, "wanted": wanted}, height=1)
