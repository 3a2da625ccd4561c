"""Panels that look at runs again and again, and buttons in them whose press counts once.

The buttons act in callbacks: before anything is drawn, and whatever part of the page runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.components import frame
from pages.components.runs.access import readable_run

if TYPE_CHECKING:
    from mnist_core import RunSnapshot

POLL_SECONDS = 0.45
QUEUE_SECONDS = 1.5
ECHO_SECONDS = 0.15
PRESS_KEY = "run_press"


def interval_for(*snapshots: RunSnapshot) -> float | None:
    """Seconds from look to look: longer while all wait behind others, None once all are at rest."""
    moving = [snapshot for snapshot in snapshots if snapshot.is_unfinished or snapshot.is_on_worker]
    if not moving:
        return None
    return QUEUE_SECONDS if all(snapshot.queue_position for snapshot in moving) else POLL_SECONDS


@dataclass
class Press:
    """The last press: of what, and when what it led to was drawn."""

    name: str
    drawn_at: float | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether nobody can have pressed again since."""
        return self.drawn_at is None or time.monotonic() - self.drawn_at < ECHO_SECONDS


def change(act: Callable[[str, Any], None], run_id: str, key: str) -> None:
    """For `on_change`: act with what stands under `key` now.

    Streamlit also calls a control changed that it had forgotten, when the browser still tells of it; so does that of a
    run that has just been deleted.
    """
    if readable_run(run_id) is not None:
        frame.attempt(act, run_id, st.session_state[key])


def press_button(label: str, icon: str | None, name: str, act: Callable[[], None], *, enabled: bool) -> None:
    """A button that acts once for each press."""
    st.button(label, icon=icon, key=f"run_{name}", disabled=not enabled, on_click=_press, args=(name, act))


def _press(name: str, act: Callable[[], None]) -> None:
    """Act, unless this is an echo.

    When a fragment's timer fires between a click and its message, the browser sends the click with the timer's
    message and again by itself. The second comes as soon as what the first led to has been drawn.
    """
    last = st.session_state.get(PRESS_KEY)
    if last is not None and last.name == name and last.is_fresh:
        return
    st.session_state[PRESS_KEY] = Press(name)
    frame.attempt(act)


@contextmanager
def panel(name: str) -> Iterator[None]:
    """Around what shows runs: nothing in it fades while it is renewed."""
    with st.container(key=f"live_{name}"), looked_at():
        yield


@contextmanager
def looked_at() -> Iterator[None]:
    """Around one look at runs: what goes wrong becomes a sentence, and the last press counts as drawn."""
    try:
        with frame.show_errors():
            yield
    finally:
        last = st.session_state.get(PRESS_KEY)
        if last is not None and last.drawn_at is None:
            last.drawn_at = time.monotonic()
