"""Step 4, the oddities: four things the post does differently from a textbook, each with a switch."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from mnist_core import PRESETS, TrainingConfig, cross_entropy, one_hot
from mnist_core.backends.numpy_backend import NumpyBackend
from mnist_core.evaluation import evaluate_in_pieces
from mnist_core.messages import Phrase, mark
from pages.components import state
from pages.components.language import _, plain
from pages.components.lesson.charts import accuracy_chart
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.runs import find_runs, open_in_train, start_button, watch
from pages.components.lesson.steps.first_step import PRESET, SAMPLE, first_step, untrained_model
from pages.components.source import show_source

EPOCHS = 30
NAMES = {
    "fix_raw_sum": mark("as posted"),
    "fix_unit_sum": mark("pixels 0 to 1"),
    "fix_raw_mean": mark("mean gradient"),
    "fix_unit_mean": mark("pixels 0 to 1, mean gradient"),
}

QUESTIONS = (
    Question(
        "test_set",
        mark("The post prints the accuracy on the images it learned from. What does that not tell you?"),
        (
            mark("How many of these images it reads right"),
            mark("How well it reads digits it has never seen"),
            mark("Whether it does better than guessing"),
        ),
        1,
        mark(
            "Someone who learned the answers by heart scores full marks, too. Only new images tell. So: a test set."
        ),
    ),
)


def show_unusual() -> None:
    """Each oddity with its switch, what the switch does to the numbers, and a run that shows the difference."""
    st.subheader(_("Four unusual things in the post's code"))
    st.caption(_("It works all the same. Turn the switches and see what each one does."))
    st.markdown(_("**1. Raw pixels**, 0 to 255, push every sigmoid to its flat ends."))
    unit = st.toggle(_("Fix: divide by 255"), key="lesson_fix_pixels")
    step = first_step(state.dataset().train, "unit" if unit else "raw")
    st.markdown(
        _(
            "Before any learning, **{saturated:.0%}** of the answers to the first {count:,} images are saturated.",
            saturated=step.saturated,
            count=SAMPLE,
        )
    )
    st.markdown(_("**2. The weights step by the sum** over all images, the biases by the mean."))
    mean = st.toggle(_("Fix: the mean for both"), key="lesson_fix_mean")
    st.markdown(
        _(
            "Weights begin between −1 and 1. The first step moves one by about **{size}** on average "
            "(worked out on the first {count:,} images).",
            size=_readable(step.by_mean if mean else step.by_sum),
            count=SAMPLE,
        )
    )
    show_source(NumpyBackend._loss_and_gradient, purposes=[_("`_sum_weights`: the sum instead of the mean")])
    _runs(_config(unit=unit, mean=mean), unit=unit, mean=mean)
    _swapped_arguments(unit=unit)
    if ask(QUESTIONS[0]):
        _test_accuracy()


def _readable(size: float) -> str:
    return f"{size:,.0f}" if size >= 10 else f"{size:.4f}"


def _config(*, unit: bool, mean: bool) -> TrainingConfig:
    return replace(
        PRESETS[PRESET].config,
        epochs=EPOCHS,
        stop_at_accuracy=None,
        pixel_range="unit" if unit else "raw",
        weight_gradient="mean" if mean else "sum",
    )


def _runs(config: TrainingConfig, *, unit: bool, mean: bool) -> None:
    key = f"fix_{'unit' if unit else 'raw'}_{'mean' if mean else 'sum'}"
    with st.container(horizontal=True, vertical_alignment="center"):
        start_button(
            _("Run: {name}", name=Phrase(NAMES[key])), f"start_{key}", (key, config, Phrase(NAMES[key]))
        )
        open_in_train(PRESET, config)
    watch(NAMES, _draw_runs)


def _draw_runs() -> None:
    runs = {_(NAMES[key]): run for key, run in find_runs(NAMES).items()}
    if not runs:
        return
    accuracy_chart(runs, alt=_("Training accuracy with and without the fixes"))
    st.caption(
        _(
            "The learning rate of 0.1 was never chosen for these steps: by the sum they are far too long, "
            "by the mean of small pixels rather short. Step 6 fixes both and lets the rate grow."
        )
    )


def _swapped_arguments(*, unit: bool) -> None:
    st.markdown(_("**3. The loss call swaps its arguments**: labels and answers change places."))
    fixed = st.toggle(_("Fix: swap them back"), key="lesson_fix_swap")
    split = state.dataset().train
    answers = untrained_model("unit" if unit else "raw").predict_proba(split.images[:SAMPLE])
    labels = one_hot(split.labels[:SAMPLE])
    swapped, right = cross_entropy(answers, labels), cross_entropy(labels, answers)
    st.markdown(
        _(
            "`cross_entropy(labels, answers)` = **{right:.2f}** instead of {swapped:.2f}",
            right=right,
            swapped=swapped,
        )
        if fixed
        else _("`cross_entropy(answers, labels)` = **{swapped:.2f}**, as posted", swapped=swapped)
    )
    st.caption(
        _(
            "{count:,} images, before any learning. Swapped, the logarithm falls on the labels 0 and 1, clipped: "
            "a wholly wrong answer costs −log 1e-15 = 34.5, one half wrong costs half of it. "
            "Learning itself does not use this loss.",
            count=SAMPLE,
        )
    )
    st.caption(
        _(
            "Now the answers lie between 0 and 1, and the right order asks far less for half wrong: −log 0.5 = 0.7."
        )
        if unit
        else _(
            "On raw pixels, swapping back changes little: nearly every answer is 0 or 1, and a wrong one costs "
            "34.5 either way. Turn on switch 1, and look again."
        )
    )
    show_source(evaluate_in_pieces, purposes=[_("`posted`: the loss as the post calls it, swapped")])


def _test_accuracy() -> None:
    st.markdown(_("**4. Accuracy on the training set only.**"))
    fixed = st.toggle(_("Fix: look at the test set"), key="lesson_fix_test")
    names = {"post": mark("The post's NumPy model"), **NAMES}
    runs = {key: run for key, run in find_runs(names).items() if run.history}
    if not runs:
        st.caption(_("Run something above, and its accuracy appears here."))
        return
    rows = []
    for key, run in runs.items():
        last = run.history[-1]
        row = {
            _("run"): plain(_(names[key])),
            _("epoch"): str(last.epoch),
            _("training accuracy"): f"{last.train_accuracy:.2%}",
        }
        rows.append(row | ({_("test accuracy"): f"{last.test_accuracy:.2%}"} if fixed else {}))
    st.table(pd.DataFrame(rows), hide_index=True, width="content")
    if fixed:
        st.caption(
            _(
                "Here the two hardly differ: a network this small cannot learn 60,000 images by heart. "
                "A larger one learns some, and only the test set shows it."
            )
        )
