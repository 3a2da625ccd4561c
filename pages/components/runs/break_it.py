"""Break it: choose a failure, say what will happen, then see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from mnist_core.experiments import EXPERIMENTS, Experiment
from mnist_core.messages import Phrase
from pages.components import state
from pages.components.language import _

if TYPE_CHECKING:
    from mnist_core import RunSnapshot


def choose_experiment() -> str | None:
    """Offer the experiments; the id of the run, when one was started just now."""
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
    if not st.button(_("Show me"), icon="👀", disabled=guess is None, width="stretch"):
        return None
    run_id = state.run_service().start(
        experiment.config, data="auto", owner=state.visitor(), name=Phrase(experiment.title)
    )
    state.lesson_progress().guesses[run_id] = guess
    state.keep_lesson_progress()
    return run_id


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
