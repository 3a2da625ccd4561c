"""Step 2: squash a number into a probability, and say how wrong it is."""

from __future__ import annotations

import numpy as np
import streamlit as st

from mnist_core import cross_entropy, sigmoid, sigmoid_derivative
from mnist_core.messages import mark
from pages.components.language import _
from pages.components.lesson.charts import curve_with_point
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.steps.softmax import show_softmax
from pages.components.source import show_source

LIKELY = 0.6  # a usual probability, to see what clipping does to it

QUESTIONS = (
    Question(
        "slope",
        mark("At x = 10 the sigmoid is nearly 1. How steep is it there?"),
        (mark("As steep as in the middle"), mark("Steeper than in the middle"), mark("Almost flat")),
        2,
        mark(
            "The slope is s · (1 − s), nearly 0: moving the score hardly moves the answer. That is called saturated."
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
                show_softmax()


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
            _("At x = {x:.1f}: value **{value:.5f}**, slope **{slope:.5f}**.", x=x, value=value, slope=slope)
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
            _(
                "**Cross-entropy** says how wrong a probability p is. If the true answer is “yes”: −log p; "
                "if it is “no”: −log(1 − p). (log is the natural logarithm: `ln` on a calculator.)"
            )
        )
        p = st.slider(_("The model says p"), 0.01, 0.99, LIKELY, 0.01, key="lesson_loss_p")
        st.markdown(
            _(
                "True answer “yes”: loss **{yes:.3f}**. True answer “no”: **{no:.3f}**. "
                "Being sure and wrong costs most.",
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
