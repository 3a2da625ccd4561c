"""Training runs of the lesson: started by a button, trained by the workers, watched here.

Each has a key of its own, so that a step finds its runs again when the visitor comes back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import streamlit as st

from mnist_core import PRESETS, RunSnapshot, TrainingConfig
from mnist_core.errors import RunError
from mnist_core.messages import Phrase, mark
from pages.components import state
from pages.components.language import _, error_text, plain
from pages.components.presses import press_button
from pages.components.runs.address import Request, write_request
from pages.components.runs.looking import interval_for, panel
from pages.components.runs.words import run_name

Start = tuple[str, TrainingConfig, Phrase]


def start_button(label: str, key: str, *starts: Start, **how: Any) -> None:
    """A button that starts runs, each under its key; `how` it looks is `st.button`'s."""
    press_button(label, key, partial(_start_runs, starts), icon=":material/play_arrow:", **how)


def _start_runs(starts: Iterable[Start]) -> None:
    for start in starts:
        start_run(*start)


def start_run(key: str, config: TrainingConfig, name: Phrase) -> None:
    """Queue a run under this key, in place of an earlier one, which ends.

    On other pages its name stands among those of other runs: it says where it is from.
    """
    earlier, progress = find_run(key), state.lesson_progress()
    if earlier is not None and earlier.is_unfinished:
        state.run_service().stop(earlier.id)
    full_name = Phrase(mark("Step {number} · {name}"), {"number": progress.step, "name": name})
    progress.runs[key] = state.run_service().start(config, owner=state.visitor(), name=full_name)
    state.keep_lesson_progress()


def forget_runs() -> None:
    """The lesson's runs are no longer the lesson's; what is unfinished ends. Compare still has them."""
    runs = state.lesson_progress().runs
    for run in find_runs(runs).values():
        if run.is_unfinished:
            state.run_service().stop(run.id)
    runs.clear()
    state.keep_lesson_progress()


def find_run(key: str) -> RunSnapshot | None:
    """The run under this key as it is now; None if it was never started, or deleted."""
    run_id = state.lesson_progress().runs.get(key)
    if run_id is None:
        return None
    try:
        return state.run_service().snapshot(run_id)
    except RunError:
        return None


def find_runs(keys: Iterable[str]) -> dict[str, RunSnapshot]:
    """Those of the runs that were started."""
    found = {key: find_run(key) for key in keys}
    return {key: run for key, run in found.items() if run is not None}


def open_in_train(preset: str, config: TrainingConfig) -> None:
    """A link to Train that carries this configuration: the recipe, and what differs from it."""
    request = Request(preset, config, PRESETS[preset].data)
    st.page_link("pages/train.py", label=_("Open in Train"), icon="🏋️", query_params=write_request(request))


def watch(keys: Iterable[str], draw: Callable[[], None]) -> None:
    """Call `draw` now, and again and again while one of the runs is unfinished."""
    names = tuple(keys)
    interval = interval_for(*find_runs(names).values())

    def watched() -> None:
        with panel(f"lesson_{names[0]}"):
            runs = find_runs(names).values()
            if interval_for(*runs) != interval:
                st.rerun()  # the whole page, which alone can look more or less often
            for run in runs:
                show_state(run)
            draw()

    st.fragment(watched, run_every=interval)()


def show_state(run: RunSnapshot) -> None:
    """Where an unfinished run is, and how to go on with one that was stopped; nothing once it is through."""
    name = plain(run_name(run))
    if run.error is not None:
        st.error(f"{name}: {error_text(run.error)}", icon="⚠️")
    elif run.status == "queued":
        st.caption("⏳ " + _("{name}: waiting for a worker", name=name))
    elif run.status == "running":
        done = run.epoch / max(run.epochs, 1)
        text = _("{name}: epoch {epoch} of {epochs}", name=name, epoch=run.epoch, epochs=run.epochs)
        st.progress(min(done, 1.0), text=text)
    if run.can_continue:
        service = state.run_service()
        press_button(_("Resume"), f"resume_{run.id}", partial(service.resume, run.id), icon="▶️")
    if run.diverged_at is not None:
        st.warning(_("{name} diverged in epoch {epoch}.", name=name, epoch=run.diverged_at), icon="💥")
