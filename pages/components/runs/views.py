"""What a run's numbers mean: the narrator's sentences, its answers, weights, confusions and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mnist_core.errors import DataError
from mnist_core.evaluation import count_dead_units
from mnist_core.layers import Relu
from mnist_core.narrator import narrate
from mnist_core.network import get_architecture
from mnist_core.remarks import PICTURES_FOR_UNITS, Facts
from pages.components import state
from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures
from pages.components.pictures import data_url, weight_images
from pages.components.runs.access import is_own
from pages.components.runs.curve_chart import elapsed_seconds
from pages.components.runs.mistaken_digits import show_chosen_digits, show_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mnist_core import EpochResult, RunSnapshot


def facts_of(snapshot: RunSnapshot) -> Facts:
    """What the narrator needs to know."""
    return Facts(
        config=snapshot.config,
        history=snapshot.history,
        initial=snapshot.initial,
        diverged_at=snapshot.diverged_at,
        confusion=snapshot.confusion,
        dead_units=_dead_units(snapshot),
        earlier=_earlier(snapshot),
    )


def _earlier(snapshot: RunSnapshot) -> list[Sequence[EpochResult]]:
    """How the visitor's own runs went before this one, which is his own too; a stranger's are nobody else's."""
    if not is_own(snapshot):
        return []
    return [
        run.history
        for run in state.run_service().list(snapshot.owner)
        if run.created_at < snapshot.created_at and run.config.architecture == snapshot.config.architecture
    ]


def _dead_units(snapshot: RunSnapshot) -> tuple[int, int] | None:
    """Counted on test digits when the sample answers are new; nothing for networks without ReLU."""
    layers = get_architecture(snapshot.config.architecture).layers
    if snapshot.samples is None or not any(isinstance(layer, Relu) for layer in layers):
        return None
    kept = st.session_state.get("dead_units", {})
    if kept.get("samples") is not snapshot.samples:
        kept = {"samples": snapshot.samples, "count": _count_dead_units(snapshot)}
        st.session_state["dead_units"] = kept
    return kept["count"]


def _count_dead_units(snapshot: RunSnapshot) -> tuple[int, int] | None:
    model = state.run_service().latest_model(snapshot.id)
    try:
        images = state.dataset(snapshot.data).test.images[:PICTURES_FOR_UNITS]
    except DataError:  # a run from elsewhere, and its digits are not here
        return None
    return None if model is None else count_dead_units(model, images)


def show_remarks(snapshot: RunSnapshot) -> None:
    """The narrator's sentences."""
    with st.container(key="narrator", gap="xsmall"):
        for remark in narrate(facts_of(snapshot)):
            icon = "💬" if remark.good else "🔎"
            advice = f" *{_(remark.advice, **remark.values)}*" if remark.advice else ""
            st.markdown(f"{icon} {_(remark.template, **remark.values)}{advice}")


def choose_inside() -> str:
    """Four ways to look inside; the chosen one is drawn. Tabs would cost a browser a quarter of each poll."""
    views = {
        "answers": _("Answers"),
        "weights": _("Weights"),
        "confusion": _("Confusion matrix"),
        "table": _("Table"),
    }
    chosen = st.segmented_control(
        _("Look inside"),
        list(views),
        default="answers",
        required=True,
        format_func=views.__getitem__,
        key="run_view",
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen or "answers"


def show_inside(chosen: str, snapshot: RunSnapshot) -> None:
    """What `choose_inside` gave."""
    views = {
        "answers": show_answers,
        "weights": show_weights,
        "confusion": show_confusion,
        "table": show_table,
    }
    views[chosen](snapshot)


def show_answers(snapshot: RunSnapshot) -> None:
    """A few test digits with the current answer, right or wrong by sign and colour."""
    samples = snapshot.samples
    if samples is None:
        st.caption(_("Answers come with the first test."))
        return
    live_pictures(
        "digits_answers",
        [
            Picture(
                image,
                title=f"{'✓' if answer == label else '✗'} {answer}",
                hint=_("A {label} read as {answer}", label=int(label), answer=int(answer)),
                is_right=bool(answer == label),
                is_wrong=bool(answer != label),
            )
            for image, answer, label in zip(samples.images, samples.predictions, samples.labels, strict=True)
        ],
        side=56,  # ten in a row beside the settings, five on a phone
    )


def show_weights(snapshot: RunSnapshot) -> None:
    """What the first layer looks for."""
    model = state.run_service().latest_model(snapshot.id)
    if model is None:
        st.caption(_("Weights come with the first steps."))
        return
    urls = [data_url(image) for image in weight_images(model)]
    captions = [" " if model.network.has_hidden_layers else str(digit) for digit in range(len(urls))]
    alt = [_("Weights of output {digit}", digit=digit) for digit in range(len(urls))]
    st.image(urls, caption=captions, alt=alt, width=70)
    st.caption(_("Ink on orange speaks for it, ink on blue against it."))


def show_confusion(snapshot: RunSnapshot) -> None:
    """Which digit is taken for which, on the test set."""
    if snapshot.confusion is None:
        st.caption(_("The matrix comes with the first test."))
        return
    matrix, digits = st.columns([3, 2])
    with matrix:
        chosen = show_matrix(snapshot.confusion, key="confusion")
    with digits:
        if snapshot.status == "running":  # the model that answered is gone already
            st.caption(_("Pause, or wait for the end, to click a cell and see those digits."))
            return
        st.caption(_("Click a cell to see those digits."))
        show_chosen_digits(snapshot, chosen)


def show_table(snapshot: RunSnapshot) -> None:
    """The numbers, epoch by epoch."""
    table = history_table(snapshot)
    loss = st.column_config.NumberColumn(format="%.4f")
    share = st.column_config.NumberColumn(format="percent")
    names = list(table.columns)
    formats = dict(zip(names[1:], (loss, loss, share, share), strict=False))
    seconds = {names[-1]: st.column_config.NumberColumn(format="%.1f")}
    st.dataframe(
        table, hide_index=True, height=min(38 + 35 * len(table), 318), column_config=formats | seconds
    )


def history_table(snapshot: RunSnapshot) -> pd.DataFrame:
    """One row an epoch, the newest first."""
    results = [*([snapshot.initial] if snapshot.initial else []), *snapshot.history]
    return pd.DataFrame(
        {
            _("Epoch"): [result.epoch for result in results],
            _("Training loss"): [result.train_loss for result in results],
            _("Test loss"): [result.test_loss for result in results],
            _("Training accuracy"): [result.train_accuracy for result in results],
            _("Test accuracy"): [result.test_accuracy for result in results],
            _("Seconds"): elapsed_seconds(results),
        }
    ).iloc[::-1]
