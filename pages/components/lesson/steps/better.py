"""Step 6: from 81 % to 99 %, one change at a time, measured live."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from mnist_core import PRESETS, RunSnapshot, TrainingConfig
from mnist_core.messages import mark
from pages.components.language import _
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.runs import find_runs, open_in_train, start_run, watch

POST = PRESETS["post-numpy"].config
# Each rung changes one thing of the one before.
SCALED = TrainingConfig(architecture="softmax", epochs=50, learning_rate=0.5, batch_size="full")
BATCHES = replace(SCALED, epochs=5, batch_size=128)
HIDDEN = replace(BATCHES, architecture="mlp", epochs=12, learning_rate=0.3)
CONVOLUTION = replace(
    HIDDEN, architecture="cnn", epochs=6, learning_rate=0.002, optimizer="adam", schedule="cosine"
)

QUESTIONS = (
    Question(
        "best_change",
        mark("From the post's 81 % to 99 %: which of these changes do you think brings the most?"),
        (
            mark("Scale the pixels, use softmax"),
            mark("Small batches"),
            mark("A hidden layer"),
            mark("Convolution"),
        ),
        0,
        mark(
            "In points of accuracy, the plain repair wins. But count the mistakes that are left: "
            "each later change removes half of them or more."
        ),
    ),
)


def _rungs() -> dict[str, tuple[str, str, TrainingConfig]]:
    """Key → what changed, the nearest preset, the configuration."""
    return {
        "rung_post": (_("The post's NumPy model"), "post-numpy", POST),
        "rung_scaled": (_("+ pixels from 0 to 1, softmax"), "softmax", SCALED),
        "rung_batches": (_("+ small batches of 128"), "softmax", BATCHES),
        "rung_hidden": (_("+ a hidden layer of 128"), "mlp", HIDDEN),
        "rung_convolution": (_("+ convolution, Adam"), "cnn", CONVOLUTION),
    }


def show() -> None:
    """A ladder of runs."""
    st.markdown(_("The post stops at 81 %. Four changes lead to 99 %. Guess first, then climb rung by rung."))
    if not ask(QUESTIONS[0]):
        return
    rungs = _rungs()
    if st.button(_("Climb: run all five"), type="primary", icon="🪜"):
        for key, (name, _preset, config) in rungs.items():
            start_run(key, config, name)
    for key, (name, preset, config) in rungs.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(name, key=f"start_{key}", icon="▶️", width=320):
                start_run(key, config, name)
            open_in_train(preset, config)
    watch(rungs, _draw_ladder)
    st.markdown(
        _(
            "**Pixels from 0 to 1**: no output starts saturated. **Small batches**: hundreds of steps per epoch "
            "instead of one. **Hidden layer**: parts of digits, not whole ones. **Convolution**: "
            "the same small window everywhere, so a stroke counts wherever it stands."
        )
    )


def _draw_ladder() -> None:
    rungs = _rungs()
    runs = {rungs[key][0]: run for key, run in find_runs(rungs).items() if run.history}
    if not runs:
        return
    table = pd.DataFrame([_row(name, run) for name, run in runs.items()])
    st.vega_lite_chart(
        table,
        {
            "mark": {"type": "bar", "color": "#0072B2", "tooltip": True},
            "encoding": {
                "y": {
                    "field": "name",
                    "type": "nominal",
                    "sort": None,
                    "title": None,
                    "axis": {"labelLimit": 260},
                },
                "x": {
                    "field": "accuracy",
                    "type": "quantitative",
                    "title": _("test accuracy"),
                    "scale": {"domain": [0, 1]},
                    "axis": {"format": "%"},
                },
            },
        },
        height=220,
        alt=_("Test accuracy of each rung"),
    )
    columns = {
        "name": _("change"),
        "accuracy": _("test accuracy"),
        "mistakes": _("mistakes in 10,000"),
        "seconds": _("training seconds"),
    }
    table["accuracy"] = table["accuracy"].map("{:.2%}".format)
    st.dataframe(table.rename(columns=columns), hide_index=True)


def _row(name: str, run: RunSnapshot) -> dict[str, object]:
    last = run.history[-1]
    return {
        "name": name,
        "accuracy": last.test_accuracy,
        "mistakes": round((1 - last.test_accuracy) * 10_000),
        "seconds": round(sum(result.seconds for result in run.history), 1),
    }
