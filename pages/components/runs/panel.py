"""One training run on screen: its state, the buttons that steer it, its curves and what they show.

What changes is a fragment that runs again twice a second and more while the run is unfinished, less often while
others are before it, and not otherwise. What stands still in between belongs to the page: no fragment stands in
another one, because Streamlit, when the outer is asked for again before all of it has left the server, sends the
inner without it, and the browser shows an empty page from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from mnist_core.errors import RunError
from pages.components import state
from pages.components.language import _, plain
from pages.components.presses import press_button, show_errors
from pages.components.runs import views
from pages.components.runs.access import change, is_own
from pages.components.runs.break_it import show_explanation
from pages.components.runs.curves import CurveView, choose_view, draw_curves
from pages.components.runs.looking import interval_for, panel
from pages.components.runs.posted_results import show_posted_results
from pages.components.runs.settings import RATES
from pages.components.runs.trouble import tell_trouble
from pages.components.runs.words import (
    STATUS_COLORS,
    STATUS_ICONS,
    duration,
    loss_text,
    run_name,
    share_text,
    status_word,
    value_text,
)

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from mnist_core import RunService, RunSnapshot

SHOWN_RUN_KEY = "train_run"
STEP_KEY = "run_step_unit"


def show_run(run_id: str) -> None:
    """Show the run, and keep showing it while it changes; what stands still is drawn once."""
    with panel("run"):
        snapshot = _find(run_id)
        places = _lay_out(snapshot)
        look = st.fragment(_look, run_every=interval_for(snapshot))
        look(run_id, _standing(snapshot), places)


def _look(run_id: str, standing: tuple[object, ...], places: Places) -> None:
    """What every look may change, in its places."""
    with show_errors():
        snapshot = _find(run_id)
        if _standing(snapshot) != standing:
            st.rerun()  # the whole page, which alone can look more or less often
        with places.progress:
            _draw_progress(snapshot)
        with places.metrics:
            _draw_metrics(snapshot)
        draw_curves(snapshot, places.curve_view, places.charts)
        with places.remarks:
            views.show_remarks(snapshot)
            show_posted_results(snapshot)
        views.show_inside(places.inside, snapshot)


def _find(run_id: str) -> RunSnapshot:
    try:
        return state.run_service().snapshot(run_id)
    except RunError:  # deleted in another tab
        st.session_state.pop(SHOWN_RUN_KEY, None)
        st.rerun()


@dataclass(frozen=True)
class Places:
    """Where a look draws, between what stands still, and how it is to draw.

    Streamlit lets a look use only those places that were written to when they were made.
    """

    progress: DeltaGenerator
    metrics: DeltaGenerator
    charts: Sequence[DeltaGenerator]
    remarks: DeltaGenerator
    curve_view: CurveView
    inside: str


def _standing(snapshot: RunSnapshot) -> tuple[object, ...]:
    """All that the standing part depends on."""
    order = snapshot.status, snapshot.queue_position, snapshot.can_continue, interval_for(snapshot)
    return *order, snapshot.name, snapshot.message, snapshot.not_kept, snapshot.learning_rate


def _lay_out(snapshot: RunSnapshot) -> Places:
    steerable = is_own(snapshot)
    show_status(snapshot)
    if steerable:
        _buttons(snapshot)
    show_explanation(snapshot)
    progress, metrics = _number_places()
    curve_view = choose_view("curves")
    charts = st.columns(2)
    if steerable:
        _steering(snapshot)
    return Places(progress, metrics, charts, st.container(), curve_view, views.choose_inside())


def _number_places() -> tuple[DeltaGenerator, DeltaGenerator]:
    """For the progress, and for the metrics side by side; on a phone, two in a row."""
    return st.container(key="run_progress"), st.container(horizontal=True, gap="small", key="run_metrics")


def draw_shared(snapshot: RunSnapshot) -> None:
    """A run to look at, without buttons."""
    show_status(snapshot)
    progress, metrics = _number_places()
    with progress:
        _draw_progress(snapshot)
    with metrics:
        _draw_metrics(snapshot)
    draw_curves(snapshot, choose_view("curves"), st.columns(2))


def show_status(snapshot: RunSnapshot) -> None:
    """The state of a run in one line, in the container `run_status`."""
    with st.container(key="run_status", horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(
            status_word(snapshot.status),
            icon=STATUS_ICONS.get(snapshot.status),
            color=STATUS_COLORS.get(snapshot.status, "gray"),
        )
        st.markdown(f"**{plain(run_name(snapshot))}**", width="content")
        st.caption(_facts(snapshot), width="content")
    tell_trouble(snapshot)


def _facts(snapshot: RunSnapshot) -> str:
    config = snapshot.config
    if snapshot.status == "queued" and not snapshot.queue_position:
        return _("It begins as soon as a worker is ready.")
    if snapshot.status == "queued":
        return _("All workers are busy. Runs before this one: {count}.", count=snapshot.queue_position)
    return _(
        "{backend}, {architecture}, seed {seed}",
        backend=value_text("backend", config.backend),
        architecture=value_text("architecture", config.architecture),
        seed=config.seed,
    )


def _buttons(snapshot: RunSnapshot) -> None:
    service = state.run_service()
    run, is_paused = snapshot.id, snapshot.status == "paused"
    orders: tuple[tuple[str, str, str, Callable[[], None], bool], ...] = (
        (_("Pause"), "⏸️", "pause", lambda: service.pause(run), snapshot.status in ("queued", "running")),
        (_("Resume"), "▶️", "resume", lambda: service.resume(run), is_paused or snapshot.can_continue),
        (_("Step"), "⏭️", "step", lambda: service.step(run, st.session_state[STEP_KEY]), is_paused),
        (_("Stop"), "⏹️", "stop", lambda: service.stop(run), snapshot.is_unfinished),
        (_("Reset"), "🔄", "reset", lambda: service.reset(run), True),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="run_buttons"):
        for label, icon, name, act, enabled in orders:
            press_button(label, f"run_{name}", act, icon=icon, disabled=not enabled)
            if name == "step":
                _step_unit(enabled)


def _step_unit(enabled: bool) -> None:
    st.segmented_control(
        _("Step by"),
        ["batch", "epoch"],
        default="batch",
        required=True,
        format_func=lambda unit: {"batch": _("batch"), "epoch": _("epoch")}[unit],
        key=STEP_KEY,
        label_visibility="collapsed",
        disabled=not enabled,
    )


def _draw_progress(snapshot: RunSnapshot) -> None:
    words = [_("epoch {epoch} of {epochs}", epoch=snapshot.epoch, epochs=snapshot.epochs)]
    if snapshot.evaluated is not None:
        asked, images = snapshot.evaluated
        words.append(_("testing: {done:,} of {images:,} pictures", done=asked, images=images))
    elif snapshot.batches > 1 and snapshot.share_done < 1:
        words.append(_("batch {batch} of {batches}", batch=snapshot.batch, batches=snapshot.batches))
    if snapshot.seconds_left is not None:
        words.append(_("{time} left", time=duration(snapshot.seconds_left)))
    if snapshot.images_per_second:
        words.append(_("{speed:,.0f} images/s", speed=snapshot.images_per_second))
    st.progress(snapshot.share_done, text=" · ".join(words))


def _draw_metrics(snapshot: RunSnapshot) -> None:
    """Epoch, losses and accuracies."""
    latest = snapshot.history[-1] if snapshot.history else snapshot.initial
    numbers = [(_("Epoch"), str(snapshot.epoch))]
    for label, name, as_text in (
        (_("Training loss"), "train_loss", loss_text),
        (_("Test loss"), "test_loss", loss_text),
        (_("Training accuracy"), "train_accuracy", share_text),
        (_("Test accuracy"), "test_accuracy", share_text),
    ):
        numbers.append((label, "–" if latest is None else as_text(getattr(latest, name))))
    for label, value in numbers:
        st.metric(label, value, width=128)


def _steering(snapshot: RunSnapshot) -> None:
    """What may be changed while it runs, and more epochs at the end."""
    service: RunService = state.run_service()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="run_steering"):
        rate_key = f"run_rate_{snapshot.id}"
        if st.session_state.get(rate_key) != snapshot.learning_rate:  # else it is taken from a finger on it
            st.session_state[rate_key] = snapshot.learning_rate
        st.select_slider(
            _("Learning rate now"),
            sorted({*RATES, snapshot.learning_rate}),
            format_func=lambda rate: f"{rate:g}",
            key=rate_key,
            on_change=change,
            args=(service.set_learning_rate, snapshot.id, rate_key),
            disabled=not snapshot.is_unfinished,
            width=320,
        )
        for count in (5, 20):
            press_button(
                _("+{count} epochs", count=count),
                f"run_more_{count}",
                partial(service.add_epochs, snapshot.id, count),
            )
