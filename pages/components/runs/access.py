"""Which runs a visitor may see: his own, and those that others share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_core.errors import RunError
from pages.components import state
from pages.components.language import _
from pages.components.presses import attempt

if TYPE_CHECKING:
    from mnist_core import RunSnapshot

RUN_PARAMETER = "run"


def readable_run(run_id: str | None) -> RunSnapshot | None:
    """The run, if there is one of this id and this visitor may see it."""
    if not run_id:
        return None
    try:
        snapshot = state.run_service().snapshot(run_id)
    except RunError:
        return None
    return snapshot if snapshot.shared or is_own(snapshot) else None


def linked_run() -> RunSnapshot | None:
    """The run the link names; a sentence where there is none to be seen."""
    run_id = st.query_params.get(RUN_PARAMETER)
    run = readable_run(run_id)
    if run_id and run is None:
        st.warning(_("The run in this link is not here, or is not shared with you."), icon="🔗")
    return run


def is_own(snapshot: RunSnapshot) -> bool:
    """Whether this visitor started it, and so may steer it."""
    return snapshot.owner == state.visitor()


def own_runs() -> list[RunSnapshot]:
    """This visitor's runs, the newest first."""
    return sorted(state.run_service().list(state.visitor()), key=lambda run: run.created_at, reverse=True)


def change(act: Callable[[str, Any], None], run_id: str, key: str) -> None:
    """For `on_change`: act with what stands under `key` now.

    Streamlit also calls a control changed that it had forgotten, when the browser still tells of it; so does that of a
    run that has just been deleted.
    """
    if readable_run(run_id) is not None:
        attempt(act, run_id, st.session_state[key])


def link_to(snapshot: RunSnapshot) -> str:
    """The run's page on this server, without the host."""
    return f"/compare?run={snapshot.id}"
