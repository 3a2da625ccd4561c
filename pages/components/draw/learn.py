"""Learn from my drawings: the model that reads goes on training with the kept ones, on a worker."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core import Model, RunSnapshot
from mnist_core.drawings_store import KeptDrawing, drawings_split
from mnist_core.errors import RunError
from mnist_core.evaluation import evaluate
from mnist_core.messages import Phrase, mark
from mnist_core.relearning import relearning_checkpoint, relearning_config
from pages.components import state
from pages.components.draw.readers import CHOICE_KEY, model_of
from pages.components.language import _, error_text
from pages.components.presses import press_button
from pages.components.readers import STARTER_NAME, Reader
from pages.components.runs.words import LONGEST_NAME, run_name

LEARNING_KEY = "draw_learning"


def learn_panel(drawings: list[KeptDrawing], reader: Reader, readers: dict[str, Reader]) -> None:
    """Start to learn; then the progress; then before and after, and the way back."""
    learning = st.session_state.get(LEARNING_KEY)
    snapshot = _snapshot(learning["run"]) if learning else None
    if learning is None or snapshot is None:
        st.session_state.pop(LEARNING_KEY, None)
        press_button(
            _("Learn from my drawings ({count})", count=len(drawings)),
            "learning_start",
            partial(_start, drawings, reader),
            icon="🎓",
            type="primary",
        )
        st.caption(
            _(
                "The model that reads now goes on training for a moment, on your drawings mixed with "
                "digits it knows so that it does not forget them."
            )
        )
    elif snapshot.is_unfinished:
        total = snapshot.epochs * max(snapshot.batches, 1)
        done = snapshot.epoch * max(snapshot.batches, 1) + snapshot.batch
        st.progress(min(done / total, 1.0), text=_("Learning your handwriting …"))
        _undo_button()
    else:
        _show_result(snapshot, learning, drawings, readers)


def is_learning() -> bool:
    """Whether the visitor's drawings are being learned now."""
    learning = st.session_state.get(LEARNING_KEY)
    snapshot = _snapshot(learning["run"]) if learning else None
    return snapshot is not None and snapshot.is_unfinished


def _snapshot(run_id: str) -> RunSnapshot | None:
    try:
        return state.run_service().snapshot(run_id)
    except RunError:  # deleted on another page
        return None


def _start(drawings: list[KeptDrawing], reader: Reader) -> None:
    if LEARNING_KEY in st.session_state:
        return  # the browser sent the press twice
    model = model_of(reader)
    config = relearning_config(model, available=len(state.dataset().train))
    run_id = state.run_service().start(
        config,
        owner=state.visitor(),
        name=Phrase(
            mark("{name} + my drawings ({count})"), {"name": _name_of(reader), "count": len(drawings)}
        ),
        beginning=relearning_checkpoint(model, drawings_split(drawings), config),
    )
    st.session_state[LEARNING_KEY] = {"run": run_id, "before": model, "reader": reader.key}


def _name_of(reader: Reader) -> str | Phrase:
    """A name in a name in a name is said in full only while it fits."""
    run = _snapshot(reader.key)
    if run is None:
        return Phrase(STARTER_NAME)
    return run.name if len(str(run.name)) < LONGEST_NAME else run_name(run)


def _undo_button() -> None:
    press_button(_("Undo"), "learning_undo", _undo, icon="↩️")


def _undo() -> None:
    """Forget what was learned: back to the model from before."""
    learning = st.session_state.pop(LEARNING_KEY, None)
    if learning is not None:
        st.session_state[CHOICE_KEY] = learning["reader"]
        state.run_service().delete(learning["run"])


def _show_result(
    snapshot: RunSnapshot,
    learning: dict[str, Any],
    drawings: list[KeptDrawing],
    readers: dict[str, Reader],
) -> None:
    after = state.run_service().latest_model(snapshot.id)
    before = learning["before"]
    if snapshot.status != "finished" or after is None or not isinstance(before, Model):
        st.error(error_text(snapshot.error) if snapshot.error else _("Learning was stopped."), icon="⚠️")
        _undo_button()
        return
    if "accuracies" not in learning:
        split = drawings_split(drawings)
        learning["accuracies"] = tuple(evaluate(model, split).accuracy for model in (before, after))
    old, new = learning["accuracies"]
    mine, tests = st.columns(2)
    _show_change(mine, _("Your drawings"), f"{old:.0%}", f"{new:.0%}")
    if snapshot.initial and snapshot.history:
        first, last = snapshot.initial.test_accuracy, snapshot.history[-1].test_accuracy
        _show_change(tests, _("Test digits"), f"{first:.2%}", f"{last:.2%}")
    st.caption(
        _("It has seen your drawings while learning, so they are an easy exam. The test digits are not.")
    )
    with st.container(horizontal=True):
        st.button(
            _("Read with the new model"),
            type="primary",
            disabled=snapshot.id not in readers,
            on_click=_choose,
            args=(snapshot.id,),
        )
        _undo_button()
        st.button(_("Learn again"), on_click=_forget)


def _show_change(place: DeltaGenerator, label: str, before: str, after: str) -> None:
    place.metric(label, after, _("{before} before", before=before), delta_color="off", delta_arrow="off")


def _choose(run_id: str) -> None:
    st.session_state[CHOICE_KEY] = run_id


def _forget() -> None:
    """Leave the result; the run stays among the others."""
    st.session_state.pop(LEARNING_KEY, None)
