"""One digit looked at closely: its picture, what a model makes of it, its numbers, its neighbours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from mnist_core import Split
from mnist_core.neighbours import nearest_neighbours
from pages.components.browse.probability_chart import probability_chart
from pages.components.digit_sheet import Digit, digit_sheet
from pages.components.language import _, plain
from pages.components.pictures import ink_image
from pages.components.readers import Reader, percent


def digit_card(
    split: Split,
    number: int,
    reader: Reader,
    known: Split,
    *,
    on_pick: Callable[[int], None],
    on_neighbour: Callable[[int], None],
) -> None:
    """Show image `number` of a split; its neighbours are looked for in `known`."""
    image, label = split.images[number], int(split.labels[number])
    with st.container(key="digit_card"):
        picture, answer = st.columns((1, 2))
        with picture:
            _show_picture(split, number, on_pick)
        with answer:
            _show_answer(image, label, reader)
        neighbours, pixels = st.tabs([_("Nearest neighbours"), _("Pixels as numbers")])
        with neighbours:
            _show_neighbours(image, known, skip=number if known is split else None, on_pick=on_neighbour)
        with pixels:
            st.caption(
                _("28 rows of 28 numbers: a dot is empty paper, 255 full ink. A model sees nothing else.")
            )
            show_pixels(image)


def _show_picture(split: Split, number: int, on_pick: Callable[[int], None]) -> None:
    """The digit, its label and style, and the way to its neighbours in the split."""
    words = {"number": number, "label": int(split.labels[number])}
    st.markdown(_("**Image {number}**, labelled **{label}**", **words))
    st.image(ink_image(split.images[number], scale=8), alt=_("Image {number}, digit {label}", **words))
    with st.container(horizontal=True):
        for label, icon, other in ((_("Previous"), "back", number - 1), (_("Next"), "forward", number + 1)):
            st.button(
                label,
                icon=f":material/arrow_{icon}:",
                disabled=other not in range(len(split)),
                on_click=on_pick,
                args=(other,),
            )
    style = "" if split.styles is None else str(split.styles[number])
    if style:
        st.caption(_("Handwriting style: {style}", style=_(style)))


def show_pixels(image: NDArray[np.uint8]) -> None:
    """The pixels as a table of numbers, as wide as there is room; a dot for an empty pixel."""
    rows = (" ".join(f"{value or '·':>3}" for value in row) for row in image.tolist())
    with st.container(key="pixels"):
        st.code("\n".join(rows), language=None)
        st.caption(_("A dot stands for 0: empty paper."))


def _show_answer(image: NDArray[np.uint8], label: int, reader: Reader) -> None:
    model = reader.model()
    if model is None:
        st.info(_("This model is gone. Choose another one above."))
        return
    probabilities = model.predict_proba(image[None])[0]
    answer = int(probabilities.argmax())
    values = {"reader": plain(reader.name), "answer": answer, "share": percent(float(probabilities[answer]))}
    if answer == label:
        st.markdown(_("✅ {reader} reads **{answer}**, {share} sure.", **values))
    else:
        st.markdown(_("❌ {reader} reads **{answer}**, {share} sure.", **values))
    probability_chart(probabilities)


def _show_neighbours(
    image: NDArray[np.uint8], known: Split, *, skip: int | None, on_pick: Callable[[int], None]
) -> None:
    indices, distances = nearest_neighbours(known.images, image, 11)
    pairs = [(int(i), float(d)) for i, d in zip(indices, distances, strict=True) if i != skip][:10]
    votes = np.bincount(known.labels[[i for i, _d in pairs]])
    st.caption(
        _(
            "The ten training images whose pixels differ least (distance {near:.1f} to {far:.1f}). "
            "{votes} of 10 are {digit}s.",
            near=pairs[0][1],
            far=pairs[-1][1],
            votes=int(votes.max()),
            digit=int(votes.argmax()),
        )
    )
    digit_sheet(
        [Digit(i, known.images[i], int(known.labels[i])) for i, _d in pairs],
        key="neighbours",
        on_pick=on_pick,
    )
