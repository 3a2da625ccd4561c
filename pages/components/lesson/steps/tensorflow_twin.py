"""Step 5: the same in TensorFlow: what the framework takes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from mnist_core import PRESETS, EpochResult, RunSnapshot, TrainingConfig, tensorflow_available
from mnist_core.messages import Phrase, mark
from pages.components.language import _
from pages.components.lesson.charts import loss_chart
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.runs import find_run, find_runs, open_in_train, start_button, watch
from pages.components.lesson.steps.valley import show_valley
from pages.components.source import source_without_import

PRESET = "post-tensorflow"
POSTED_ACCURACY, POSTED_SPIKE = 0.9092, 221
TWIN_FILE = "backends/tensorflow_backend.py"
GRAPH_SKETCH = """\
images = placeholder(float, [None, 784])
labels = placeholder(float, [None, 10])
scores = matmul(images, W) + b
loss = mean(cross_entropy(labels, scores))
step = gradient_descent(0.01).minimize(loss)

with session() as run:
    for epoch in range(1000):
        run(step, {images: x, labels: y})
"""

QUESTIONS = (
    Question(
        "takes_over",
        mark("What does TensorFlow do here that we did by hand in NumPy?"),
        (mark("Choose the learning rate"), mark("Work out the gradients"), mark("Label the images")),
        1,
        mark(
            "GradientTape writes down what was computed and runs it backwards. The idea of learning stays the same."
        ),
    ),
    Question(
        "spikes",
        mark("The post's loss wanders around 55 to 70 and once jumps to 221. Why?"),
        (
            mark("The steps are too long: raw pixels make huge gradients"),
            mark("TensorFlow computes less exactly"),
            mark("The training images change"),
        ),
        0,
        mark(
            "Pixels up to 255 make the steps so long that now and then one lands high on the other side of the "
            "valley: the loss jumps, then comes down again. Scaled pixels at the same rate give a smooth, falling "
            "curve. Try it."
        ),
    ),
)


def show() -> None:
    """Two ways to write it, the run, the spikes."""
    st.markdown(
        _("The same idea, a ready-made tool: we write the way **forward**, TensorFlow finds the way back.")
    )
    with st.container(key="two_codes"):
        old, new = st.columns((1, 2))
    with old:
        st.markdown(_("**The post's TensorFlow 1**: first draw a graph, then run it. A sketch of ours:"))
        st.code(GRAPH_SKETCH, language="python", wrap_lines=True)
        st.caption(
            _(
                "Up to the empty line nothing is computed: the placeholders are empty boxes, filled in the loop."
            )
        )
    with new:
        st.markdown(_("**TensorFlow 2 today**: plain Python with a tape. The real code of this app:"))
        source = source_without_import(TWIN_FILE, "TensorflowBackend._step", "TensorflowBackend._gradients")
        st.code(source, language="python", wrap_lines=True)
    config = _config()
    with st.container(horizontal=True, vertical_alignment="center"):
        start = ("tensorflow", config, Phrase(mark("The post's TensorFlow model")))
        start_button(_("Run the post's 1000 epochs"), "start_tensorflow", start, type="primary")
        open_in_train(PRESET, config)
    if not ask(QUESTIONS[0]):  # it takes minutes: begun before the question is talked over
        watch(["tensorflow"], lambda: None)
        return
    _who_does_what()
    watch(["tensorflow"], _draw_run)
    if ask(QUESTIONS[1]):
        show_valley()
        _without_spikes(config)


def _config() -> TrainingConfig:
    """The post's recipe; without TensorFlow, the NumPy twin runs it."""
    config, why_not = PRESETS[PRESET].config, tensorflow_available()
    if why_not is None:
        return config
    st.info(_("TensorFlow is off here ({reason}) NumPy trains the same network instead.", reason=_(why_not)))
    return replace(config, backend="numpy")


def _who_does_what() -> None:
    rows = [
        (_("the network, forward"), _("we"), _("we")),
        (_("gradients"), _("we, by hand"), "GradientTape"),
        (_("speed"), _("we: blocks, float32"), "tf.function, XLA"),
        (_("learning rate, epochs, data"), _("we"), _("we")),
    ]
    table = pd.DataFrame(rows, columns=[_("who does it"), "NumPy", "TensorFlow"])
    st.table(table, hide_index=True, width="content")


def _draw_run() -> None:
    run = find_run("tensorflow")
    if run is None or not run.history:
        return
    _show_losses({_("as posted"): run})
    last = run.history[-1]
    highest = max(result.train_loss for result in run.history[len(run.history) // 10 :])
    st.table(
        pd.DataFrame(
            {
                "": [_("the post"), _("here")],
                _("training accuracy"): [f"{POSTED_ACCURACY:.4f}", f"{last.train_accuracy:.4f}"],
                _("test accuracy"): ["–", f"{last.test_accuracy:.4f}"],
                _("loss"): ["55\u2060–\u206070", f"{last.train_loss:.1f}"],
                _("highest loss after the first tenth"): [f"{POSTED_SPIKE}", f"{highest:.0f}"],
            }
        ),
        hide_index=True,
    )


def _without_spikes(config: TrainingConfig) -> None:
    calm = replace(config, pixel_range="unit", epochs=300)
    start_button(
        _("Same learning rate, pixels from 0 to 1"),
        "start_calm",
        ("tensorflow_calm", calm, Phrase(mark("Pixels from 0 to 1"))),
    )
    watch(["tensorflow_calm"], _draw_calm)


def _draw_calm() -> None:
    names = {"tensorflow": _("as posted"), "tensorflow_calm": _("pixels 0 to 1")}
    runs = find_runs(names)
    if "tensorflow_calm" not in runs:
        return
    _show_losses({names[key]: run for key, run in runs.items()})
    if "tensorflow" in runs and all(run.history for run in runs.values()):
        st.markdown(_who_is_ahead(*(runs[key].history for key in ("tensorflow_calm", "tensorflow"))))
    st.caption(_("Smooth, but slow: now the steps are short. Step 6 makes it fast as well."))


def _who_is_ahead(calm: Sequence[EpochResult], posted: Sequence[EpochResult]) -> str:
    """The losses of the two are on different scales: what they read is not."""
    epoch = min(len(calm), len(posted))
    return _(
        "After epoch {epoch}, **{calm:.0%}** of the training images are read with pixels from 0 to 1, "
        "**{posted:.0%}** as posted. The loss is lower all the same: "
        "small pixels make small scores, and then a mistake costs little.",
        epoch=epoch,
        calm=calm[epoch - 1].train_accuracy,
        posted=posted[epoch - 1].train_accuracy,
    )


def _show_losses(runs: dict[str, RunSnapshot]) -> None:
    loss_chart(runs, alt=_("Training loss over the epochs"))
