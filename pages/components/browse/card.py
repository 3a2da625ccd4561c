"""The card in front of Browse: which digit is looked at, kept in the session and in the address."""

from __future__ import annotations

import streamlit as st

from pages.components.browse.digit_card import digit_card
from pages.components.browse.filters import View
from pages.components.language import _
from pages.components.link_values import is_to_start, values_in_address, write_values
from pages.components.presses import show_errors

IMAGE_KEY = "browse_image"


def look_at(number: int | None) -> None:
    """Open the card of one digit; None closes it."""
    st.session_state[IMAGE_KEY] = number


def look_at_training_image(number: int) -> None:
    """Open the card of one digit of the training part."""
    st.session_state["browse_split"] = "train"
    look_at(number)


def choose_number(view: View) -> None:
    """Ask for a digit by its number."""
    key = "browse_number"
    st.number_input(
        _("Image number"),
        min_value=0,
        max_value=len(view.split) - 1,
        value=None,
        key=key,
        placeholder=_("0 to {last}", last=len(view.split) - 1),
        on_change=lambda: look_at(st.session_state[key]),
        width=180,
    )


def picked_number(view: View) -> int | None:
    """The digit whose card is open, if one is: picked, or named in the link the visitor came by."""
    if is_to_start(IMAGE_KEY):
        look_at(next(iter(values_in_address("image", range(len(view.split)))), None))
    number: int | None = st.session_state[IMAGE_KEY]
    return number


def show_card(view: View) -> None:
    """The card of the digit that was picked, in front of the page; the address keeps its number."""
    number = picked_number(view)
    write_values("image", [] if number is None else [number])
    if number is not None:
        st.dialog(_("A closer look"), width="medium", on_dismiss=close_card)(card)(view)


def card(view: View) -> None:
    """What is in the dialog; it also runs on its own, when something inside it is pressed."""
    with show_errors():
        number = min(st.session_state[IMAGE_KEY] or 0, len(view.split) - 1)
        write_values("image", [number])
        if st.session_state.get("browse_split", view.split_name) != view.split_name:
            st.rerun()
        digit_card(
            view.split,
            number,
            view.reader,
            view.dataset.train,
            on_pick=look_at,
            on_neighbour=look_at_training_image,
        )


def close_card() -> None:
    """Forget which digit was looked at."""
    look_at(None)
