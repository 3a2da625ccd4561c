"""The Browse page's questions: which digits, in which order, read by whom. The address keeps the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from mnist_core import Dataset, Split
from mnist_core.data import CLASSES
from mnist_core.messages import mark
from mnist_core.selection import ANSWERS, ORDERS, Selection
from pages.components import state
from pages.components.language import _
from pages.components.link_values import Value, is_to_start, values_in_address, write_values
from pages.components.readers import STARTER, Reader, readers

STROKES = "strokes"
SET_NAMES = {"active": "MNIST", STROKES: mark("built-in strokes")}
PARTS = {"train": mark("to learn from"), "test": mark("to test on")}


@dataclass(frozen=True)
class View:
    """What the visitor asked to see."""

    dataset: Dataset
    split_name: str
    selection: Selection
    reader: Reader

    @property
    def split(self) -> Split:
        """The split itself."""
        return self.dataset.train if self.split_name == "train" else self.dataset.test

    @property
    def origin(self) -> dict[str, str]:
        """The names of data set and part, in the words of the filters."""
        kind = STROKES if self.dataset.name == STROKES else "active"
        return {"set": _(SET_NAMES[kind]), "part": _(PARTS[self.split_name])}


def choose_view() -> View:
    """Show the filters and return what they say."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = _choose_dataset()
        split_name = _choose_one(
            "split",
            _("Part"),
            tuple(PARTS),
            {part: _(words) for part, words in PARTS.items()},
            "test",
        )
        digits = _choose_many("true", _("Digit"), range(CLASSES))
    with st.expander(_("More filters: style, right or wrong, order"), icon="🔎", expanded=_more_in_address()):
        return View(dataset, split_name, *_choose_more(dataset, split_name, digits))


def show_hardest_mistakes() -> None:
    """Set the filters to what the reader got most wrong, of all digits and styles; for a button's `on_click`."""
    for name, value in (
        ("answers", "wrong"),
        ("order", "loss"),
        ("true", []),
        ("predicted", []),
        ("style", []),
    ):
        st.session_state[f"browse_{name}"] = value


def _choose_dataset() -> Dataset:
    active = state.dataset()
    if active.name == STROKES:
        return active
    names = {name: _(words) for name, words in SET_NAMES.items()}
    chosen = _choose_one("set", _("Digits from"), tuple(names), names, "active")
    with st.spinner(_("Drawing the built-in digits …")):
        return state.dataset(STROKES) if chosen == STROKES else active


def _choose_more(dataset: Dataset, split_name: str, digits: list[int]) -> tuple[Selection, Reader]:
    people = readers()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reader = people[_choose_reader(people)]
        answers = _choose_one(
            "answers",
            _("Right or wrong"),
            ANSWERS,
            {"all": _("all"), "right": _("right"), "wrong": _("wrong")},
            "all",
        )
        order = _choose_one(
            "order",
            _("Order"),
            ORDERS,
            {
                "number": _("by number"),
                "loss": _("largest loss first"),
                "confidence": _("least sure first"),
                "certainty": _("most sure first"),
            },
            "number",
        )
        predicted = _choose_many("predicted", _("Read as"), range(CLASSES))
    styles = _choose_styles(dataset.train if split_name == "train" else dataset.test, digits)
    return Selection(digits=digits, styles=styles, answers=answers, predicted=predicted, order=order), reader


def _choose_reader(people: dict[str, Reader]) -> str:
    key = _start("reader", tuple(people), STARTER)
    chosen = st.selectbox(
        _("Read by"),
        list(people),
        format_func=lambda name: people[name].name,
        key=key,
        width=260,
        filter_mode=None,
    )
    write_values("reader", [chosen], [STARTER])
    return chosen


def _choose_styles(split: Split, digits: Sequence[int]) -> list[str]:
    if split.styles is None:
        return []
    of_digits = split.styles[np.isin(split.labels, digits)] if digits else split.styles
    names = sorted({str(name) for name in of_digits} - {""})
    key = _start_many("style", names)
    chosen = st.multiselect(
        _("Handwriting style"), names, format_func=_, key=key, placeholder=_("every style")
    )
    write_values("style", chosen)
    return chosen


def _choose_one(
    name: str, label: str, options: Sequence[Value], words: dict[Value, str], default: Value
) -> Value:
    key = _start(name, options, default)
    chosen = st.segmented_control(
        label, options, format_func=words.__getitem__, required=True, key=key, wrap=True
    )
    write_values(name, [chosen], [default])
    return chosen


def _choose_many(name: str, label: str, options: Sequence[Value]) -> list[Value]:
    key = _start_many(name, options)
    chosen = st.pills(label, options, selection_mode="multi", key=key, wrap=True)
    write_values(name, chosen)
    return chosen


def _start(name: str, options: Sequence[Value], default: Value) -> str:
    """Let a widget begin with what the address says; its key."""
    key = f"browse_{name}"
    if is_to_start(key) or st.session_state[key] not in options:
        st.session_state[key] = (values_in_address(name, options) or [default])[0]
    return key


def _start_many(name: str, options: Sequence[Value]) -> str:
    key = f"browse_{name}"
    if is_to_start(key):
        st.session_state[key] = values_in_address(name, options)
    st.session_state[key] = [value for value in st.session_state[key] if value in options]
    return key


def _more_in_address() -> bool:
    return any(name in st.query_params for name in ("reader", "answers", "order", "predicted", "style"))
