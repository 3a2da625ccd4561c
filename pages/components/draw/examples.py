"""A strip of examples to try: how differently people write the same digit."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from mnist_core import generate_drawings, rasterize_strokes
from pages.components.drawing_pad import load_drawing
from pages.components.language import _
from pages.components.live_pictures import Picture, live_pictures

SEED_KEY = "examples_seed"


def show_examples() -> None:
    """Ten examples, one for each digit; a click lays one on the pad."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**" + _("Try an example") + "**", width="content")
        st.button(_("Other examples"), icon="🎲", on_click=_next_examples)
    seed = st.session_state.setdefault(SEED_KEY, random.randrange(10**6))
    examples = _examples(seed)
    live_pictures(
        "examples",
        [
            Picture(image, id=str(number), hint=_("Example: {digit} ({style})", digit=digit, style=_(style)))
            for number, (_strokes, digit, style, image) in enumerate(examples)
        ],
        side=56,
        on_choice=lambda chosen: load_drawing(examples[int(chosen)][0]),
    )


def _next_examples() -> None:
    st.session_state[SEED_KEY] += 1


def _examples(seed: int) -> list[tuple[list[np.ndarray], int, str, np.ndarray]]:
    """Strokes, digit, style and picture of each; made once per seed and session."""
    if st.session_state.get("examples_made", (None,))[0] != seed:
        drawings = sorted(generate_drawings(10, seed), key=lambda drawing: drawing[1])
        made = [(strokes, digit, style, rasterize_strokes(strokes)) for strokes, digit, style in drawings]
        st.session_state["examples_made"] = (seed, made)
    examples: list[tuple[list[np.ndarray], int, str, np.ndarray]] = st.session_state["examples_made"][1]
    return examples
