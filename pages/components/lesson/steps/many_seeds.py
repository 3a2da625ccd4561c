"""Step 4, many seeds: the same loop from other random first weights, as a band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import streamlit as st

from mnist_core import TrainingConfig
from mnist_core.messages import Phrase, mark
from pages.components.language import _
from pages.components.lesson.charts import band_chart
from pages.components.lesson.runs import find_runs, start_button, watch

SEEDS = range(6)


def show_many_seeds(config: TrainingConfig, posted: Sequence[tuple[int, float]]) -> None:
    """Run the loop from six beginnings; the band of them lies over the post's figures (epoch, accuracy)."""
    keys = {f"post_seed_{seed}": seed for seed in SEEDS}
    name = mark("The post's loop, seed {seed}")
    start_button(
        _("Run it with six seeds"),
        "start_seeds",
        *((key, replace(config, seed=seed), Phrase(name, {"seed": seed})) for key, seed in keys.items()),
    )
    watch(keys, lambda: _draw(keys, posted))


def _draw(keys: Iterable[str], posted: Sequence[tuple[int, float]]) -> None:
    runs = [run for run in find_runs(keys).values() if run.history]
    if not runs:
        return
    band_chart(
        runs,
        posted,
        posted_name=_("the post"),
        alt=_("Training accuracy of six seeds over the epochs, with the post's five figures"),
    )
    st.caption(
        _(
            "Blue: from the worst to the best of the seeds, the line is the middle one; "
            "one that has stopped keeps its last value. Orange: the post's five figures."
        )
    )
    ends = [run.epoch for run in runs if run.status == "finished"]
    if ends:
        st.markdown(
            _(
                "{count} seeds have stopped, between epoch **{first}** and **{last}**.",
                count=len(ends),
                first=min(ends),
                last=max(ends),
            )
        )
