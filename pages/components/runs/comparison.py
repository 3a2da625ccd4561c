"""Several finished or running runs beside each other: curves, settings that differ, confusions, mistaken digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from pages.components.charts import vega_chart
from pages.components.language import _, plain
from pages.components.runs import confusion_chart
from pages.components.runs.curves import choose_view, overlay_charts
from pages.components.runs.mistaken_digits import show_chosen_digits, show_digits, show_matrix
from pages.components.runs.words import run_name, setting_label, unique_names, value_text

if TYPE_CHECKING:
    from mnist_core import RunSnapshot


def show_comparison(runs: Sequence[RunSnapshot]) -> None:
    """Everything side by side."""
    names = unique_names([run_name(run) for run in runs])
    overlay_charts(runs, names, choose_view("compare"))
    show_differences(runs, names)
    tested = [
        (run, name) for run, name in zip(runs, names, strict=True) if run.confusion is not None and run.epoch
    ]
    if tested:
        show_confusions(tested)


def differing_settings(runs: Sequence[RunSnapshot]) -> dict[str, list[Any]]:
    """The settings that are not the same in all runs, by name, one value a run."""
    settings = [{"data": run.data, **asdict(run.config)} for run in runs]
    return {
        name: [one[name] for one in settings]
        for name in settings[0]
        if any(one[name] != settings[0][name] for one in settings)
    }


def show_differences(runs: Sequence[RunSnapshot], names: Sequence[str]) -> None:
    """What changed between the runs."""
    if len(runs) < 2:
        return
    st.subheader(_("What is different"))
    different = differing_settings(runs)
    if not different:
        st.caption(_("Nothing: the same settings, seed included. The curves should be the same, too."))
        return
    rows = {
        setting_label(setting): [value_text(setting, value) for value in values]
        for setting, values in different.items()
    }
    st.table(pd.DataFrame.from_dict(rows, orient="index", columns=[plain(name) for name in names]))


def show_confusions(tested: Sequence[tuple[RunSnapshot, str]]) -> None:
    """Right answers a digit and confusion matrices; a click on a bar or a cell shows those digits."""
    st.subheader(_("Which digits go wrong"))
    st.caption(_("Click a bar or a cell to see those digits."))
    bar_spec = confusion_chart.recall_spec(
        _("Digit"), _("Read right"), _("Run"), tuple(name for _run, name in tested)
    )
    table = confusion_chart.recall_table(
        [(name, run.confusion) for run, name in tested if run.confusion is not None]
    )
    bars = vega_chart(
        table,
        bar_spec,
        key="compare_bars",
        on_select="rerun",
        selection_mode="bar",
        alt=_("Share of each digit that is read right"),
    )
    for bar in list(bars.selection.get("bar", ()))[:1]:
        for run in [run for run, name in tested if name == bar["run"]]:
            show_digits(run, int(bar["digit"]), None)
    for start in range(0, len(tested), 2):
        for column, (run, name) in zip(st.columns(2), tested[start : start + 2], strict=False):
            if run.confusion is not None:
                column.markdown(f"**{plain(name)}**")
                with column:
                    show_chosen_digits(run, show_matrix(run.confusion, key=f"compare_cells_{run.id}"))
