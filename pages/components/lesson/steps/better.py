"""Step 6: from 81% to 99%, one change at a time, measured live."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from mnist_core import PRESETS, RunSnapshot
from mnist_core.layers import Convolution, Relu, Silu
from mnist_core.messages import Phrase, mark
from mnist_core.network import scale_pixels
from pages.components.colours import BLUE
from pages.components.language import _, plain
from pages.components.lesson.charts import show_chart
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.runs import find_runs, open_in_train, start_button, watch
from pages.components.source import show_source

# Each rung is the one before with one change, and the learning rate that suits it.
POST = PRESETS["post-numpy"].config
NORMALISED = replace(
    POST, pixel_range="unit", weight_gradient="mean", learning_rate=2.0, stop_at_accuracy=None
)
BATCHES = replace(NORMALISED, batch_size=128, learning_rate=0.5, epochs=5)
HIDDEN = replace(BATCHES, architecture="mlp", initialization="scaled", learning_rate=0.3, epochs=12)
CONVOLUTION = replace(
    HIDDEN, architecture="cnn", optimizer="adam", learning_rate=0.002, schedule="cosine", epochs=8
)

QUESTIONS = (
    Question(
        "best_change",
        mark("From the post's 81% to 99%: which of these changes do you think removes the most mistakes?"),
        (
            mark("Normalise: pixels from 0 to 1"),
            mark("Small batches"),
            mark("A hidden layer"),
            mark("Convolution"),
        ),
        2,
        mark(
            "On MNIST the hidden layer removes about three mistakes in four. "
            "The convolution seems to add only a percent, but it halves the mistakes that are left."
        ),
    ),
)


# Key → what changed, the nearest preset, the configuration.
RUNGS = {
    "rung_post": (mark("The post's NumPy model"), "post-numpy", POST),
    "rung_normalised": (mark("+ pixels from 0 to 1, mean gradient"), "post-numpy", NORMALISED),
    "rung_batches": (mark("+ small batches of 128"), "post-numpy", BATCHES),
    "rung_hidden": (mark("+ a hidden layer of 128, softmax"), "mlp", HIDDEN),
    "rung_convolution": (mark("+ convolution, Adam"), "cnn", CONVOLUTION),
}


def show() -> None:
    """A ladder of runs."""
    st.markdown(_("The post stops at 81%. Four changes lead to 99%. Guess first, then climb rung by rung."))
    if not ask(QUESTIONS[0]):
        return
    ladder, picture = st.columns((4, 5), gap="large")
    with ladder:
        starts = [(key, config, Phrase(name)) for key, (name, _preset, config) in RUNGS.items()]
        start_button(_("Climb: run all five"), "start_all", *starts, type="primary", width="stretch")
        for start, (name, preset, config) in zip(starts, RUNGS.values(), strict=True):
            with st.container(horizontal=True, vertical_alignment="center", key=f"lesson_{start[0]}"):
                start_button(_(name), f"start_{start[0]}", start, width="stretch")
                open_in_train(preset, config)
    with picture:
        watch(RUNGS, _draw_ladder)
        _explain()
    show_source(
        scale_pixels,
        Relu.forward,
        Convolution.forward,
        Silu.forward,
        purposes=[
            _("Pixels from 0 to 1"),
            _("In the hidden layer: what is negative becomes zero"),
            _("Convolution"),
            _("Between convolutions: ReLU with its corner rounded"),
        ],
    )


def _explain() -> None:
    st.markdown(
        _(
            "- **Pixels from 0 to 1**: with the mean gradient the steps are no longer far too long, "
            "so the weights settle.\n"
            "- **Small batches**: hundreds of steps per epoch instead of one.\n"
            "- **Hidden layer**: it may look for parts of digits, not only for whole ones.\n"
            "- **Convolution**: the same small window everywhere, so a stroke counts wherever it stands."
        )
    )
    st.caption(
        _(
            "Each change also brings the learning rate, its schedule, the first weights and the epochs that suit it."
        )
    )


def _draw_ladder() -> None:
    runs = {_(RUNGS[key][0]): run for key, run in find_runs(RUNGS).items() if run.history}
    if not runs:
        st.info(_("Press a button: accuracy and mistakes of each run appear here."), icon="🪜")
        return
    table = pd.DataFrame([_row(name, run) for name, run in runs.items()])
    accuracy_bars(table)
    columns = {
        "name": _("change"),
        "accuracy": _("test accuracy"),
        "mistakes": _("mistakes in 10,000"),
        "seconds": _("training seconds"),
    }
    table["name"] = table["name"].map(plain)  # cells are Markdown
    table["accuracy"] = table["accuracy"].map("{:.2%}".format)
    table["mistakes"] = table["mistakes"].map("{:,}".format)
    table["seconds"] = table["seconds"].map("{:.1f}".format)
    st.table(table.rename(columns=columns), hide_index=True)


def accuracy_bars(table: pd.DataFrame) -> None:
    """A bar a rung, its accuracy written in it."""
    accuracy = {"field": "accuracy", "type": "quantitative", "title": _("test accuracy")}
    show_chart(
        table,
        {
            "encoding": {
                "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
                "x": {**accuracy, "scale": {"domain": [0, 1]}, "axis": {"format": "%"}},
                "tooltip": [{"field": "name", "title": _("change")}, {**accuracy, "format": ".2%"}],
            },
            "layer": [
                {"mark": {"type": "bar", "color": BLUE, "cornerRadiusEnd": 3}},
                {
                    "mark": {"type": "text", "align": "right", "dx": -6, "color": "white"},
                    "encoding": {"text": {"field": "accuracy", "type": "quantitative", "format": ".1%"}},
                },
            ],
        },
        height=50 + 40 * len(table),
        alt=_("Test accuracy of each rung"),
    )


def _row(name: str, run: RunSnapshot) -> dict[str, object]:
    last = run.history[-1]
    return {
        "name": name,
        "accuracy": last.test_accuracy,
        "mistakes": round((1 - last.test_accuracy) * 10_000),
        "seconds": sum(result.seconds for result in run.history),
    }
