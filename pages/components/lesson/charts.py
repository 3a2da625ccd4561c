"""Charts of the lesson: a curve with a point on it, a ball in a valley, the curves of several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from mnist_core import EpochResult, RunSnapshot
from pages.components.charts import vega_chart
from pages.components.colours import blue
from pages.components.language import _

ORANGE, GREY = "#E69F00", "#8A94A0"
MOST_POINTS = 250
SHORT_POWER = "datum.value == 1 ? '1' : format(datum.value, '.0e')"
LOG_TICKS = [factor * 10.0**power for power in range(-3, 7) for factor in (1, 3)]
PROJECTOR_KEY = "lesson_projector"


def show_chart(
    table: pd.DataFrame,
    spec: dict[str, Any],
    *,
    alt: str,
    height: int = 300,
    width: int | str = "stretch",
    **options: Any,
) -> None:
    """Show a chart; on the projector it and its words are larger, like everything there.

    Parameters
    ----------
    options : more of `st.vega_lite_chart`'s
    """
    scale = 1.6 if st.session_state.get(PROJECTOR_KEY) else 1.0
    words = {"labelFontSize": 12 * scale, "titleFontSize": 13 * scale, "labelLimit": 240 * scale}
    wide = width if isinstance(width, str) else int(width * scale)
    vega_chart(
        table,
        {**spec, "config": {"axis": words, "legend": words, "text": {"fontSize": 13 * scale}}},
        height=int(height * scale),
        width=wide,
        alt=alt,
        **options,
    )


def curve_with_point(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    point: tuple[float, float],
    *,
    x_title: str,
    y_title: str,
    alt: str,
    slope: float | None = None,
    before: NDArray[np.float64] | None = None,
    log_x: bool = False,
) -> None:
    """A curve, and a point that a slider moves along it.

    Parameters
    ----------
    slope : the tangent at the point is drawn where it is given
    before : the curve without a change, dashed
    """
    parts = [_part("curve", x, y), _part("point", point[:1], point[1:])]
    if before is not None:
        parts.append(_part("before", x, before))
    if slope is not None:
        steps = np.array([-2.0, 2.0])
        parts.append(_part("tangent", point[0] + steps, point[1] + steps * slope))
    table = pd.concat(parts)
    log_axis = {"scale": {"type": "log"}, "axis": {"labelExpr": SHORT_POWER}} if log_x else {}
    axes = {
        "x": _axis("x", x_title) | log_axis,
        "y": _axis("y", y_title),
        "tooltip": [
            {"field": "x", "title": x_title, "format": ".3~g"},
            {"field": "y", "title": y_title, "format": ".3~g"},
        ],
    }
    kinds = set(table["kind"])
    layers = [_layer(kind, mark) for kind, mark in _curve_marks().items() if kind in kinds]
    show_chart(table, {"encoding": axes, "layer": layers}, alt=alt)


def _curve_marks() -> dict[str, dict[str, Any]]:
    """How each part of a curve with a point is drawn, the lowest first."""
    return {
        "before": {"type": "line", "color": GREY, "strokeWidth": 2, "strokeDash": [6, 4]},
        "curve": {"type": "line", "color": blue(), "strokeWidth": 3},
        "tangent": {"type": "line", "color": ORANGE, "strokeWidth": 2},
        "point": {"type": "point", "color": ORANGE, "filled": True, "size": 260, "opacity": 1},
    }


def valley_chart(places: Sequence[float], *, x_title: str, y_title: str, alt: str) -> None:
    """A valley, and a ball's places in it step by step."""
    grid = np.linspace(-2.2, 2.2, 89)
    rows = [(x, x * x, "valley", 0) for x in grid]
    rows += [(x, x * x, "ball", number) for number, x in enumerate(places)]
    layers = [
        _layer("valley", {"type": "line", "color": GREY, "strokeWidth": 2, "clip": True}),
        _layer("ball", {"type": "line", "color": ORANGE, "strokeWidth": 1, "clip": True}),
        _layer("ball", {"type": "point", "color": blue(), "filled": True, "size": 110, "clip": True}),
    ]
    axes = {
        "x": _axis("x", x_title) | {"scale": {"domain": [-2.2, 2.2]}, "axis": {"values": [-2, -1, 0, 1, 2]}},
        "y": _axis("y", y_title) | {"scale": {"domain": [0, 4.8]}},
        "order": {"field": "step"},
        "tooltip": [{"field": "step", "title": _("step")}, {"field": "y", "title": y_title, "format": ".3f"}],
    }
    table = pd.DataFrame(rows, columns=["x", "y", "kind", "step"])
    show_chart(table, {"encoding": axes, "layer": layers}, alt=alt)


def accuracy_chart(runs: Mapping[str, RunSnapshot], *, alt: str) -> None:
    """Training accuracy of each epoch, a colour for each run."""
    rows = [
        (result.epoch, result.train_accuracy, name) for name, run in runs.items() for result in results(run)
    ]
    y = _axis("y", _("training accuracy")) | {"scale": {"domain": [0, 1]}, "axis": {"format": "%"}}
    _run_lines(rows, y, ".2%", alt, last=max(run.epochs for run in runs.values()))


