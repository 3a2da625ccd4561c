"""Step 1: what the digits are to a computer."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mnist_core import Dataset, Split, load_dataset
from mnist_core.messages import mark
from pages.components import state
from pages.components.browse.digit_card import show_pixels
from pages.components.browse.split_overview import show_first_ten
from pages.components.language import _
from pages.components.lesson.questions import Question, ask
from pages.components.pictures import ink_image
from pages.components.source import show_source

THE_POST = mark(
    "A Korean blog post builds a digit reader twice: in bare NumPy, then in TensorFlow. These seven steps "
    "retell it with this app's own code. “The post” always means that one."
)
QUESTIONS = (
    Question(
        "numbers",
        mark("One digit is a picture of 28 by 28 pixels. How many numbers does the computer get?"),
        (mark("56"), mark("784"), mark("60,000")),
        1,
        mark(
            "28 × 28 = 784 numbers, each from 0 (paper) to 255 (ink). There is nothing else: no lines, no loops."
        ),
    ),
)


def show() -> None:
    """Load, look, count."""
    dataset = state.dataset()
    st.markdown(_(THE_POST))
    words, picture = st.columns((2, 3), gap="large")
    with words:
        _two_parts(dataset)
    with picture:
        st.markdown(_("The first ten, drawn as in the post, two rows of five:"))
        show_first_ten(dataset.train)
    show_source(load_dataset)
    if ask(QUESTIONS[0]):
        _one_digit(dataset.train)


def _two_parts(dataset: Dataset) -> None:
    st.markdown(
        _(
            "Everything begins with examples. People wrote digits, and someone noted which digit each is meant "
            "to be. One part is to **learn from**, the other is kept back to **test**."
        )
    )
    st.table(
        pd.DataFrame([_facts(_("train"), dataset.train), _facts(_("test"), dataset.test)]),
        hide_index=True,
    )
    st.caption(
        _(
            "Read {shape} as: {count:,} pictures of 28 rows and 28 columns. "
            "uint8 is a whole number from 0 to 255.",
            shape=str(dataset.train.images.shape),
            count=len(dataset.train),
        )
    )


def _facts(name: str, split: Split) -> dict[str, str]:
    return {
        _("part"): name,
        _("images"): f"{split.images.shape} {split.images.dtype}",
        _("labels"): f"{split.labels.shape} {split.labels.dtype}",
    }


def _one_digit(split: Split) -> None:
    picture, numbers = st.columns((1, 3), gap="large")
    with picture:
        number = st.slider(_("Choose a digit"), 0, 99, 0, key="lesson_data_image")
        words = _("Image {number}, digit {label}", number=number, label=int(split.labels[number]))
        st.image(ink_image(split.images[number], scale=8), alt=words, caption=words, width="stretch")
    with numbers:
        show_pixels(split.images[number])
    st.page_link("pages/browse.py", label=_("Look through all of them in Browse"), icon="🔢")
