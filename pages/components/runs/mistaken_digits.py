"""The test digits behind a cell of a confusion matrix, or behind a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from mnist_core.errors import DataError
from mnist_core.selection import Selection, select_images
from pages.components import state
from pages.components.browse.filters import STROKES
from pages.components.charts import vega_chart
from pages.components.language import _, error_text
from pages.components.pictures import data_url, ink_image
from pages.components.runs import confusion_chart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_core import RunSnapshot

MOST_PICTURES = 36


def show_matrix(confusion: NDArray[np.int64], key: str) -> Any:
    """A confusion matrix, legible light and dark; what is chosen in it is for `show_chosen_digits`."""
    titles = (_("Truth"), _("Read as"), _("Count"), _("Share of this digit"))
    return vega_chart(
        confusion_chart.confusion_table(confusion),
        confusion_chart.confusion_spec(*titles, is_dark=st.context.theme.type == "dark"),
        key=key,
        on_select="rerun",
        selection_mode="cell",
        alt=_("Confusion matrix: which digit is taken for which"),
    )


def show_chosen_digits(run: RunSnapshot, chart: Any) -> None:
    """The digits of the cell clicked in a confusion chart of this run, and of one chosen by keyboard below it."""
    clicked = [(int(cell["truth"]), int(cell["answer"])) for cell in chart.selection.get("cell", ())]
    listed = _choose_mistake(run)
    for truth, answer in dict.fromkeys([*clicked[:1], *([listed] if listed else [])]):
        show_digits(run, truth, answer)


def _choose_mistake(run: RunSnapshot) -> tuple[int, int] | None:
    """One of the most common mistakes, (truth, answer), from a list: Vega's cells know only the pointer."""
    if run.confusion is None:
        return None
    counts = confusion_chart.common_mistakes(run.confusion)
    return st.selectbox(
        _("Or choose one of the most common mistakes"),
        list(counts),
        index=None,
        format_func=lambda mistake: _(
            "{truth} read as {answer}: {count}", truth=mistake[0], answer=mistake[1], count=counts[mistake]
        ),
        placeholder="–",
        key=f"mistake_{run.id}",
        width=300,
        filter_mode=None,
    )


def show_digits(run: RunSnapshot, truth: int, answer: int | None) -> None:
    """Test digits of one confusion cell, mistakes hardest first; with no answer given, all that are read wrongly."""
    model = state.run_service().latest_model(run.id)
    if model is None:
        st.caption(_("The model of this run is not here any more."))
        return
    try:
        test = state.dataset(run.data).test
    except DataError as error:  # a run from elsewhere, and its digits are not here
        st.caption(error_text(error))
        return
    digits = test.take(np.flatnonzero(test.labels == truth))
    probabilities = model.predict_proba(digits.images)
    asked = _question(truth, answer)
    found = select_images(digits, asked, probabilities)
    if answer is None:
        st.markdown(_("{count} times {truth} is read wrongly:", count=len(found), truth=truth))
    else:
        st.markdown(
            _("{count} times {truth} is read as {answer}:", count=len(found), truth=truth, answer=answer)
        )
    if run.batch and run.diverged_at is None:  # a diverged one is back at the last whole epoch
        st.caption(
            _(
                "Read by the network as it is now, {batch} batches after the matrix was counted.",
                batch=run.batch,
            )
        )
    shown = found[:MOST_PICTURES]
    if len(shown):
        _show_pictures(digits.images[shown], truth, probabilities[shown].argmax(axis=1))
    if (where := _set_in_browse(run.data)) is not None:
        _link_to_browse(run, asked, where)


def _question(truth: int, answer: int | None) -> Selection:
    """What Browse is asked for the same digits."""
    order = "number" if answer == truth else "loss"
    if answer is None:
        return Selection(digits=[truth], answers="wrong", order=order)
    return Selection(digits=[truth], predicted=[answer], order=order)


def _set_in_browse(source: str) -> str | None:
    """Where Browse has the test digits of this data source; None if it has not."""
    tested = "mnist" if source == "mnist+strokes" else source
    if tested in ("auto", state.dataset().name):
        return "active"
    return STROKES if tested == STROKES else None


def _link_to_browse(run: RunSnapshot, asked: Selection, where: str) -> None:
    st.page_link(
        "pages/browse.py",
        label=_("Look closer in Browse"),
        icon="🔢",
        query_params={
            "set": where,
            "split": "test",
            "true": [str(digit) for digit in asked.digits],
            "reader": run.id,
            "answers": asked.answers,
            "predicted": [str(digit) for digit in asked.predicted],
            "order": asked.order,
        },
    )


def _show_pictures(images: NDArray[np.uint8], truth: int, answers: NDArray[np.intp]) -> None:
    st.image(
        [data_url(ink_image(image, scale=3)) for image in images],
        caption=[str(answer) for answer in answers],
        alt=[_("A {label} read as {answer}", label=truth, answer=int(answer)) for answer in answers],
        width=52,
    )
