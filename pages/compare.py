"""Compare: all runs of this visitor over each other, and one that someone else shares."""

import streamlit as st

from mnist_core.evaluation import evaluate_in_pieces
from pages.components import frame
from pages.components.language import _
from pages.components.presses import show_errors
from pages.components.runs.access import is_own, linked_run, own_runs
from pages.components.runs.comparison import show_comparison
from pages.components.runs.keeping import tell_if_not_kept
from pages.components.runs.list import choose_runs, load_run, manage_run
from pages.components.runs.looking import interval_for
from pages.components.runs.panel import draw_shared
from pages.components.source import show_source

POLL_SECONDS = 2.0


def compare_runs() -> None:
    """The table, and below it what is ticked."""
    runs = own_runs()
    linked = linked_run()
    if linked is not None and not is_own(linked):
        st.info(_("Someone shares this run with you. You can look, but not steer."), icon="👁️")
        draw_shared(linked)
        st.divider()
    if not runs:
        st.info(_("Nothing to compare yet. Train two models, then come back."), icon="🏋️")
        st.page_link("pages/train.py", label=_("Train a model"), icon="🏋️")
        return
    st.caption(_("Tick the runs to lay over each other. On a keyboard: arrows, Shift + space."))
    chosen = choose_runs(runs)
    if linked is not None and is_own(linked) and linked.id not in [run.id for run in chosen]:
        chosen.insert(0, linked)
    if not chosen:
        st.info(_("Tick a run in the table."), icon="👆")
    for run in chosen if len(chosen) == 1 else ():
        manage_run(run)
    if len(chosen) > 1:
        with st.expander(_("Rename, share, download, delete"), icon="✏️"):
            for run in chosen:
                manage_run(run)
    if chosen:
        show_comparison(chosen)


def _panel(interval: float | None) -> None:
    with show_errors():
        if _interval() != interval:
            st.rerun()
        compare_runs()


def _interval() -> float | None:
    return POLL_SECONDS if interval_for(*own_runs()) else None


with frame.page(_("Compare"), "📊"):
    st.title(_("Compare your runs"))
    tell_if_not_kept()
    interval = _interval()
    st.fragment(_panel, run_every=interval)(interval)
    load_run()  # outside of what looks again every two seconds: a refusal stays on screen
    show_source(evaluate_in_pieces, purposes=[_("Loss, accuracy and confusion matrix")])
