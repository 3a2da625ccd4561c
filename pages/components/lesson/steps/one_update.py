"""Step 4, by hand: forward, error, gradient and update for one digit, with the actual numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core import ARCHITECTURES, Model, one_hot, sigmoid
from mnist_core.network import initial_parameters, scale_pixels
from pages.components import state
from pages.components.digit_sheet import ink_image
from pages.components.language import _

RATE = 0.1
ARCHITECTURE = "sigmoid"


def show_one_update() -> None:
    """One digit goes through the network that knows nothing yet, and one weight of each output moves."""
    split = state.dataset().train
    controls, picture = st.columns((3, 1))
    with controls:
        number = st.slider(_("Choose a digit"), 0, 99, 0, key="lesson_update_image")
        scaled = st.toggle(_("Pixels from 0 to 1 instead of 0 to 255"), key="lesson_update_scaled")
        place = st.slider(_("Look at the weights of pixel"), 0, 783, 14 * 28 + 14, key="lesson_update_pixel")
    image, label = split.images[number], int(split.labels[number])
    with picture:
        st.image(ink_image(image, scale=6), alt=_("Image {number}, a {label}", number=number, label=label))
    pixel_range = "unit" if scaled else "raw"
    flat = initial_parameters(ARCHITECTURES[ARCHITECTURE], np.random.default_rng(0), "uniform")
    model = Model.from_vector(ARCHITECTURE, flat, pixel_range=pixel_range)
    scores = model.predict_logits(image[None])[0].astype(float)
    outputs, targets = sigmoid(scores), one_hot(np.array([label]))[0]
    errors = outputs - targets
    pixel = float(scale_pixels(image.reshape(1, -1), pixel_range)[0, place])
    weights = model.parameters["dense1.weights"][place].astype(float)
    gradients = pixel * errors
    table = pd.DataFrame(
        {
            _("output"): range(10),
            _("score z = x·W + b"): scores,
            _("answer a = σ(z)"): outputs,
            _("target y"): targets,
            _("error a − y"): errors,
            _("gradient x·(a − y)"): gradients,
            _("weight before"): weights,
            _("weight after"): weights - RATE * gradients,
        }
    )
    st.dataframe(table.round(4), hide_index=True)
    saturated = int(((outputs < 0.001) | (outputs > 0.999)).sum())
    st.markdown(
        _(
            "Pixel {place} is x = {pixel:.3g}. New weight = old weight − 0.1 × gradient. "
            "**{saturated} of 10** outputs are saturated: below 0.001 or above 0.999.",
            place=place,
            pixel=pixel,
            saturated=saturated,
        )
    )
