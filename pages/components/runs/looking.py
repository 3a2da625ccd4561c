"""Panels that look at runs again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import streamlit as st

from pages.components.presses import show_errors

if TYPE_CHECKING:
    from mnist_core import RunSnapshot

POLL_SECONDS = 0.45
QUEUE_SECONDS = 1.5


def interval_for(*snapshots: RunSnapshot) -> float | None:
    """Seconds from look to look: longer while all wait behind others, None once all are at rest."""
    moving = [snapshot for snapshot in snapshots if snapshot.is_unfinished or snapshot.is_on_worker]
    if not moving:
        return None
    return QUEUE_SECONDS if all(snapshot.queue_position for snapshot in moving) else POLL_SECONDS


@contextmanager
def panel(name: str) -> Iterator[None]:
    """Around what shows runs: nothing in it fades while it is renewed."""
    with st.container(key=f"live_{name}"), show_errors():
        yield
