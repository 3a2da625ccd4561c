"""Loss and accuracy of one run, live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import streamlit as st

from pages.components.charts import vega_chart
from pages.components.language import _
from pages.components.runs import curve_chart

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from mnist_core import RunSnapshot

SMOOTHING = {0.0: "–", 0.6: "●", 0.9: "●●", 0.97: "●●●"}


@dataclass(frozen=True)
class CurveView:
    """How curves are shown."""

    by_seconds: bool = False
    log: bool = False
    smoothing: float = 0.0


def choose_view(prefix: str) -> CurveView:
    """Controls above the curves."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key=f"{prefix}_view"):
        along = st.segmented_control(
            _("Along"),
            ["epochs", "seconds"],
            default="epochs",
            required=True,
            format_func=lambda unit: {"epochs": _("by epoch"), "seconds": _("by seconds")}[unit],
            key=f"{prefix}_along",
            label_visibility="collapsed",
            persist_state="session",
        )
        smoothing = st.segmented_control(
            _("Smoothing"),
            list(SMOOTHING),
            default=0.0,
            required=True,
            format_func=lambda amount: _("not smoothed") if amount == 0 else SMOOTHING[amount],
            key=f"{prefix}_smoothing",
            label_visibility="collapsed",
            persist_state="session",
        )
        log = st.toggle(_("Log scale"), key=f"{prefix}_log", persist_state="session")
    return CurveView(along == "seconds", log, smoothing or 0.0)


def draw_curves(snapshot: RunSnapshot, view: CurveView, columns: Sequence[DeltaGenerator]) -> None:
    """The two charts of one run, each in its column."""
    for column, measure, title in zip(columns, ("loss", "accuracy"), (_("Loss"), _("Accuracy")), strict=True):
        table = curve_chart.curve_table(
            snapshot.history,
            measure,
            initial=snapshot.initial,
            batch_history=snapshot.batch_history,
            by_seconds=view.by_seconds,
            smoothing=view.smoothing,
        )
        spec = curve_chart.curve_spec(
            measure,
            _("Seconds") if view.by_seconds else _("Epoch"),
            title,
            (_("training"), _("test")),
            log=view.log and measure == "loss",
            last_epoch=None if view.by_seconds else snapshot.epochs,
        )
        with column:
            vega_chart(
                table,
                spec,
                key=f"curve_{measure}",
                on_select="rerun",  # only a zoom that Streamlit knows of outlives new data
                selection_mode=curve_chart.ZOOM,
                alt=_("{measure} over time, training and test", measure=title),
            )


def overlay_charts(snapshots: Sequence[RunSnapshot], names: Sequence[str], view: CurveView) -> None:
    """Loss and accuracy of several runs over each other, told apart by colour."""
    columns = st.columns(2)
    last_epoch = None if view.by_seconds else max(snapshot.epochs for snapshot in snapshots)
    for column, measure, title in zip(columns, ("loss", "accuracy"), (_("Loss"), _("Accuracy")), strict=True):
        spec = curve_chart.curve_spec(
            measure,
            _("Seconds") if view.by_seconds else _("Epoch"),
            title,
            (_("training"), _("test")),
            log=view.log and measure == "loss",
            last_epoch=last_epoch,
            runs=tuple(names),
            height=290 + 24 * len(names),  # each has a line in the legend
        )
        with column:
            vega_chart(
                _overlay_table(snapshots, names, measure, view),
                spec,
                key=f"overlay_{measure}",
                on_select="rerun",
                selection_mode=curve_chart.ZOOM,
                alt=_("{measure} of several runs", measure=title),
            )


def _overlay_table(
    snapshots: Sequence[RunSnapshot], names: Sequence[str], measure: str, view: CurveView
) -> pa.Table:
    tables = [
        curve_chart.curve_table(
            snapshot.history,
            measure,
            initial=snapshot.initial,
            by_seconds=view.by_seconds,
            smoothing=view.smoothing,
            run=name,
            most_points=curve_chart.MOST_POINTS // len(snapshots),
        )
        for snapshot, name in zip(snapshots, names, strict=True)
    ]
    return pa.concat_tables(tables)
