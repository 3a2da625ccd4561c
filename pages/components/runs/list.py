"""A visitor's runs: choose among them, rename, share, delete, take home and bring back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mnist_core import model_to_bytes
from pages.components import state
from pages.components.language import _, current
from pages.components.presses import press_button
from pages.components.runs.access import change, link_to
from pages.components.runs.curve_chart import elapsed_seconds
from pages.components.runs.trouble import tell_trouble
from pages.components.runs.words import (
    LONGEST_NAME,
    STATUS_ICONS,
    run_name,
    setting_label,
    status_word,
    value_text,
)

if TYPE_CHECKING:
    from mnist_core import RunService, RunSnapshot

MOST_COMPARED = 6
COMPARED_AT_FIRST = 3
NAME_WIDTH = 240  # pixels at least: the rest of the table is seen beside it, on a phone its beginning
TABLE_KEY, ROWS_KEY, TICKS_KEY = "compare_table", "compare_rows", "compare_ticks"


def choose_runs(runs: list[RunSnapshot]) -> list[RunSnapshot]:
    """The table of all runs; those ticked in it, at first the newest few that have curves.

    A run that joins them is ticked.
    """
    table = f"compare_runs_{hash(tuple(run.id for run in runs))}"  # ticks are by row: other runs, other table
    if st.session_state.get(TABLE_KEY) != table:
        st.session_state[TABLE_KEY] = table
        st.session_state[ROWS_KEY] = _rows_to_tick(runs, st.session_state.get(TICKS_KEY))
    event = st.dataframe(
        runs_table(runs),
        key=table,
        hide_index=True,
        placeholder="–",
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"],  # only from a chosen cell do arrow keys find the ticks
        selection_default={
            "selection": {"rows": st.session_state[ROWS_KEY], "cells": [(0, _("Name"))]},
        },
        column_config={
            _("Name"): st.column_config.TextColumn(width=NAME_WIDTH),
            "accuracy": st.column_config.ProgressColumn(
                _("Test accuracy"), format="percent", min_value=0.0, max_value=1.0
            ),
            "loss": st.column_config.NumberColumn(_("Test loss"), format="%.4f"),
            "seconds": st.column_config.NumberColumn(_("Seconds"), format="%.1f"),
            # not "distance": Streamlit says "15 minutes ago" in English only
            "created": st.column_config.DatetimeColumn(
                _("Started"), format="YYYY-MM-DD HH:mm", timezone=st.context.timezone
            ),
        },
        height=min(38 + 35 * len(runs), 318),
    )
    st.session_state[TICKS_KEY] = {run.id: row in event.selection.rows for row, run in enumerate(runs)}
    return [runs[row] for row in event.selection.rows if row < len(runs)][:MOST_COMPARED]


def _rows_to_tick(runs: list[RunSnapshot], ticks: dict[str, bool] | None) -> list[int]:
    """Which rows of a new table begin ticked, after the ticks of the one before it, if there was one."""
    if ticks is None:
        return sorted(range(len(runs)), key=lambda row: not runs[row].history)[:COMPARED_AT_FIRST]
    return [row for row, run in enumerate(runs) if ticks.get(run.id, True)]


def runs_table(runs: list[RunSnapshot]) -> pd.DataFrame:
    """One row a run: what it is, and how it ended."""
    latest = [run.history[-1] if run.history else None for run in runs]
    return pd.DataFrame(
        {
            _("Name"): [run_name(run) for run in runs],
            _("State"): [f"{STATUS_ICONS.get(run.status, '')} {status_word(run.status)}" for run in runs],
            setting_label("architecture"): [
                value_text("architecture", run.config.architecture) for run in runs
            ],
            setting_label("backend"): [value_text("backend", run.config.backend) for run in runs],
            setting_label("learning_rate"): [f"{run.config.learning_rate:g}" for run in runs],
            _("Epoch"): [f"{run.epoch} / {run.epochs}" for run in runs],
            "accuracy": [result.test_accuracy if result else None for result in latest],
            "loss": [result.test_loss if result else None for result in latest],
            "seconds": [sum(result.seconds for result in run.history) for run in runs],
            "created": pd.to_datetime([run.created_at for run in runs], unit="s", utc=True),
        }
    )


def manage_run(run: RunSnapshot) -> None:
    """Rename, share, download or delete one run."""
    service = state.run_service()
    tell_trouble(run)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name_key = f"compare_name_{run.id}_{current()}"
        st.text_input(
            _("Name"),
            value=run_name(run),
            max_chars=LONGEST_NAME,
            key=name_key,
            on_change=change,
            args=(service.rename, run.id, name_key),
            width=280,
        )
        _downloads(run)
        if run.shared:
            st.code(_full_link(run), language=None, width=360)
            unshare = partial(service.share, run.id, shared=False)
            press_button(_("Stop sharing"), f"compare_unshare_{run.id}", unshare, icon="🔒")
        else:
            press_button(_("Share"), f"compare_share_{run.id}", partial(service.share, run.id), icon="🔗")
        with st.popover(_("Delete"), icon="🗑️"):
            st.markdown(_("Delete this run and what it has learned?"))
            delete = partial(service.delete, run.id)
            press_button(_("Delete it"), f"compare_delete_{run.id}", delete, type="primary")


def _full_link(run: RunSnapshot) -> str:
    url = st.context.url or ""
    return url.split("/compare")[0].rstrip("/") + link_to(run)


def _downloads(run: RunSnapshot) -> None:
    """Files are made when they are asked for, not before: outside of the page, where `state` is not to be had."""
    service, name = state.run_service(), run_name(run)
    files: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
        (_("Curves (CSV)"), "csv", "text/csv", lambda: history_csv(run)),
        (_("Curves (JSON)"), "json", "application/json", lambda: history_json(run, name)),
        (_("Model (.npz)"), "npz", "application/octet-stream", lambda: _model_bytes(service, run)),
        (_("The whole run"), "mnistrun", "application/octet-stream", lambda: service.export_run(run.id)),
    )
    with st.popover(_("Download"), icon="💾"):
        for label, ending, mime, make in files:
            st.download_button(
                label,
                make,
                file_name=f"{run.id}.{ending}",
                mime=mime,
                key=f"compare_download_{ending}_{run.id}",
                on_click="ignore",
                disabled=run.epoch == 0,
                width="stretch",
            )


def history_csv(run: RunSnapshot) -> bytes:
    """One line an epoch."""
    rows = [result.to_dict() for result in run.history]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["epoch"])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def history_json(run: RunSnapshot, name: str) -> bytes:
    """Settings and history."""
    facts = {
        "name": name,
        "status": run.status,
        "data": run.dataset_origin,
        "config": run.config.to_dict(),
        "seconds": float(elapsed_seconds(run.history)[-1]) if run.history else 0.0,
        "history": [result.to_dict() for result in run.history],
    }
    return json.dumps(facts, indent=1).encode()


def _model_bytes(service: RunService, run: RunSnapshot) -> bytes:
    model = service.latest_model(run.id)
    return b"" if model is None else model_to_bytes(model)


def load_run() -> None:
    """Bring a downloaded run back."""
    with st.expander(_("Load a run from a file"), icon="📂"):
        file = st.file_uploader(
            _("A file that “The whole run” gave"), type=["mnistrun"], key="compare_upload", max_upload_size=20
        )
        if file is not None:
            load = partial(state.run_service().import_run, file.getvalue(), state.visitor())
            press_button(_("Load it"), "compare_load", load)
