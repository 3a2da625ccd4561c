"""Charts that stand still while data streams in: constant Vega-Lite specs, and tables to fill them.

A spec depends only on words and switches, never on the data, so Streamlit updates the view in
place: no flicker, zoom is kept. Every table is long: one row a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_core.results import EpochResult

Spec = dict[str, Any]
MOST_POINTS = 500
ZOOM = "zoom"
_COLUMNS = pa.schema([("x", pa.float64()), ("y", pa.float64()), ("part", pa.string()), ("run", pa.string())])
DASHES = [[1, 0], [6, 4]]  # train is solid, test dashed: not by colour alone


def smooth(values: NDArray[np.float64], amount: float) -> NDArray[np.float64]:
    """Exponential moving average without the bias of its start (as in Adam). `amount` 0 changes nothing."""
    if amount <= 0 or len(values) == 0:
        return values
    smoothed, average = np.empty(len(values)), 0.0
    for index, value in enumerate(values):
        average = amount * average + (1 - amount) * value
        smoothed[index] = average / (1 - amount ** (index + 1))
    return smoothed


def thin(count: int, most: int = MOST_POINTS) -> NDArray[np.intp]:
    """Indices of at most `most` of `count` points, evenly spread, first and last kept."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.intp))


def unique_names(names: Sequence[str]) -> list[str]:
    """The same names, numbered where one comes up again: they are the keys of the colours."""
    counts: dict[str, int] = {}
    found = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        found.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return found


def elapsed_seconds(history: Sequence[EpochResult]) -> NDArray[np.float64]:
    """Training time up to the end of each epoch."""
    return np.cumsum([result.seconds for result in history], dtype=np.float64)


