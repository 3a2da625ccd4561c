"""Train: choose a recipe, press Start, watch it learn, steer it."""

import streamlit as st

from mnist_core import RunSnapshot
from mnist_core.backends.numpy_backend import Differentiable
from mnist_core.evaluation import evaluate_in_pieces
from mnist_core.functional import softmax_cross_entropy
from mnist_core.layers import Dense
from mnist_core.narrator import find_overfitting
from mnist_core.optimizers import Adam, Momentum, Sgd
from pages.components import frame, state
from pages.components.language import _
from pages.components.presses import press_button
from pages.components.reveal import reveal
from pages.components.runs.access import RUN_PARAMETER, linked_run, own_runs, readable_run
from pages.components.runs.break_it import choose_experiment
from pages.components.runs.keeping import tell_if_not_kept
from pages.components.runs.panel import SHOWN_RUN_KEY, show_run
from pages.components.runs.race import choose_race, leave_race, linked_race, racing_runs, show_race
from pages.components.runs.settings import choose_settings, chosen_request, name_of
from pages.components.source import show_source

STARTED_KEY = "run_started"


def choose_run() -> None:
    """Everything that starts a run; the new one is shown."""
    config = choose_settings().config
    press_button(_("Start"), "run_start", start_chosen, type="primary", icon="🚀", width="stretch")
    st.caption(_("The address bar holds all of this: copy it, and someone else gets the same run."))
    with st.expander(_("Break it"), icon="🔨"):
        choose_experiment(on_start=show_next)
    with st.expander(_("Race"), icon="🏁"):
        choose_race(config, on_start=note_start)


def start_chosen() -> None:
    """Start what is set now."""
    request = chosen_request()
    show_next(
        state.run_service().start(
            request.config, data=request.data, owner=state.visitor(), name=name_of(request)
        )
    )


def note_start(run_id: str) -> None:
    """Have the page go to where this run is shown: on a phone below the settings, from a race or experiment above."""
    st.session_state[STARTED_KEY] = run_id


def show_next(run_id: str) -> None:
    """Show this run from now on, whatever the link says."""
    st.session_state[SHOWN_RUN_KEY] = run_id
    note_start(run_id)
    st.query_params.pop(RUN_PARAMETER, None)
    leave_race()


def show_training(linked: RunSnapshot | None) -> None:
    """The race or run in the link, else the one just started, else the visitor's newest."""
    if (race := linked_race()) is not None:
        show_race(race)
        return
    shown = linked or readable_run(st.session_state.get(SHOWN_RUN_KEY)) or next(iter(own_runs()), None)
    if shown is not None:
        show_run(shown.id)
        return
    with st.container(key="run_status"):
        st.info(_("Nothing trained yet. Press Start and watch the curves."), icon="🚀")


with frame.page(_("Train"), "🏋️"):
    st.title(_("Train a model"))
    tell_if_not_kept()
    above = st.container()
    left, right = st.columns([1, 2], gap="large")
    with left:
        choose_run()
    with above:  # after the settings, whose Start leaves the link behind
        linked = linked_run()
    with right:
        show_training(linked)
    show_source(
        Differentiable.differentiate,
        Dense,
        softmax_cross_entropy,
        Sgd,
        Momentum,
        Adam,
        evaluate_in_pieces,
        find_overfitting,
        purposes=[
            _("Forward, and back through all layers"),
            _("A layer"),
            _("The loss and its gradient"),
            *[_("A step")] * 3,
            _("Loss and accuracy on all images"),
            _("One of the sentences below the curves"),
        ],
    )
    named, *_others = racing_runs() or (linked,)
    reveal("run_status", st.session_state.get(STARTED_KEY, None if named is None else named.id))
    state.run_service().prepare()
