"""Bring a run on screen that was just started, or that a link names.

On a phone it lies below the settings, and beside them whoever starts a race or an experiment may be far below it.
"""

from __future__ import annotations

import streamlit as st

STARTED_KEY = "reveal_started"

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


def note_start(run_id: str) -> None:
    """A run has been started by a press of a button."""
    st.session_state[STARTED_KEY] = run_id


def reveal(container: str, linked: str | None) -> None:
    """Scroll the page to this keyed container, once for each start or for what a link names, if out of sight."""
    wanted = st.session_state.get(STARTED_KEY, linked)
    _mount(key="reveal", data={"container": container, "wanted": wanted}, height=1)
