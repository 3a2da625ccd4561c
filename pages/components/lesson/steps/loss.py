"""Step 2: squash a number into a probability, and say how wrong it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import cross_entropy, sigmoid, sigmoid_derivative, softmax
from mnist_core.messages import mark
from pages.components.language import _
from pages.components.lesson.charts import curve_with_point
from pages.components.lesson.code import show_source
from pages.components.lesson.questions import Question, ask

LIKELY = 0.6  # a usual probability, to see what clipping does to it
DIGITS = (3, 5, 8)

QUESTIONS = (
    Question(
        "slope",
        mark("At x = 10 the sigmoid is nearly 1. How steep is it there?"),
        (mark("As steep as in the middle"), mark("Steeper than in the middle"), mark("Almost flat")),
        2,
        mark(
            "The slope is s · (1 − s), nearly 0. A flat curve gives no hint which way to go: it is saturated."
        ),
    ),
    Question(
        "clipping",
        mark("The answer is “yes”, and a model says 0%, quite sure. How large is its loss?"),
        (mark("1"), mark("100"), mark("Infinite")),
        2,
        mark(
            "−log 0 is infinite, and one such image would spoil the whole sum. So the post keeps p above eps."
        ),
    ),
    Question(
        "softmax",
        mark("Ten sigmoids answer one by one. What do their ten answers add up to?"),
        (mark("Always 1"), mark("Anything from 0 to 10"), mark("Always 10")),
        1,
        mark("Each is asked on its own: “is it a 3?”. Softmax lets them compete, so its ten add up to 1."),
    ),
)


def show() -> None:
    """Sigmoid, cross-entropy, clipping, softmax."""
    _sigmoid()
    if ask(QUESTIONS[0]):
        _loss()
        if ask(QUESTIONS[1]):
            _clipping()
            if ask(QUESTIONS[2]):
                _softmax()


def _sigmoid() -> None:
    words, picture = st.columns((2, 3), gap="large", vertical_alignment="center")
    with words:
        st.markdown(
            _(
                "A network counts points for “it is a 3”. "
                "**Sigmoid** turns any score into a number from 0 to 1."
            )
        )
        st.latex(r"\sigma(x) = \frac{1}{1 + e^{-x}}")
        x = st.slider(_("Move the score x"), -10.0, 10.0, 1.0, 0.1, key="lesson_sigmoid_x")
        value, slope = float(sigmoid(x)), float(sigmoid_derivative(x))
        st.markdown(
            _("At x = {x:.1f}: value **{value:.4f}**, slope **{slope:.4f}**.", x=x, value=value, slope=slope)
        )
    with picture:
        grid = np.linspace(-10, 10, 201)
        curve_with_point(
            grid,
            sigmoid(grid),
            (x, value),
            slope=slope,
            x_title=_("score x"),
            y_title=_("sigmoid"),
            alt=_("The sigmoid rises from 0 to 1; at {x:.1f} it is {value:.3f}", x=x, value=value),
        )
    show_source(sigmoid, sigmoid_derivative)


def _loss() -> None:
    words, picture = st.columns((2, 3), gap="large", vertical_alignment="center")
    with words:
        st.markdown(
            _("**Cross-entropy** says how wrong a probability p is. If the true answer is “yes”: −log p.")
        )
        p = st.slider(_("The model says p"), 0.01, 0.99, LIKELY, 0.01, key="lesson_loss_p")
        st.markdown(
            _(
                "True answer “yes”: loss **{yes:.3f}**. True answer “no”: **{no:.3f}**. Sure and wrong costs most.",
                yes=cross_entropy([1.0], [p]),
                no=cross_entropy([0.0], [p]),
            )
        )
    with picture:
        loss, grid = -float(np.log(p)), np.linspace(0.01, 0.99, 99)
        curve_with_point(
            grid,
            -np.log(grid),
            (p, loss),
            x_title=_("probability p of the true answer"),
            y_title=_("loss"),
            alt=_("The loss falls to 0 as p grows to 1; at {p:.2f} it is {loss:.2f}", p=p, loss=loss),
        )
    show_source(cross_entropy)


def _clipping() -> None:
    words, picture = st.columns((2, 3), gap="large", vertical_alignment="center")
    with words:
        st.markdown(_("So p is never let below a tiny number, **eps**. Move it: the curve gets a flat roof."))
        exponent = st.slider(_("eps is 10 to the power of"), -15, -1, -15, key="lesson_eps")
        eps = 10.0**exponent
        worst, usual = (cross_entropy([1.0], [p], eps) for p in (0.0, LIKELY))
        st.markdown(
            _(
                "With eps = 1e{exponent}, the worst loss is **{worst:.2f}** instead of infinite; "
                "at p = 0.6 it is {usual:.3f}.",
                exponent=exponent,
                worst=worst,
                usual=usual,
            )
        )
    with picture:
        grid = np.logspace(-18, 0, 91)
        curve_with_point(
            grid,
            np.array([cross_entropy([1.0], [p], eps) for p in grid]),
            (eps, cross_entropy([1.0], [eps], eps)),
            before=-np.log(grid),
            log_x=True,
            x_title=_("probability p of the true answer"),
            y_title=_("loss"),
            alt=_("The loss with a roof at {worst:.1f}, and dashed without one", worst=worst),
        )


def _softmax() -> None:
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
        "sigmoid": [f"{value:.3f}" for value in (*sigmoid(scores), sigmoid(scores).sum())],
        "softmax": [f"{value:.3f}" for value in (*softmax(scores), softmax(scores).sum())],
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
            "−log {probability:.3f} = **{loss:.3f}**.",
            digit=true_digit,
            probability=float(softmax(scores) @ truth),
            loss=-float(np.log(softmax(scores) @ truth)),
        )
    )
    st.caption(_("A picture is exactly one digit. So one question with ten answers fits better."))
