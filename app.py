"""Home: what this is, which digits are loaded, and where to go."""

import numpy as np
import streamlit as st

from pages.components import frame, state
from pages.components.invitation import show_invitation
from pages.components.language import _
from pages.components.pictures import ink_image

ROWS, COLUMNS = 4, 20


def show_cards() -> None:
    """Where to go, one card a page."""
    cards = (
        ("pages/draw.py", "✏️", _("Draw a digit"), _("Works at once: a small trained model is on board.")),
        ("pages/train.py", "🏋️", _("Train a model"), _("Choose a network and a learning rate, press Start.")),
        ("pages/lesson.py", "📖", _("Take the lesson"), _("From one pixel to 99%, with the real code.")),
        (
            "pages/browse.py",
            "🔢",
            _("Browse the digits"),
            _("What the machine sees, and where it goes wrong."),
        ),
        ("pages/compare.py", "📊", _("Compare your runs"), _("Which setting won, and by how much?")),
    )
    with st.container(key="cards", horizontal=True):
        for script, icon, label, text in cards:
            with st.container(border=True, width=208, height="stretch", gap="xxsmall"):
                st.page_link(script, label=f"**{label}**", icon=icon)
                st.caption(text)


def show_digits() -> None:
    """The first digits of the test set, as one picture."""
    with st.spinner(_("Looking for the digits …")):
        images = state.dataset().test.images[: ROWS * COLUMNS]
    rows = [np.hstack(images[start : start + COLUMNS]) for start in range(0, len(images), COLUMNS)]
    st.image(ink_image(np.vstack(rows), scale=2), width="stretch", alt=_("Handwritten digits by many people"))


with frame.page(_("Home"), "✏️"):
    st.title(_("How does a machine learn to read digits?"))
    st.markdown(
        _(
            "Here you train one yourself, in bare NumPy or in TensorFlow, and watch it get better. "
            "Look through the handwritten digits it learns from. "
            "Then draw a digit of your own and see what the machine reads."
        )
    )
    picture = st.container(key="picture")
    show_cards()
    with st.expander(_("Invite the class"), icon="📱"):
        show_invitation()
    with picture:  # last: without MNIST the digits have to be drawn first
        show_digits()
