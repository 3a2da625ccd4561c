"""Browse: look through the digits the machine learns from, and at those it gets wrong."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_core.neighbours import nearest_neighbours
from mnist_core.selection import image_losses, select_images
from mnist_core.statistics import compute_statistics
from pages.components import frame, state
from pages.components.browse.card import choose_number, look_at, picked_number, show_card
from pages.components.browse.filters import View, choose_view, show_hardest_mistakes
from pages.components.browse.split_overview import show_first_ten, split_overview
from pages.components.digit_sheet import Digit, digit_sheets
from pages.components.language import _, plain
from pages.components.link_values import is_to_start, values_in_address, write_values
from pages.components.presses import show_errors
from pages.components.source import show_source

PAGE_SIZE = 60
PAGE_KEY = "browse_page"


def show_digits(view: View) -> None:
    """The sheet of digits that fit the filters, page by page."""
    probabilities = all_answers(view) if view.selection.needs_probabilities else None
    found = select_images(view.split, view.selection, probabilities)
    st.markdown(
        _("**{count:,}** of {total:,} digits", count=len(found), total=len(view.split))
        + (_(", read by {reader}", reader=plain(view.reader.name)) if probabilities is not None else "")
    )
    if len(found):
        turn_pages(view, found, probabilities, picked_number(view))
    else:
        st.info(_("No digit fits all of these filters. Take one away."), icon="🔍")


@st.fragment
def turn_pages(
    view: View, found: NDArray[np.intp], probabilities: NDArray[np.float32] | None, on_card: int | None
) -> None:
    """One page of the sheet: the filters are not asked again, unless another digit is picked than is `on_card`."""
    with show_errors():
        if picked_number(view) != on_card:
            st.rerun()  # the card belongs to the page: no fragment, and a dialog is one, stands in another one
        pages = -(-len(found) // PAGE_SIZE)
        digit_sheets(
            lambda page: digits_of_page(view, found, probabilities, page),
            choose_page(view, pages),
            pages,
            key="sheet",
            pager_key=PAGE_KEY,
            on_pick=look_at,
        )


def all_answers(view: View) -> NDArray[np.float32] | None:
    """What the chosen model answers to every digit of the split; None if the model has gone."""
    model = view.reader.model()
    if model is None:
        return None
    with st.spinner(_("Reading all the digits once …")):
        return state.predictions(model, view.dataset.name, view.split_name, view.split)


def choose_page(view: View, pages: int) -> int:
    """Which page of the sheet: the first one again when the filters change; the address keeps it."""
    key, shown = PAGE_KEY, (view.dataset.name, view.split_name, view.selection, view.reader.key)
    if is_to_start(key):
        st.session_state[key] = (values_in_address("page", range(1, pages + 1)) or [1])[0]
    elif st.session_state.get("browse_shown") != shown or st.session_state[key] > pages:
        st.session_state[key] = 1
    st.session_state["browse_shown"] = shown
    page = int(st.pagination(pages, key=key))
    write_values("page", [page], [1])
    return page


def digits_of_page(
    view: View, found: NDArray[np.intp], probabilities: NDArray[np.float32] | None, page: int
) -> list[Digit]:
    """The digits of one page, 1 the first; where a model was asked, with its answers."""
    numbers = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    answers = (
        [None] * len(numbers) if probabilities is None else probabilities[numbers].argmax(axis=1).tolist()
    )
    return [
        Digit(int(number), view.split.images[number], int(view.split.labels[number]), answer)
        for number, answer in zip(numbers, answers, strict=True)
    ]


def explore() -> View:
    """Filters, sheet and card; what they show."""
    view = choose_view()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_number(view)
        st.button(_("Show the hardest mistakes"), icon="🤔", on_click=show_hardest_mistakes)
    show_digits(view)
    show_card(view)
    return view


with frame.page(_("Browse"), "🔢"):
    st.title(_("Browse the digits"))
    with st.spinner(_("Looking for the digits …")):
        state.dataset()
    view = explore()
    st.header(_("The first ten"))
    st.caption(
        _(
            "The first picture of the blog post that the lesson retells: training images 0 to 9 with their labels."
        )
    )
    show_first_ten(state.dataset().train, width=720)
    split_overview(view)
    show_source(
        select_images,
        image_losses,
        nearest_neighbours,
        compute_statistics,
        purposes=[_("Filter and sort"), _("Loss"), _("Nearest neighbours"), _("How many, mean and spread")],
    )
