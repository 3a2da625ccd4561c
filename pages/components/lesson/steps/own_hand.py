"""Step 7: your own hand, and what a test set does not tell you."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.messages import mark
from pages.components import state
from pages.components.digit_sheet import Digit, digit_sheet
from pages.components.language import _
from pages.components.lesson.questions import Question, ask
from pages.components.readers import Reader, readers

EXAMPLES = 12

QUESTIONS = (
    Question(
        "own_digits",
        mark("A model reads 99 % of MNIST's test digits. How many of your own will it read?"),
        (mark("Also 99 %"), mark("Clearly fewer, if you write differently"), mark("None")),
        1,
        mark(
            "MNIST was written by Americans around 1990. A crossed 7, a 1 with a long upstroke or a 9 with "
            "a curled tail hardly occur there. The test set has the same gaps, so it cannot notice."
        ),
    ),
)


def show() -> None:
    """Draw, then look at the blind spots style by style."""
    st.markdown(_("Now you. Draw a few digits the way you write them, and count how many are read."))
    st.page_link("pages/draw.py", label=_("Draw a digit"), icon="✏️")
    if not ask(QUESTIONS[0]):
        return
    people = readers()
    key = st.selectbox(
        _("Who reads?"),
        list(people),
        format_func=lambda name: people[name].name,
        key="lesson_reader",
        width=320,
    )
    st.caption(
        _("The starter model has practised these hands. A model of yours that knows only MNIST has not.")
    )
    with st.spinner(_("Reading all the digits once …")):
        _styles(people[key])
    st.markdown(
        _(
            "**What a test set does not tell you**: how the model does on people, pens and habits that are not in it; "
            "whether it is sure for good reasons; what it says to something that is no digit at all."
        )
    )


def _styles(reader: Reader) -> None:
    """How well each built-in handwriting style is read, the worst first, with examples."""
    dataset, model = state.dataset("strokes"), reader.model()
    split = dataset.test
    if model is None or split.styles is None:
        st.info(_("This model has gone. Choose another one above."))
        return
    answers = state.predictions(reader.key, reader.version, dataset.name, "test", model, split).argmax(axis=1)
    right = answers == split.labels
    table = pd.DataFrame({"digit": split.labels, "style": split.styles, "right": right})
    table = table.groupby(["digit", "style"], as_index=False).agg(
        count=("right", "size"), right=("right", "mean")
    )
    table = table.sort_values("right", kind="stable")
    st.markdown(
        _(
            "**{right:.1%}** of {count:,} built-in digits are read. The hardest styles:",
            right=float(right.mean()),
            count=len(split),
        )
    )
    shown = table.head(8).assign(
        right=lambda rows: rows["right"].map("{:.0%}".format), style=lambda rows: rows["style"].map(_)
    )
    words = {"digit": _("digit"), "style": _("style"), "count": _("images"), "right": _("read correctly")}
    st.dataframe(shown.rename(columns=words), hide_index=True, width=520)
    worst = table.iloc[0]
    numbers = np.flatnonzero((split.styles == worst["style"]) & (split.labels == worst["digit"]))[:EXAMPLES]
    digits = [Digit(int(i), split.images[i], int(split.labels[i]), int(answers[i])) for i in numbers]
    digit_sheet(digits, key="lesson_worst_style", on_pick=lambda _number: None)
    st.page_link(
        "pages/browse.py",
        label=_("See all mistakes in Browse"),
        icon="🔢",
        query_params={"set": "strokes", "answers": "wrong", "reader": reader.key},
    )
