"""A split as a whole: how many of each digit, what the average one looks like, and where they differ."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mnist_core import Split
from pages.components import state
from pages.components.browse.filters import View
from pages.components.charts import vega_chart
from pages.components.colours import blue
from pages.components.language import _


def show_first_ten(split: Split, width: int | str = "stretch") -> None:
    """The post's first picture: the first ten digits, two rows of five."""
    labels = [str(label) for label in split.labels[:10]]
    st.image(
        state.digit_grid(split.images[:10], labels),
        alt=_("The first ten training digits: {labels}", labels=", ".join(labels)),
        width=width,
    )


def split_overview(view: View) -> None:
    """Show class balance, means and spreads of the data set and part that are chosen."""
    facts = state.statistics(view.dataset.name, view.split_name, view.split)
    st.header(_("All of them at once"))
    st.caption(
        _(
            "Digits from {set}, {part}: all {total:,} of them, whatever the filters above say.",
            total=len(view.split),
            **view.origin,
        )
    )
    counts, means, spreads = st.tabs([_("How many of each"), _("The average digit"), _("Where they differ")])
    with counts:
        fewest, most = int(facts.counts.argmin()), int(facts.counts.argmax())
        st.caption(
            _(
                "{most} is the most frequent ({most_count:,}) and {fewest} the rarest ({fewest_count:,}).",
                most=most,
                most_count=int(facts.counts[most]),
                fewest=fewest,
                fewest_count=int(facts.counts[fewest]),
            )
        )
        _count_bars([int(count) for count in facts.counts])
    titles = [str(digit) for digit in range(10)]
    with means:
        st.caption(_("All images of one digit laid over each other. Blurred parts are where hands disagree."))
        st.image(state.digit_grid(facts.means, titles), alt=_("The mean picture of each digit"), width=720)
    with spreads:
        st.caption(_("The spread of each pixel: strong where some have ink and some have none."))
        st.image(
            state.digit_grid(facts.spreads, titles), alt=_("The spread of each digit's pixels"), width=720
        )


def _count_bars(counts: list[int]) -> None:
    vega_chart(
        pd.DataFrame({"digit": range(10), "images": counts}),
        {
            "mark": {"type": "bar", "color": blue()},
            "encoding": {
                "x": {"field": "digit", "type": "ordinal", "title": None, "axis": {"labelAngle": 0}},
                "y": {"field": "images", "type": "quantitative", "title": None},
                "tooltip": [
                    {"field": "digit", "title": _("digit")},
                    {"field": "images", "title": _("images"), "format": ","},
                ],
            },
        },
        height=240,
        alt=_(
            "Images of each digit: {list}",
            list=", ".join(f"{digit}: {count:,}" for digit, count in enumerate(counts)),
        ),
    )
