"""Step 4: the post's loop in NumPy, live, and what is unusual in it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mnist_core import PRESETS, RunSnapshot
from mnist_core.backends.numpy_backend import NumpyBackend
from mnist_core.functional import sigmoid_cross_entropy
from mnist_core.layers import Dense
from mnist_core.messages import Phrase, mark
from mnist_core.optimizers import Sgd
from pages.components import state
from pages.components.language import _
from pages.components.lesson.charts import results
from pages.components.lesson.questions import Question, ask
from pages.components.lesson.runs import find_run, open_in_train, start_button, watch
from pages.components.lesson.steps.many_seeds import show_many_seeds
from pages.components.lesson.steps.one_update import show_one_update
from pages.components.lesson.steps.unusual import show_unusual
from pages.components.pictures import data_url, weight_images
from pages.components.source import show_source

PRESET = "post-numpy"
# The post's printed table: epoch, training accuracy, loss.
POSTED = ((0, 0.0899, 21.76), (10, 0.7287, 2.35), (20, 0.7919, 1.86), (30, 0.7642, 2.05), (32, 0.8147, 1.755))

QUESTIONS = (
    Question(
        "first_accuracy",
        mark("The weights are random at first. What accuracy do you expect before any learning?"),
        (mark("About 0%"), mark("About 10%"), mark("About 50%")),
        1,
        mark(
            "Ten digits, and a blind guess: about one in ten is right. The post's own first line says 8.99%."
        ),
    ),
    Question(
        "seeds",
        mark("The post stopped at epoch 32. With other random first weights, when does it stop?"),
        (
            mark("Always at epoch 32"),
            mark("Earlier or later: ten epochs and more lie between"),
            mark("Never"),
        ),
        1,
        mark("The post names no seed, so nobody can repeat its run exactly. Run six seeds and see the band."),
    ),
)


def show() -> None:
    """One digit by hand, then the whole loop, then its oddities."""
    state.run_service().prepare()  # the workers are ready by the time the digit is worked out
    st.markdown(
        _("Learning is four lines, again and again: **answer, error, gradient, update**. One digit first:")
    )
    show_one_update()
    if not ask(QUESTIONS[0]):
        return
    st.subheader(_("The post's loop, live"))
    st.markdown(_("Now all training images at once, up to 100 times, until more than 80% are right."))
    show_source(
        Dense.forward,
        sigmoid_cross_entropy,
        Dense.parameter_gradients,
        Sgd.update,
        NumpyBackend.train_batches,
        purposes=[_("Answer"), _("Error"), _("Gradient"), _("Update"), _("Again and again")],
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        start = ("post", PRESETS[PRESET].config, Phrase(mark("The post's NumPy model")))
        start_button(_("Run the post's loop"), "start_post", start, type="primary")
        open_in_train(PRESET, PRESETS[PRESET].config)
    watch(["post"], _draw_loop)
    if find_run("post") is not None and ask(QUESTIONS[1]):
        show_many_seeds(PRESETS[PRESET].config, [(epoch, accuracy) for epoch, accuracy, _loss in POSTED])
    show_unusual()


def _draw_loop() -> None:
    run = find_run("post")
    if run is None:
        return
    left, right = st.columns((3, 2), gap="large")
    with left:
        st.table(_both_tables(run), hide_index=True)
        if run.status == "finished":
            _say_how_it_ended(run)
    with right:
        _weights(run.id)


def _say_how_it_ended(run: RunSnapshot) -> None:
    if run.history[-1].train_accuracy > (run.config.stop_at_accuracy or 1):
        st.success(_("Stopped after epoch {epoch}. The post: 32.", epoch=run.epoch), icon="🏁")
    else:
        st.info(_("{epoch} epochs, and still not above 80%.", epoch=run.epoch), icon="🏁")


def _both_tables(run: RunSnapshot) -> pd.DataFrame:
    """The post's printed table beside ours, at its epochs and at our last one."""
    ours = {result.epoch: (result.train_accuracy, result.posted_loss) for result in results(run)}
    theirs = {epoch: (accuracy, loss) for epoch, accuracy, loss in POSTED}
    epochs = sorted({*theirs, *([max(ours)] if ours else [])})
    rows = [
        (str(epoch), *_accuracy_and_loss(theirs.get(epoch)), *_accuracy_and_loss(ours.get(epoch)))
        for epoch in epochs
    ]
    titles = [
        _("epoch"),
        _("the post: accuracy"),
        _("the post: loss"),
        _("here: accuracy"),
        _("here: loss"),
    ]
    return pd.DataFrame(rows, columns=titles)


def _accuracy_and_loss(values: tuple[float, float | None] | None) -> tuple[str, str]:
    accuracy, loss = values if values is not None else (None, None)
    return "" if accuracy is None else f"{accuracy:.4f}", "" if loss is None else f"{loss:.3f}"


def _weights(run_id: str) -> None:
    model = state.run_service().latest_model(run_id)
    if model is None:
        return
    st.caption(
        _("The ten weight pictures as they form: orange pixels speak for the digit, blue ones against.")
    )
    with st.container(key="lesson_weights"):
        st.image(
            [data_url(image) for image in weight_images(model)],
            width=70,
            caption=[str(digit) for digit in range(10)],
            alt=[_("Weights of output {digit}", digit=digit) for digit in range(10)],
        )
