"""Several finished or running runs beside each other: curves, settings that differ, confusions, mistaken digits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.components import charts, state
from pages.components.language import _
from pages.components.runs.curves import choose_view, overlay_charts
from pages.components.runs.model_pictures import digit_url
from pages.components.runs.words import setting_label, value_text

if TYPE_CHECKING:
    from mnist_core import RunSnapshot

MOST_PICTURES = 36


def show_comparison(runs: Sequence[RunSnapshot]) -> None:
    """Everything side by side."""
    names = charts.unique_names([run.name for run in runs])
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
    st.table(pd.DataFrame.from_dict(rows, orient="index", columns=list(names)))


def show_confusions(tested: Sequence[tuple[RunSnapshot, str]]) -> None:
    """Right answers a digit and confusion matrices; a click on a bar or a cell shows those digits."""
    st.subheader(_("Which digits go wrong"))
    st.caption(_("Click a bar or a cell to see those digits."))
    bar_spec = charts.recall_spec(_("Digit"), _("Read right"), _("Run"), tuple(name for _run, name in tested))
    table = charts.recall_table([(name, run.confusion) for run, name in tested if run.confusion is not None])
    bars = st.vega_lite_chart(table, bar_spec, key="compare_bars", on_select="rerun", selection_mode="bar")
    for chosen in list(bars.selection.get("bar", ()))[:1]:
        run = next((run for run, name in tested if name == chosen["run"]), None)
        if run is not None:
            show_digits(run, int(chosen["digit"]), None)
    spec = charts.confusion_spec(_("Truth"), _("Answer"), _("Count"), _("Share of this digit"))
    for start in range(0, len(tested), 2):
        for column, (run, name) in zip(st.columns(2), tested[start : start + 2], strict=False):
            if run.confusion is not None:
                column.markdown(f"**{name}**")
                with column:
                    cells = st.vega_lite_chart(
                        charts.confusion_table(run.confusion),
                        spec,
                        key=f"compare_cells_{run.id}",
                        on_select="rerun",
                        selection_mode="cell",
                    )
                    for cell in list(cells.selection.get("cell", ()))[:1]:
                        show_digits(run, int(cell["truth"]), int(cell["answer"]))


def show_digits(run: RunSnapshot, truth: int, answer: int | None) -> None:
    """Test digits of one confusion cell; with no answer given, all that are read wrongly."""
    model = state.run_service().latest_model(run.id)
    if model is None:
        st.caption(_("The model of this run is not here any more."))
        return
    test = state.dataset(run.data).test
    images = test.images[test.labels == truth]
    answers = model.predict_logits(images).argmax(axis=1)
    found = np.flatnonzero(answers != truth if answer is None else answers == answer)
    if answer is None:
        st.markdown(_("{count} times a {truth} is read wrongly:", count=len(found), truth=truth))
    else:
        st.markdown(
            _("{count} times a {truth} is read as {answer}:", count=len(found), truth=truth, answer=answer)
        )
    shown = found[:MOST_PICTURES]
    if len(shown):
        st.image(
            [digit_url(images[index]) for index in shown],
            caption=[str(answers[index]) for index in shown],
            width=52,
        )
    asked = {"answers": "wrong"} if answer is None else {"predicted": str(answer)}
    if run.data in ("auto", state.dataset().name):
        st.page_link(
            "pages/browse.py",
            label=_("Look closer in Browse"),
            icon="🔢",
            query_params={"split": "test", "true": str(truth), "reader": run.id, **asked},
        )
