"""Step 4, by hand: forward, error, gradient and update for one digit, with the actual numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import one_hot, sigmoid
from mnist_core.network import scale_pixels
from pages.components import state
from pages.components.language import _
from pages.components.lesson.steps.first_step import untrained_model
from pages.components.pictures import ink_image

RATE = 0.1
Ten = NDArray[np.float64]


@dataclass(frozen=True)
class Update:
    """What one digit does to the ten weights of one pixel: (10,) each, and the pixel itself."""

    pixel: float
    scores: Ten
    answers: Ten
    targets: Ten
    weights: Ten

    @property
    def errors(self) -> Ten:
        """Answer minus target."""
        return self.answers - self.targets

    @property
    def gradients(self) -> Ten:
        """Pixel times error."""
        return self.pixel * self.errors

    @property
    def new_weights(self) -> Ten:
        """A step against the gradient."""
        return self.weights - RATE * self.gradients


def show_one_update() -> None:
    """One digit goes through the network that knows nothing yet, and one weight of each output moves."""
    split = state.dataset().train
    controls, picture = st.columns((3, 1), gap="large", vertical_alignment="center")
    with controls:
        number = st.slider(_("Choose a digit"), 0, 99, 0, key="lesson_update_image")
        place = st.slider(_("Look at the weights of pixel"), 0, 783, 14 * 28 + 14, key="lesson_update_pixel")
        scaled = st.toggle(_("Pixels from 0 to 1 instead of 0 to 255"), key="lesson_update_scaled")
    image, label = split.images[number], int(split.labels[number])
    with picture:
        st.image(
            ink_image(image, scale=6), alt=_("Image {number}, digit {label}", number=number, label=label)
        )
    update = compute_update(image, label, place, "unit" if scaled else "raw")
    _show_table(update)
    _say(update, label, place)


def compute_update(image: NDArray[np.uint8], label: int, place: int, pixel_range: str) -> Update:
    """Forward, error, gradient and update of the weights at `place`, in the post's untrained network."""
    model = untrained_model(pixel_range)
    scores = model.predict_logits(image[None])[0].astype(float)
    return Update(
        pixel=float(scale_pixels(image.reshape(1, -1), pixel_range)[0, place]),
        scores=scores,
        answers=sigmoid(scores),
        targets=one_hot(np.array([label]))[0].astype(float),
        weights=model.parameters["dense1.weights"][place].astype(float),
    )


def _show_table(update: Update) -> None:
    columns = {
        _("score z = x·W + b"): update.scores,
        _("answer a = σ(z)"): update.answers,
        _("target y"): update.targets,
        _("error a − y"): update.errors,
        _("gradient x·(a − y)"): update.gradients,
        _("weight before"): update.weights,
        _("weight after"): update.new_weights,
    }
    table = pd.DataFrame({name: [_number(value) for value in values] for name, values in columns.items()})
    table.insert(0, _("output"), [str(digit) for digit in range(10)])
    with st.container(key="one_update"):
        st.table(table, hide_index=True)


def _number(value: float, places: int = 3) -> str:
    """With the minus sign that formulas have; a zero has none."""
    return f"{value:z.{places}f}".replace("-", "−")


def _say(update: Update, label: int, place: int) -> None:
    """The row of the true digit in a sentence, to a place more than its result; and how many outputs are saturated."""
    st.markdown(
        _(
            "Output {label} should say 1. Its error is {error}, pixel {place} is {pixel:.3g}, "
            "so its gradient is {gradient}. New weight = {before} − 0.1 × ({gradient}) = **{after}**.",
            label=label,
            error=_number(update.errors[label]),
            place=place,
            pixel=update.pixel,
            gradient=_number(update.gradients[label], 4),
            before=_number(update.weights[label], 4),
            after=_number(update.new_weights[label]),
        )
    )
    saturated = int(((update.answers < 0.001) | (update.answers > 0.999)).sum())
    st.markdown(
        _("**{saturated} of 10** outputs are saturated: below 0.001 or above 0.999.", saturated=saturated)
    )
