"""Step 7: your own hand, and what a test set does not tell you."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import Split, rasterize_strokes, read_strokes
from mnist_core.messages import Phrase, mark
from pages.components import state
from pages.components.digit_sheet import Digit, digit_sheet
from pages.components.draw.live_answer import live_answers
from pages.components.drawing_pad import drawing_pad
from pages.components.language import _, plain
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.runs import find_run, start_button, watch
from pages.components.lesson.steps.better import RUNGS
from pages.components.presses import show_errors
from pages.components.readers import STARTER, Reader, readers
from pages.components.runs.words import unique_names
from pages.components.source import show_source

EXAMPLES, HARDEST, FEWEST = 12, 8, 8
OWN_KEY = "rung_hidden"

QUESTIONS = (
    Question(
        "own_digits",
        mark("A model reads 99% of MNIST's test digits. How many of your own will it read?"),
        (mark("Also 99%"), mark("Clearly fewer, if you write differently"), mark("None")),
        1,
        mark(
            "MNIST was written by Americans around 1990. A crossed 7, a 1 with a long upstroke or a 9 with "
            "a curled tail hardly occur there. The test set has the same gaps, so it cannot notice."
        ),
    ),
)


def show() -> None:
    """Draw, then look at the blind spots style by style."""
    st.markdown(
        _(
            "Now you. Draw digits the way you write them; then a **9 with a curled tail**, a **crossed 7**, "
            "a **1 with a long upstroke**. Who reads them?"
        )
    )
    st.fragment(_draw)()
    _offer_reader()
    show_source(rasterize_strokes, purposes=[_("Your strokes become a picture like MNIST's")])
    if not ask(QUESTIONS[0]):
        return
    people = readers()
    key = _choose_reader(people)
    with st.spinner(_("Reading all the digits once …")):
        _styles(people[key], people[STARTER])
    st.markdown(
        _(
            "**What a test set does not tell you**: how the model does on people, pens and habits that are not in it; "
            "whether it is sure for good reasons; what it says to something that is no digit at all."
        )
    )


def _draw() -> None:
    """The pad, and what the starter and a model of the visitor's own read on it."""
    with show_errors():
        people = readers()
        pad, answers = st.columns((2, 3), gap="large")
        with pad:
            drawing = drawing_pad()
        with answers:
            readings = [
                (reader.name, read_strokes(drawing.strokes, model))
                for reader in (people[key] for key in dict.fromkeys([STARTER, own_reader(people)]))
                if (model := reader.model()) is not None
            ]
            if drawing.strokes:
                live_answers(readings)
            else:
                st.info(_("Their answers appear here while you draw."), icon="✏️")
            st.page_link("pages/draw.py", label=_("More on the Draw page"), icon="✏️")


def _offer_reader() -> None:
    """Whoever comes here without step 6 gets a model of her own from it, to set against the starter."""
    if find_run(OWN_KEY) is None and own_reader(readers()) == STARTER:
        st.markdown(
            _(
                "So far only the starter model reads, and it has practised all these hands. "
                "Train one of your own beside it:"
            )
        )
        start = (OWN_KEY, RUNGS[OWN_KEY][2], Phrase(mark("A hidden layer of 128")))
        start_button(_("Train a model of step 6"), "start_own_reader", start)
    watch([OWN_KEY], lambda: None)


def own_reader(people: Collection[str]) -> str:
    """Key of the visitor's own model that reads here: the highest rung of step 6, or else the newest."""
    runs = state.lesson_progress().runs
    keys = [runs.get("rung_convolution"), runs.get("rung_hidden"), *(key for key in people if key != STARTER)]
    return next((key for key in keys if key in people), STARTER)


def tested_accuracy(reader: Reader) -> float | None:
    """What a run reached on its own test digits; None for the starter."""
    runs = {run.id: run for run in state.run_service().list(state.visitor())}
    history = runs[reader.key].history if reader.key in runs else ()
    return history[-1].test_accuracy if history else None


def _choose_reader(people: dict[str, Reader]) -> str:
    """The reader whose blind spots are shown: at first the visitor's own, which knows only MNIST."""
    if st.session_state.get("lesson_reader") not in people:
        st.session_state["lesson_reader"] = own_reader(people)
    key = st.selectbox(
        _("Who reads?"),
        list(people),
        format_func=lambda name: people[name].name,
        key="lesson_reader",
        width=320,
        filter_mode=None,
    )
    st.caption(
        _("The starter model has practised these hands. A model of yours that knows only MNIST has not.")
    )
    return key


def _styles(reader: Reader, starter: Reader) -> None:
    """How well each built-in handwriting style is read, the worst first, with examples."""
    answers = _answers(reader)
    if answers is None:
        st.info(_("This model is gone. Choose another one above."))
        return
    split = state.dataset("strokes").test
    right = answers == split.labels
    if (tested := tested_accuracy(reader)) is not None:
        st.markdown(_("**{share:.1%}** of its own test digits are read.", share=tested))
    st.markdown(
        _(
            "**{right:.1%}** of {count:,} built-in digits are read. The hardest styles:",
            right=float(right.mean()),
            count=len(split),
        )
    )
    rights, names = {"reader": right}, {"reader": reader.name}
    if reader != starter:
        rights["starter"], names["starter"] = _answers(starter) == split.labels, starter.name
    shares = _shares_by_style(split, rights)
    _show_shares(shares.head(HARDEST), names)
    worst = shares.iloc[0]
    numbers = np.flatnonzero((split.styles == worst["style"]) & (split.labels == worst["digit"]))[:EXAMPLES]
    digits = [Digit(int(i), split.images[i], int(split.labels[i]), int(answers[i])) for i in numbers]
    digit_sheet(digits, key="lesson_worst_style")
    st.page_link(
        "pages/browse.py",
        label=_("See all mistakes in Browse"),
        icon="🔢",
        query_params={"set": "strokes", "answers": "wrong", "reader": reader.key},
    )


def _shares_by_style(split: Split, rights: dict[str, NDArray[np.bool_]]) -> pd.DataFrame:
    """The share read right of each digit and style that is not too rare, the worst first."""
    styles = pd.DataFrame({"digit": split.labels, "style": split.styles, **rights}).groupby(
        ["digit", "style"]
    )
    shares: pd.DataFrame = styles.mean().assign(pictures=styles.size())
    shares = shares[shares["pictures"] >= FEWEST]
    return shares.sort_values("reader", kind="stable").reset_index()


def _answers(reader: Reader) -> NDArray[np.intp] | None:
    """What a reader answers to each built-in test digit; None if its model has gone."""
    dataset, model = state.dataset("strokes"), reader.model()
    if model is None:
        return None
    found = state.predictions(model, dataset.name, "test", dataset.test)
    return found.argmax(axis=1)


def _show_shares(shares: pd.DataFrame, names: dict[str, str]) -> None:
    """A table of the styles, and of who reads them how well; a run may have any name, also one twice."""
    columns = [shares["digit"].map(str), shares["style"].map(_), shares["pictures"].map(str)]
    columns += [shares[column].map("{:.0%}".format) for column in names]
    shown = pd.concat(columns, axis=1)
    shown.columns = unique_names(
        [_("digit"), _("style"), _("pictures"), *(plain(name) for name in names.values())]
    )
    st.table(shown, hide_index=True, width="content")