def loss_chart(runs: Mapping[str, RunSnapshot], *, alt: str) -> None:
    """Training loss on a log scale, a colour for each run; of many epochs the peaks are drawn."""
    rows = [(result.epoch, result.train_loss, name) for name, run in runs.items() for result in peaks(run)]
    y = _axis("y", _("training loss")) | {"scale": {"type": "log"}, "axis": {"values": LOG_TICKS}}
    _run_lines(rows, y, ".3~g", alt, last=max(run.epochs for run in runs.values()))


def band_chart(
    runs: Sequence[RunSnapshot], posted: Sequence[tuple[int, float]], *, posted_name: str, alt: str
) -> None:
    """Training accuracy of runs that differ by chance alone: a band from the worst to the best, the middle as a
    line, and the post's own figures as points. A run that has stopped keeps its last value.
    """
    epoch = {"field": "epoch", "title": _("epoch")}
    spread = {"low": _("worst"), "middle": _("middle"), "high": _("best")}
    tooltip = [epoch] + [{"field": key, "title": name, "format": ".1%"} for key, name in spread.items()]
    posted_tooltip = [epoch, {"field": "posted", "title": posted_name, "format": ".2%"}]
    area = {"type": "area", "color": blue(), "opacity": 0.25}
    line = {"type": "line", "color": blue(), "strokeWidth": 2.5}
    points = {"type": "point", "color": ORANGE, "size": 140, "shape": "diamond", "filled": True}
    layers = [
        _accuracy_layer("low", area, y2={"field": "high"}, tooltip=tooltip),
        _accuracy_layer("middle", line),
        _accuracy_layer("posted", points, tooltip=posted_tooltip),
    ]
    x = _axis("epoch", _("epoch")) | {"axis": {"tickMinStep": 1}}
    show_chart(_band_table(runs, posted), {"encoding": {"x": x}, "layer": layers}, alt=alt)


def _band_table(runs: Sequence[RunSnapshot], posted: Sequence[tuple[int, float]]) -> pd.DataFrame:
    """Rows of the band, by epoch, and below them the posted points."""
    length = max(len(results(run)) for run in runs)
    curves = np.array([_padded([result.train_accuracy for result in results(run)], length) for run in runs])
    band = pd.DataFrame(np.quantile(curves, [0, 0.5, 1], axis=0).T, columns=["low", "middle", "high"])
    points = pd.DataFrame(posted, columns=["epoch", "posted"])
    return pd.concat([band.assign(epoch=band.index), points], ignore_index=True)


def _accuracy_layer(field: str, mark: dict[str, Any], **encoding: Any) -> dict[str, Any]:
    """One mark for the rows that have this field."""
    y = _axis(field, _("training accuracy")) | {"scale": {"domain": [0, 1]}, "axis": {"format": "%"}}
    there = [{"filter": f"isValid(datum.{field})"}]
    return {"transform": there, "mark": mark, "encoding": {"y": y, **encoding}}


def results(run: RunSnapshot) -> list[EpochResult]:
    """All evaluations of a run, the one before the first step included."""
    return [*([run.initial] if run.initial else []), *run.history]


def peaks(run: RunSnapshot) -> list[EpochResult]:
    """The epoch with the highest loss in each stretch of the history: a spike is one epoch wide."""
    usable = [result for result in run.history if 0 < result.train_loss < np.inf]
    stretch = -(-len(usable) // MOST_POINTS) or 1
    starts = range(0, len(usable), stretch)
    return [max(usable[at : at + stretch], key=lambda result: result.train_loss) for at in starts]


def _padded(values: list[float], length: int) -> list[float]:
    return values + values[-1:] * (length - len(values))


def _axis(field: str, title: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title}


def _part(kind: str, x: ArrayLike, y: ArrayLike) -> pd.DataFrame:
    return pd.DataFrame({"x": x, "y": y, "kind": kind})


def _layer(kind: str, mark: dict[str, Any]) -> dict[str, Any]:
    return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark}


def _run_lines(
    rows: Sequence[tuple[int, float, str]], y: dict[str, Any], number: str, alt: str, *, last: int
) -> None:
    """Lines over the epochs up to the last one to come, told apart by colour and by a dash."""
    name = {"field": "name", "type": "nominal", "legend": {"orient": "top", "title": None, "columns": 2}}
    encoding = {
        "x": _axis("x", _("epoch")) | {"axis": {"tickMinStep": 1}, "scale": {"domain": [0, last]}},
        "y": y,
        "color": name,
        "strokeDash": name,
        "tooltip": [
            {"field": "name", "title": _("run")},
            {"field": "x", "title": _("epoch")},
            {"field": "y", "title": y["title"], "format": number},
        ],
    }
    table = pd.DataFrame(rows, columns=["x", "y", "name"])
    show_chart(table, {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": encoding}, alt=alt)
