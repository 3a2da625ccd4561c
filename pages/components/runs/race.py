"""Race: two runs from the same parameters and the same batches, one thing different."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_core import ARCHITECTURES, OPTIMIZERS, tensorflow_available
from mnist_core.backends import BACKENDS
from mnist_core.errors import MnistCoreError
from mnist_core.messages import mark
from pages.components import state
from pages.components.language import _, plain
from pages.components.presses import attempt, press_button
from pages.components.runs.access import is_own, readable_run
from pages.components.runs.curves import choose_view, overlay_charts
from pages.components.runs.looking import interval_for, panel
from pages.components.runs.settings import RATES, chosen_request
from pages.components.runs.trouble import tell_trouble
from pages.components.runs.words import (
    STATUS_COLORS,
    STATUS_ICONS,
    duration,
    run_name,
    setting_label,
    setting_phrase,
    status_word,
    unique_names,
    value_text,
)

if TYPE_CHECKING:
    from mnist_core import RunSnapshot, TrainingConfig
    from pages.components.runs.address import Request

RACE_PARAMETER = "race"
GOAL = 0.9
OPTIONS: dict[str, tuple[Any, ...]] = {
    "backend": BACKENDS,
    "learning_rate": RATES,
    "optimizer": tuple(OPTIMIZERS),
    "architecture": tuple(ARCHITECTURES),
}


def choose_race(config: TrainingConfig, on_start: Callable[[str], None]) -> None:
    """Offer a rival to the settings above; `on_start` is told the id of the first of two runs that were started."""
    st.caption(_("Two runs from the same start and the same batches; one thing is different."))
    name = st.selectbox(
        _("What is different?"),
        list(OPTIONS),
        format_func=setting_label,
        key="race_name",
        persist_state="session",
        filter_mode=None,
    )
    own = getattr(config, name)
    rivals = [value for value in OPTIONS[name] if value != own]
    if name == "backend" and tensorflow_available() is not None:
        rivals = [value for value in rivals if value != "tensorflow"]
    rival = st.selectbox(
        _("{own} against …", own=value_text(name, own)),
        rivals,
        format_func=lambda value: value_text(name, value),
        key=f"race_rival_{name}",
        filter_mode=None,
    )
    start = partial(_start, name, rival, on_start)
    press_button(_("Start race"), "race_start", start, icon="🏁", disabled=rival is None, width="stretch")


def _start(name: str, rival: Any, on_start: Callable[[str], None]) -> None:
    """Start the run of the settings, and one that differs in the setting `name`: both, or neither."""
    request = chosen_request()
    first = _start_one(request, name, request.config)
    try:
        second = _start_one(request, name, replace(request.config, **{name: rival}))
    except MnistCoreError:  # one run too many
        state.run_service().delete(first)
        raise
    st.query_params[RACE_PARAMETER] = f"{first}-{second}"
    on_start(first)


def _start_one(request: Request, name: str, config: TrainingConfig) -> str:
    return state.run_service().start(
        config,
        data=request.data,
        owner=state.visitor(),
        name=setting_phrase(mark("Race: {value}"), name, getattr(config, name)),
    )


def racing_runs() -> tuple[RunSnapshot, RunSnapshot] | None:
    """The two runs the link names, if this visitor may see both."""
    ids = re.fullmatch(r"(\w{1,40})-(\w{1,40})", st.query_params.get(RACE_PARAMETER, ""))
    found = [readable_run(run_id) for run_id in ids.groups()] if ids else []
    first, second = (*found, None, None)[:2]
    return None if first is None or second is None else (first, second)


def leave_race() -> None:
    """Take the race out of the link."""
    st.query_params.pop(RACE_PARAMETER, None)


def linked_race() -> tuple[RunSnapshot, RunSnapshot] | None:
    """The race the link names; a sentence where there is none to be seen."""
    race = racing_runs()
    if race is None and RACE_PARAMETER in st.query_params:
        st.warning(
            _("The race in this link is not here, or its two runs are not shared with you."), icon="🔗"
        )
    return race


def show_race(runs: tuple[RunSnapshot, RunSnapshot]) -> None:
    """Show both, and keep showing while one of them moves."""
    interval = interval_for(*runs)
    st.fragment(_race_panel, run_every=interval)(interval)


def _race_panel(interval: float | None) -> None:
    with panel("race"):
        runs = racing_runs()
        if runs is None or interval_for(*runs) != interval:
            st.rerun()
        names = unique_names([run_name(run) for run in runs])
        with st.container(key="run_status", gap="xsmall"):
            for run, name in zip(runs, names, strict=True):
                _lane(run, plain(name))
        _buttons(runs)
        overlay_charts(runs, names, choose_view("race"))
        for sentence in verdict(runs, [plain(name) for name in names]):
            st.markdown(f"🏁 {sentence}")


def _lane(run: RunSnapshot, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            status_word(run.status),
            icon=STATUS_ICONS.get(run.status),
            color=STATUS_COLORS.get(run.status, "gray"),
        )
        latest = run.history[-1] if run.history else run.initial
        accuracy = "–" if latest is None else f"{latest.test_accuracy:.2%}"
        st.progress(
            run.share_done,
            text=_(
                "{name}: epoch {epoch} of {epochs}, test accuracy {accuracy}",
                name=f"**{name}**",
                epoch=run.epoch,
                epochs=run.epochs,
                accuracy=accuracy,
            ),
        )
    tell_trouble(run)


def _buttons(runs: tuple[RunSnapshot, RunSnapshot]) -> None:
    """Each for those of the two that it is for; a guest can only leave."""
    service = state.run_service()
    own = [run for run in runs if is_own(run)]
    orders: tuple[tuple[str, str, str, Callable[[str], None], Callable[[RunSnapshot], bool]], ...] = (
        (_("Pause"), "⏸️", "pause", service.pause, lambda run: run.status in ("queued", "running")),
        (_("Resume"), "▶️", "resume", service.resume, _can_go_on),
        (_("Stop"), "⏹️", "stop", service.stop, lambda run: run.is_unfinished),
        (_("Reset"), "🔄", "reset", service.reset, lambda run: True),
    )
    with st.container(horizontal=True, gap="small"):
        for label, icon, name, act, is_for in orders if own else ():
            meant = [run for run in own if is_for(run)]
            press_button(label, f"race_{name}", partial(_to_each, act, meant), icon=icon, disabled=not meant)
        press_button(_("Leave the race"), "race_leave", leave_race, icon="✖️")


def _can_go_on(run: RunSnapshot) -> bool:
    """One that diverged would diverge again."""
    return run.can_continue and run.diverged_at is None


def _to_each(act: Callable[[str], None], runs: list[RunSnapshot]) -> None:
    """Where one cannot, the other still does."""
    for run in runs:
        attempt(act, run.id)


def verdict(runs: tuple[RunSnapshot, RunSnapshot], names: list[str]) -> list[str]:
    """What the race shows so far, as Markdown with these names: who came to 90% when, and who is ahead."""
    sentences = []
    for run, name in zip(runs, names, strict=True):
        seconds = 0.0
        for result in run.history:
            seconds += result.seconds
            if result.test_accuracy >= GOAL:
                sentences.append(
                    _(
                        "{name} passed {goal:.0%} on the test set in epoch {epoch}, after {time} of training.",
                        name=f"**{name}**",
                        goal=GOAL,
                        epoch=result.epoch,
                        time=duration(seconds),
                    )
                )
                break
    epoch = min(len(run.history) for run in runs)
    if epoch and not any(run.is_unfinished for run in runs):
        accuracies = [run.history[epoch - 1].test_accuracy for run in runs]
        best = max(range(2), key=accuracies.__getitem__)
        gap = accuracies[best] - accuracies[1 - best]
        sentences.append(
            _(
                "After epoch {epoch} of both, {name} is ahead by {gap:.2f} points.",
                epoch=epoch,
                name=f"**{names[best]}**",
                gap=100 * gap,
            )
            if gap > 0.0005
            else _("After epoch {epoch}, both read the test set equally well.", epoch=epoch)
        )
    return sentences
