"""A closer look at one reading: why this digit, layer by layer, what other models say, how it was prepared."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_core import Model, Reading, preparation_steps, read_strokes
from mnist_core.explain import compute_evidence
from pages.components.draw.layers import show_layers
from pages.components.draw.live_answer import live_answers
from pages.components.draw.readers import model_of
from pages.components.drawing_pad import SIDE, Drawing
from pages.components.language import _
from pages.components.live_pictures import Picture, as_signed, live_pictures
from pages.components.readers import Reader, percent

PANEL_KEY = "draw_panel"
EVIDENCE_KEY = "draw_evidence"
MOST_READERS = 8  # side by side


def closer_look(drawing: Drawing, reading: Reading, model: Model, readers: dict[str, Reader]) -> None:
    """Let the visitor choose a panel, and show it."""
    names = {
        "why": _("Why?"),
        "layers": _("Layers"),
        "models": _("All models"),
        "steps": _("Steps"),
    }
    chosen = st.segmented_control(
        _("Look closer"),
        list(names),
        default="why",
        format_func=names.__getitem__,
        key=PANEL_KEY,
        persist_state="session",
    )
    if not drawing.strokes and chosen is not None:
        st.caption(_("Draw something first, and look here."))
    elif chosen == "why":
        _show_why(drawing, reading, model)
    elif chosen == "layers":
        show_layers(reading, model)
    elif chosen == "models":
        shown = list(readers.values())[:MOST_READERS]
        live_answers([(reader.name, read_strokes(drawing.strokes, model_of(reader))) for reader in shown])
        st.caption(_("Train a model of your own, and watch here how it learns to read your digit."))
    elif chosen == "steps":
        _show_steps(drawing, model)


def _show_why(drawing: Drawing, reading: Reading, model: Model) -> None:
    if not drawing.is_drawing or EVIDENCE_KEY not in st.session_state:
        st.session_state[EVIDENCE_KEY] = compute_evidence(
            model, reading.image
        )  # at pen-up: the answer goes first
    evidence = st.session_state[EVIDENCE_KEY]
    signed = as_signed(evidence)
    live_pictures(
        "evidence",
        [
            Picture(
                signed[digit],
                title=str(digit),
                note=f"{evidence[digit].sum():+.1f}".replace("-", "−"),
                hint=_("Evidence for {digit}", digit=digit),
                is_strong=digit == reading.digit,
            )
            for digit in range(10)
        ],
    )
    st.caption(
        _(
            "Orange pixels speak for the digit, blue ones against it. The number is their sum: "
            "the largest one wins, apart from a small head start each digit has."
        )
    )


def _show_steps(drawing: Drawing, model: Model) -> None:
    with st.container(horizontal=True):
        fit = st.toggle(_("Fit to 20 × 20"), value=True, key="step_fit", persist_state="session")
        centre = st.toggle(_("Centre"), value=True, key="step_centre", persist_state="session")
        pen_width = st.toggle(_("Pen width"), value=True, key="step_pen_width", persist_state="session")
    steps = preparation_steps(drawing.strokes, fit=fit, centre=centre, pen_width=pen_width, canvas=SIDE)
    live_pictures(
        "steps",
        [Picture(image, title=_(name), note=_guess(image, model)) for name, image in steps],
        side=112,
    )
    st.caption(
        _(
            "MNIST's digits fill 20 × 20 pixels around their centre of mass. A drawing that is only made "
            "small looks different to the model. Draw a small 7 in a corner, and switch the steps off."
        )
    )


def _guess(image: NDArray[np.float32], model: Model) -> str:
    chances = model.predict_proba(image[None])[0]
    chances = chances / max(float(chances.sum()), 1e-9)
    digit = int(chances.argmax())
    return _("reads {digit}, {share}", digit=digit, share=percent(float(chances[digit])))
