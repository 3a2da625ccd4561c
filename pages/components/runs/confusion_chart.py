"""Which digits are taken for which: constant Vega-Lite specs, and tables to fill them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Spec = dict[str, Any]


def confusion_table(confusion: NDArray[np.int64]) -> pd.DataFrame:
    """One row a cell: truth, answer, count, share of the row, and whether it is right."""
    truths, answers = np.indices(confusion.shape)
    totals = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    return pd.DataFrame(
        {
            "truth": truths.ravel(),
            "answer": answers.ravel(),
            "count": confusion.ravel(),
            "share": (confusion / totals).round(4).ravel(),
            "right": (truths == answers).ravel(),
        }
    )


def common_mistakes(confusion: NDArray[np.int64], most: int = 10) -> dict[tuple[int, int], int]:
    """How often each (truth, answer) occurs that is not right, the most frequent first."""
    wrong = confusion - np.diag(np.diag(confusion))
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    cells = [
        (int(truth), int(answer)) for truth, answer in zip(*np.unravel_index(order, wrong.shape), strict=True)
    ]
    return {cell: int(wrong[cell]) for cell in cells if wrong[cell]}


@cache
def confusion_spec(truth: str, answer: str, count: str, share: str, *, is_dark: bool = False) -> Spec:
    """Ten by ten cells, blue where right, orange where wrong, stronger with more; one can be chosen."""
    axis = {"labelAngle": 0, "ticks": False, "domain": False}
    return {
        "height": 340,
        "encoding": {
            "x": {"field": "answer", "type": "ordinal", "title": answer, "axis": {**axis, "orient": "top"}},
            "y": {"field": "truth", "type": "ordinal", "title": truth, "axis": axis},
            "tooltip": [
                {"field": "truth", "title": truth},
                {"field": "answer", "title": answer},
                {"field": "count", "title": count, "format": ","},
                {"field": "share", "title": share, "format": ".1%"},
            ],
        },
        "layer": [_cells(share), _numbers(is_dark)],
    }


def _cells(share: str) -> Spec:
    return {
        "mark": {"type": "rect", "cornerRadius": 3, "cursor": "pointer"},
        "params": [{"name": "cell", "select": {"type": "point", "fields": ["truth", "answer"]}}],
        "encoding": {
            "color": {"condition": {"test": "datum.right", "value": "#0072B2"}, "value": "#D55E00"},
            "opacity": {
                "field": "share",
                "type": "quantitative",
                "title": share,
                "scale": {"type": "sqrt", "domain": [0, 1], "range": [0.04, 1], "clamp": True},
                "legend": None,
            },
            "stroke": {
                "condition": {"param": "cell", "empty": False, "value": "#E69F00"},
                "value": None,
            },
            "strokeWidth": {"value": 2},
        },
    }


def _numbers(is_dark: bool) -> Spec:
    return {
        "transform": [{"filter": "datum.count > 0"}],
        "mark": {"type": "text", "fontSize": 11, "tooltip": None, "aria": False},
        "encoding": {
            "text": {"field": "count", "type": "quantitative", "format": "d"},
            "color": {
                "condition": {"test": "datum.share > 0.4", "value": "white"},
                "value": "#C4CFD8" if is_dark else "#3A4650",
            },
        },
    }


def recall_table(confusions: Sequence[tuple[str, NDArray[np.int64]]]) -> pd.DataFrame:
    """One row a run and digit: how much of the digit is read right."""
    rows = [
        {"run": run, "digit": digit, "share": confusion[digit, digit] / max(confusion[digit].sum(), 1)}
        for run, confusion in confusions
        for digit in range(len(confusion))
    ]
    return pd.DataFrame(rows)


@cache
def recall_spec(digit: str, share: str, run: str, runs: tuple[str, ...], *, height: int = 280) -> Spec:
    """For each digit a bar a run: the share read right. A bar can be chosen (`bar`)."""
    return {
        "height": height,
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadiusEnd": 2},
        "params": [{"name": "bar", "select": {"type": "point", "fields": ["run", "digit"]}}],
        "encoding": {
            "x": {"field": "digit", "type": "ordinal", "title": digit, "axis": {"labelAngle": 0}},
            "xOffset": {"field": "run", "type": "nominal", "title": run, "scale": {"domain": list(runs)}},
            "y": {
                "field": "share",
                "type": "quantitative",
                "title": share,
                "axis": {"format": "%"},
                "scale": {"domain": [0, 1]},
            },
            "color": {
                "field": "run",
                "type": "nominal",
                "title": run,
                "scale": {"domain": list(runs)},
                "legend": {
                    "orient": "top",
                    "title": None,
                    "labelLimit": {"expr": "width - 30"},
                    "columns": 1,
                },
            },
            "opacity": {"condition": {"param": "bar", "value": 1}, "value": 0.4},
            "tooltip": [
                {"field": "run", "title": run},
                {"field": "digit", "title": digit},
                {"field": "share", "title": share, "format": ".1%"},
            ],
        },
    }
