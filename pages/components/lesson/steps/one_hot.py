"""Step 3: a picture becomes a row of pixels, a label a row of zeros with a single one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import flatten, one_hot
from mnist_core.messages import mark
from pages.components import state
from pages.components.language import _
from pages.components.lesson.code import show_source
from pages.components.lesson.questions import Question, ask

SIZE = 28
QUESTIONS = (
    Question(
        "place",
        mark("Row 10, column 5 (counting from 0): where is this pixel in the row of 784?"),
        (mark("At 50"), mark("At 150"), mark("At 285")),
        2,
        mark("10 whole rows of 28 come before it, then 5 pixels: 10 × 28 + 5 = 285."),
    ),
    Question(
        "why_one_hot",
        mark("Why not let the network answer with one number, the digit itself?"),
        (
            mark("A computer cannot output numbers above 1"),
            mark("Then a 3 read as 4 would count as nearly right"),
            mark("It would be slower"),
        ),
        1,
        mark("3 and 4 are neighbours as numbers, but not as shapes. Ten separate outputs have no order."),
    ),
)


def show() -> None:
    """Flatten a picture, write a label as a row."""
    split = state.dataset().train
    st.markdown(_("The network wants rows of numbers. So the picture is laid out **row after row**."))
    if ask(QUESTIONS[0]):
        number = st.slider(_("Choose a digit"), 0, 99, 0, key="lesson_flat_image")
        place = st.slider(_("Walk along the row of 784"), 0, 783, 285, key="lesson_flat_place")
        _pixel_map(split.images[number], place)
        row = flatten(split.images[number : number + 1])
        st.markdown(
            _(
                "`flatten`: {before} → {after}. Place **{place}** = row {row} × 28 + column {column}; "
                "the pixel there is **{value}**.",
                before=str((1, SIZE, SIZE)),
                after=str(row.shape),
                place=place,
                row=place // SIZE,
                column=place % SIZE,
                value=int(row[0, place]),
            )
        )
        show_source(flatten)
        if ask(QUESTIONS[1]):
            _label_row(int(split.labels[number]))


def _pixel_map(image: NDArray[np.uint8], place: int) -> None:
    """The picture with hover: which pixel is where in the row."""
    rows, columns = np.indices(image.shape)
    places = np.arange(image.size)
    table = pd.DataFrame(
        {
            "row": rows.ravel(),
            "column": columns.ravel(),
            "ink": image.ravel(),
            "place": places,
            "chosen": places == place,
        }
    )
    axis = {"labelAngle": 0, "values": list(range(0, SIZE, 4)), "ticks": False, "domain": False}
    st.caption(_("Point at a pixel to see its place; the orange frame is yours."))
    st.vega_lite_chart(
        table,
        {
            "mark": {"type": "rect", "strokeWidth": 3},
            "encoding": {
                "x": {"field": "column", "type": "ordinal", "title": _("column"), "axis": axis},
                "y": {"field": "row", "type": "ordinal", "title": _("row"), "axis": axis},
                "color": {
                    "field": "ink",
                    "type": "quantitative",
                    "scale": {"range": ["#F1F5F9", "#15202B"], "domain": [0, 255]},
                    "legend": None,
                },
                "stroke": {"condition": {"test": "datum.chosen", "value": "#E69F00"}, "value": None},
                "tooltip": [
                    {"field": "place", "title": _("place in the row")},
                    {"field": "row", "title": _("row")},
                    {"field": "column", "title": _("column")},
                    {"field": "ink", "title": _("pixel")},
                ],
            },
        },
        width=420,
        height=420,
        alt=_("The digit as 28 by 28 squares; the pixel at place {place} is framed", place=place),
    )


def _label_row(label: int) -> None:
    st.markdown(_("The label becomes ten numbers as well: what the ten outputs ought to say."))
    chosen = st.slider(_("Label"), 0, 9, label, key="lesson_label")
    row = one_hot(np.array([chosen]))
    st.dataframe(pd.DataFrame(row.astype(int), columns=[str(digit) for digit in range(10)]), hide_index=True)
    st.code(f"one_hot([{chosen}]) == {row.astype(int).tolist()}")
    show_source(one_hot)
