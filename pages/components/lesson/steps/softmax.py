"""Step 2, the last part: ten yes-or-no questions, or one with ten answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import cross_entropy, sigmoid, softmax
from pages.components.language import _
from pages.components.source import show_source

DIGITS = (3, 5, 8)


def show_softmax() -> None:
    """Three scores read by three sigmoids and by one softmax, and what each reading costs."""
    st.markdown(_("Three scores, read in two ways. Move one, and see which of the others move."))
    scores = np.array(
        [
            column.slider(
                _("score of {digit}", digit=digit), -5.0, 5.0, start, 0.5, key=f"lesson_score_{digit}"
            )
            for column, digit, start in zip(st.columns(3), DIGITS, (2.0, 1.0, -1.0), strict=True)
        ]
    )
    table, losses = st.columns((2, 3), gap="large")
    with table:
        _two_readings(scores)
    with losses:
        _two_losses(scores)
    show_source(softmax)


def _two_readings(scores: NDArray[np.float64]) -> None:
    readings = {
        _("digit"): [*map(str, DIGITS), _("sum")],
        _("sigmoid"): [f"{value:.3f}" for value in (*sigmoid(scores), sigmoid(scores).sum())],
        _("softmax"): [f"{value:.3f}" for value in (*softmax(scores), softmax(scores).sum())],
    }
    st.table(pd.DataFrame(readings), hide_index=True)


def _two_losses(scores: NDArray[np.float64]) -> None:
    true_digit = st.segmented_control(
        _("It really is a"), DIGITS, default=DIGITS[0], required=True, key="lesson_true_digit"
    )
    truth = np.equal(DIGITS, true_digit).astype(float)
    st.markdown(
        _(
            "**Binary** cross-entropy asks three yes-or-no questions and takes the mean: **{binary:.3f}**.",
            binary=cross_entropy(truth, sigmoid(scores)),
        )
    )
    st.markdown(
        _(
            "**Categorical** cross-entropy asks one: how likely does softmax find the {digit}? "
            "−log {probability:.4g} = **{loss:.3f}**.",
            digit=true_digit,
            probability=float(softmax(scores) @ truth),
            loss=-float(np.log(softmax(scores) @ truth)),
        )
    )
    st.caption(_("A picture is exactly one digit. So one question with ten answers fits better."))
