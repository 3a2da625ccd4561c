"""Step 5, a ball in a valley: what a step that is too long does."""

from __future__ import annotations

import streamlit as st

from pages.components.language import _
from pages.components.lesson.charts import valley_chart


def show_valley() -> None:
    """A ball in a valley: what a step that is too long does."""
    words, picture = st.columns((2, 3), gap="large", vertical_alignment="center")
    with words:
        st.markdown(_("The loss is a valley, the network a ball in it. Each step goes downhill: how far?"))
        rate = st.slider(_("Length of a step"), 0.05, 1.1, 0.3, 0.05, key="lesson_valley_rate")
        st.markdown(_valley_sentence(rate))
    places = valley_walk(rate)
    with picture:
        valley_chart(
            places,
            x_title=_("weight"),
            y_title=_("loss"),
            alt=_("Twelve steps in a valley; the loss ends at {loss:.2f}", loss=places[-1] ** 2),
        )


def valley_walk(rate: float, start: float = -1.5, steps: int = 12) -> list[float]:
    """Gradient descent on the loss w², whose gradient is 2w."""
    places = [start]
    for _step in range(steps):
        places.append(places[-1] - rate * 2 * places[-1])
    return places


def _valley_sentence(rate: float) -> str:
    if rate < 0.1:
        return _("It creeps: after twelve steps it is still on its way.")
    if rate <= 0.5:
        return _("It rolls down one side and stays at the bottom.")
    if rate < 1:
        return _("It jumps across the bottom and back again, each time a little lower.")
    if rate == 1:
        return _("It jumps from side to side for ever, never higher and never lower.")
    return _("It lands higher than it started. In a real network: a spike.")
