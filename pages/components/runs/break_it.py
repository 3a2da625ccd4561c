"""Break it: choose a failure, say what will happen, then see."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from mnist_core.experiments import EXPERIMENTS, Experiment
from mnist_core.messages import Phrase
from pages.components import state
from pages.components.language import _
from pages.components.presses import press_button

if TYPE_CHECKING:
    from mnist_core import RunSnapshot


def choose_experiment(on_start: Callable[[str], None]) -> None:
    """Offer the experiments; `on_start` is told the id of a run that was started."""
    st.caption(_("Failures worth seeing. Say first what will happen, then watch."))
    name = st.selectbox(
        _("What goes wrong?"),
        list(EXPERIMENTS),
        format_func=lambda name: _(EXPERIMENTS[name].title),
        key="break_it_experiment",
        persist_state="session",
        filter_mode=None,
    )
    experiment = EXPERIMENTS[name]
    st.markdown(f"**{_(experiment.question)}**")
    guess = st.radio(
        _("Your guess"),
        range(3),
        index=None,
        format_func=lambda index: _(experiment.answers[index]),
        key=f"break_it_guess_{name}",
        label_visibility="collapsed",
    )
    start = partial(_start, experiment, guess, on_start)
    press_button(_("Show me"), "break_it_start", start, icon="👀", disabled=guess is None, width="stretch")


def _start(experiment: Experiment, guess: int, on_start: Callable[[str], None]) -> None:
    run_id = state.run_service().start(
        experiment.config, data="auto", owner=state.visitor(), name=Phrase(experiment.title)
    )
    state.lesson_progress().guesses[run_id] = guess
    state.keep_lesson_progress()
    on_start(run_id)


def experiment_of(snapshot: RunSnapshot) -> Experiment | None:
    """The experiment a run is, if it is one."""
    return next((one for one in EXPERIMENTS.values() if one.config == snapshot.config), None)


def show_explanation(snapshot: RunSnapshot) -> None:
    """While it runs, the question and the guess; at the end, whether it came true, and why."""
    experiment = experiment_of(snapshot)
    if experiment is None:
        return
    guess = state.lesson_progress().guesses.get(snapshot.id)
    words = [f"**{_(experiment.question)}**"]
    if guess is not None:
        words.append(_("Your guess: {guess}.", guess=_(experiment.answers[guess])))
    if snapshot.is_unfinished:
        st.info("  \n".join(words), icon="🤔")
        return
    words.append(f"✓ **{_(experiment.answers[experiment.right])}.** {_(experiment.explanation)}")
    (st.success if guess in (None, experiment.right) else st.warning)("  \n".join(words), icon="💡")