def curve_table(
    history: Sequence[EpochResult],
    measure: str,
    *,
    initial: EpochResult | None = None,
    batch_history: NDArray[np.float64] | None = None,
    by_seconds: bool = False,
    smoothing: float = 0.0,
    run: str = "",
    most_points: int = MOST_POINTS,
) -> pa.Table:
    """One run's curves of "loss" or "accuracy": columns x, y, part ("train", "test", "batch"), run."""
    results = [*([initial] if initial is not None else []), *history]
    keep = thin(len(results), most_points // 2)
    results_x = np.array([result.epoch for result in results], dtype=np.float64)
    seconds = elapsed_seconds(results)
    along = (seconds if by_seconds else results_x)[keep]
    columns: list[tuple[str, Any, Any]] = []
    for part in ("train", "test"):
        values = np.array([getattr(result, f"{part}_{measure}") for result in results], dtype=np.float64)
        columns.append((part, along, smooth(values[keep], smoothing)))
    if batch_history is not None and len(batch_history) and measure == "loss":
        position = batch_history[:, 0]
        if by_seconds:
            position = _seconds_at(position, results_x, seconds)
        columns.append(("batch", position, smooth(batch_history[:, 1], smoothing)))
    return pa.concat_tables([_one_curve(part, run, x, y) for part, x, y in columns])


def _one_curve(part: str, run: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> pa.Table:
    """Arrow from the start: half the cost of a pandas frame, twice a second for everyone who watches."""
    is_finite = np.isfinite(y)
    count = int(is_finite.sum())
    return pa.table(
        {"x": x[is_finite], "y": y[is_finite], "part": [part] * count, "run": [run] * count}, _COLUMNS
    )


def _seconds_at(epochs: Any, known_epochs: Any, known_seconds: Any) -> Any:
    """Where batches lie in time: epochs take as long as measured; the running one as long as the last."""
    if len(known_epochs) < 2:
        return epochs * 0.0
    pace = (known_seconds[-1] - known_seconds[0]) / max(known_epochs[-1] - known_epochs[0], 1e-9)
    beyond = known_seconds[-1] + (epochs - known_epochs[-1]) * pace
    return np.where(epochs > known_epochs[-1], beyond, np.interp(epochs, known_epochs, known_seconds))


@cache
def curve_spec(
    measure: str,
    x_title: str,
    y_title: str,
    part_titles: tuple[str, str],
    *,
    log: bool = False,
    last_epoch: int | None = None,
    runs: tuple[str, ...] = (),
    height: int = 290,
) -> Spec:
    """Loss or accuracy over epochs or seconds: batches faint, epochs bold, values on hover.

    Parameters
    ----------
    part_titles : what "train" and "test" are called in the legend
    last_epoch : where the x axis ends; None lets it grow with the data
    runs : names of several runs, told apart by colour; without, train and test are
    """
    legend = {
        "orient": "top",
        "title": None,
        "symbolStrokeWidth": 2.5,
        "symbolType": "stroke",
        "symbolSize": 500,
    }
    label = f"datum.value == 'train' ? {_quote(part_titles[0])} : {_quote(part_titles[1])}"
    parts = {"domain": ["train", "test"]}
    dashes = {**legend, "labelExpr": label, **({"symbolStrokeColor": "#8a94a0"} if runs else {})}
    part = {"field": "part", "scale": {**parts, "range": DASHES}, "legend": dashes}
    by_part = {"field": "part", "scale": parts, "legend": {**legend, "labelExpr": label}}
    by_run = {"field": "run", "scale": {"domain": list(runs)}, "legend": {**legend, "columns": 1}}
    x = {
        "field": "x",
        "type": "quantitative",
        "title": x_title,
        "scale": {"domain": [0, last_epoch], "nice": False} if last_epoch else {"zero": True, "nice": False},
        "axis": {"tickMinStep": 1, "grid": False, "format": "~s"} if last_epoch else {"grid": False},
    }
    y = {"field": "y", "type": "quantitative", "title": y_title, "scale": _y_scale(measure, log)}
    if measure == "accuracy":
        y["axis"] = {"format": "%"}
    return {
        "height": height,
        "config": {"legend": {"labelLimit": 260}},
        "encoding": {"x": x, "y": y},
        "layer": [
            _batches(by_run if runs else {"value": "#8a94a0"}),
            _epochs(by_run if runs else by_part, part),
            *_hover(measure, part_titles, x_title, bool(runs)),
        ],
    }


def _y_scale(measure: str, log: bool) -> Spec:
    if measure == "accuracy":
        return {"domain": [0, 1]}
    return {"type": "log"} if log else {"zero": True, "nice": True}


def _batches(color: Spec) -> Spec:
    return {
        "transform": [{"filter": "datum.part == 'batch'"}],
        "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.45, "clip": True},
        "encoding": {"color": color},
        "params": [
            {
                "name": ZOOM,
                "select": {"type": "interval", "encodings": ["x"], "zoom": "wheel![event.shiftKey]"},
                "bind": "scales",
            }
        ],
    }


def _epochs(color: Spec, part: Spec) -> Spec:
    return {
        "transform": [{"filter": "datum.part != 'batch'"}],
        "mark": {"type": "line", "strokeWidth": 2.5, "clip": True, "point": {"size": 22, "filled": True}},
        "encoding": {"color": color, "strokeDash": part},
    }


def _hover(measure: str, part_titles: tuple[str, str], x_title: str, several: bool) -> list[Spec]:
    style = ".2%" if measure == "accuracy" else ".4~f"
    tooltip = [
        {"field": "x", "title": x_title, "type": "quantitative", "format": ".4~r"},
        *(
            {"field": f, "title": t, "type": "quantitative", "format": style}
            for f, t in zip(("train", "test"), part_titles, strict=True)
        ),
    ]
    if several:
        tooltip.insert(0, {"field": "run", "type": "nominal", "title": " "})
    return [
        {
            "transform": [
                {"filter": "datum.part != 'batch'"},
                {"pivot": "part", "value": "y", "groupby": ["x", "run"]},
            ],
            "mark": {"type": "rule", "strokeWidth": 1, "clip": True},
            "encoding": {
                "y": {"value": 0},
                "y2": {"value": "height"},
                "opacity": {"condition": {"param": "hover", "empty": False, "value": 0.6}, "value": 0},
                "tooltip": tooltip,
            },
            "params": [
                {
                    "name": "hover",
                    "select": {
                        "type": "point",
                        "encodings": ["x"],
                        "nearest": True,
                        "on": "pointermove",
                        "clear": "pointerout",
                    },
                }
            ],
        }
    ]


def confusion_table(confusion: NDArray[np.int64]) -> pd.DataFrame:
    """One row a cell: truth, answer, count, share of the row, and whether it is right."""
    truths, answers = np.indices(confusion.shape)
    totals = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    return pd.DataFrame(
        {
            "truth": truths.ravel(),
            "answer": answers.ravel(),
            "count": confusion.ravel(),
            "share": (confusion / totals).ravel(),
            "right": (truths == answers).ravel(),
        }
    )


@cache
def confusion_spec(truth: str, answer: str, count: str, share: str, *, height: int = 340) -> Spec:
    """Ten by ten cells, blue where right, orange where wrong, stronger with more; one can be chosen."""
    axis = {"labelAngle": 0, "ticks": False, "domain": False}
    return {
        "height": height,
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
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 3, "cursor": "pointer"},
                "params": [{"name": "cell", "select": {"type": "point", "fields": ["truth", "answer"]}}],
                "encoding": {
                    "color": {
                        "field": "right",
                        "scale": {"domain": [True, False], "range": ["#0072B2", "#D55E00"]},
                        "legend": None,
                    },
                    "opacity": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": {"type": "sqrt", "domain": [0, 1], "range": [0.04, 1], "clamp": True},
                        "legend": None,
                    },
                    "stroke": {
                        "condition": {"param": "cell", "empty": False, "value": "#E69F00"},
                        "value": None,
                    },
                    "strokeWidth": {"value": 2},
                },
            },
            {
                "transform": [{"filter": "datum.count > 0"}],
                "mark": {"type": "text", "fontSize": 11, "tooltip": None},
                "encoding": {
                    "text": {"field": "count", "type": "quantitative", "format": "d"},
                    "color": {
                        "condition": {"test": "datum.share > 0.4", "value": "white"},
                        "value": "#6f7b86",
                    },
                },
            },
        ],
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
def recall_spec(digit: str, share: str, run: str, runs: tuple[str, ...], *, height: int = 240) -> Spec:
    """For each digit a bar a run: the share read right. A bar can be chosen (`bar`)."""
    return {
        "height": height,
        "mark": {"type": "bar", "cursor": "pointer", "cornerRadiusEnd": 2},
        "params": [{"name": "bar", "select": {"type": "point", "fields": ["run", "digit"]}}],
        "encoding": {
            "x": {"field": "digit", "type": "ordinal", "title": digit, "axis": {"labelAngle": 0}},
            "xOffset": {"field": "run", "type": "nominal", "scale": {"domain": list(runs)}},
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
                "scale": {"domain": list(runs)},
                "legend": {"orient": "top", "title": None, "labelLimit": 260, "columns": 2},
            },
            "opacity": {"condition": {"param": "bar", "value": 1}, "value": 0.4},
            "tooltip": [
                {"field": "run", "title": run},
                {"field": "digit", "title": digit},
                {"field": "share", "title": share, "format": ".1%"},
            ],
        },
    }


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
