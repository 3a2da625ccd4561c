"""Step 3: a picture becomes a row of pixels, a label a row of zeros with a single one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import Split, flatten, one_hot
from mnist_core.messages import mark
from pages.components import state
from pages.components.language import _
from pages.components.lesson.charts import show_chart
from pages.components.lesson.questions import Question, ask
from pages.components.source import show_source

SIZE = 28
PLACE_KEY, MAP_KEY = "lesson_flat_place", "lesson_flat_map"
PAPER, INK, ORANGE = (241, 245, 249), (21, 32, 43), (230, 159, 0)
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
        number = _flatten(split)
        if ask(QUESTIONS[1]):
            _label_row(int(split.labels[number]))


def _flatten(split: Split) -> int:
    """A picture, its row of 784, and one pixel found in both; the picture's number."""
    words, picture = st.columns((2, 3), gap="large", vertical_alignment="center")
    with words:
        number = st.slider(_("Choose a digit"), 0, 99, 0, key="lesson_flat_image")
        place = st.slider(_("Walk along the row of 784"), 0, 783, 285, key=PLACE_KEY)
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
        st.caption(_("Point at a pixel to see its place. Press it, and the orange frame comes."))
    with picture:
        _pixel_map(split.images[number], place)
    st.image(
        _row_picture(row[0], place),
        width="stretch",
        alt=_("The row of 784 pixels, orange at place {place}", place=place),
        caption=_("The same picture as one row: 28 short rows, one after the other"),
    )
    show_source(flatten)
    return number


def _row_picture(row: NDArray[np.uint8], place: int) -> NDArray[np.uint8]:
    """A row of pixels as a strip, (48, 784, 3): ink dark on light, orange around one place."""
    ink = np.linspace(PAPER, INK, 256).astype(np.uint8)
    strip = ink[row][None].repeat(48, axis=0)
    strip[:, max(place - 1, 0) : place + 2] = ORANGE
    return strip


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
    ).sort_values("chosen")  # the framed one is drawn last: no neighbour covers its frame
    axis = {"labelAngle": 0, "values": list(range(0, SIZE, 4)), "ticks": False, "domain": False}
    ink_scale = {"range": [_hex(PAPER), _hex(INK)], "domain": [0, 255]}
    words = {"place": _("place in the row"), "row": _("row"), "column": _("column"), "ink": _("pixel")}
    encoding = {
        "x": {"field": "column", "type": "ordinal", "title": words["column"], "axis": axis},
        "y": {"field": "row", "type": "ordinal", "title": words["row"], "axis": axis},
        "color": {"field": "ink", "type": "quantitative", "scale": ink_scale, "legend": None},
        "stroke": {"condition": {"test": "datum.chosen", "value": _hex(ORANGE)}, "value": None},
        "tooltip": [{"field": field, "title": title} for field, title in words.items()],
    }
    pressed = {"name": "pixel", "select": {"type": "point", "fields": ["place"]}}
    between = {"fill": _hex(PAPER)}  # no dark page shines through between the squares
    show_chart(
        table,
        {
            "mark": {"type": "rect", "strokeWidth": 3},
            "view": between,
            "encoding": encoding,
            "params": [pressed],
        },
        width=400,
        height=400,
        alt=_("The digit as 28 by 28 squares; the pixel at place {place} is framed", place=place),
        key=MAP_KEY,
        on_select=_frame_pressed,
    )


def _frame_pressed() -> None:
    for pixel in st.session_state[MAP_KEY].selection.get("pixel", ()):
        st.session_state[PLACE_KEY] = int(pixel["place"])


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)


def _label_row(label: int) -> None:
    st.markdown(_("The label becomes ten numbers as well: what the ten outputs ought to say."))
    words, row = st.columns((2, 3), gap="large", vertical_alignment="center")
    with words:
        chosen = st.slider(_("Label"), 0, 9, label, key="lesson_label")
    with row:
        values = one_hot(np.array([chosen]))
        digits = [f"{value:.0f}" for value in values[0]]
        st.table(pd.DataFrame([digits], columns=[str(digit) for digit in range(10)]), hide_index=True)
        st.code(f"one_hot(np.array([{chosen}]))\n{values!r}", wrap_lines=True)
    show_source(one_hot)
