"""Curves that stand still while data streams in: a constant Vega-Lite spec, and a table to fill it.

The spec depends only on words and switches, never on the data, so Streamlit updates the view in place:
no flicker, zoom is kept. The table is long: one row a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mnist_core.results import EpochResult

Spec = dict[str, Any]
MOST_POINTS = 500
ZOOM = "zoom"
DASHES = [[1, 0], [6, 4]]  # train is solid, test dashed: not by colour alone
GREY = "#8a94a0"
SHORT_NUMBER = "format(datum.value, datum.value < 10000 ? '~r' : '~s')"
BATCH_CEILING = 1.5  # batches may rise this far above the epochs: one spike must not flatten all the rest
_COLUMNS = pa.schema([("x", pa.float64()), ("y", pa.float64()), ("part", pa.string()), ("run", pa.string())])


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
    """One run's curves of "loss" or "accuracy": columns x, y, part ("train", "test", "batch"), and run if named."""
    results = [*([initial] if initial is not None else []), *history]
    keep = thin(len(results), most_points // 2)
    epochs = np.array([result.epoch for result in results], dtype=np.float64)
    seconds = elapsed_seconds(results)
    along = (seconds if by_seconds else epochs)[keep]
    curves: dict[str, tuple[Any, Any]] = {}
    for part in ("train", "test"):
        values = np.array([getattr(result, f"{part}_{measure}") for result in results], dtype=np.float64)
        curves[part] = along, smooth(values[keep], smoothing)
    if batch_history is not None and len(batch_history) and measure == "loss":
        position, losses = batch_history.T
        if by_seconds:
            position = _seconds_at(position, epochs, seconds)
        curves["batch"] = position, _below_ceiling(smooth(losses, smoothing), curves["train"][1])
    return pa.concat_tables([_one_curve(part, run, x, y) for part, (x, y) in curves.items()])


def _one_curve(part: str, run: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> pa.Table:
    """Arrow from the start: half the cost of a pandas frame, twice a second for everyone who watches."""
    is_finite = np.isfinite(y)
    count = int(is_finite.sum())
    columns = {"x": x[is_finite], "y": y[is_finite], "part": [part] * count}
    if run:  # a browser reads every cell of every column
        columns["run"] = [run] * count
    return pa.table(columns, pa.schema([_COLUMNS.field(name) for name in columns]))


def _below_ceiling(losses: NDArray[np.float64], of_epochs: NDArray[np.float64]) -> NDArray[np.float64]:
    known = of_epochs[np.isfinite(of_epochs)]
    return np.minimum(losses, BATCH_CEILING * known.max()) if len(known) else losses


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
    y = {"field": "y", "type": "quantitative", "title": y_title, "scale": _y_scale(measure, log)}
    y["axis"] = {"format": "%"} if measure == "accuracy" else {"labelExpr": SHORT_NUMBER}
    return {
        "height": height,
        "padding": {"left": 5, "top": 5, "right": 14, "bottom": 5},  # room for the last point and its label
        "config": {
            "legend": {"labelLimit": {"expr": "width - 30"}}
        },  # a name may be as long as the chart is wide
        "encoding": {"x": _x_axis(x_title, last_epoch), "y": y},
        "layer": [
            _batches(),
            _epochs(part_titles, runs),
            _hover(measure, part_titles, x_title, bool(runs)),
        ],
    }


def _x_axis(title: str, last_epoch: int | None) -> Spec:
    x: Spec = {"field": "x", "type": "quantitative", "title": title}
    if last_epoch is None:
        return {**x, "scale": {"zero": True, "nice": False}, "axis": {"grid": False}}
    axis = {"tickMinStep": 1, "grid": False, "format": "~s"}
    return {**x, "scale": {"domain": [0, last_epoch], "nice": False}, "axis": axis}


def _y_scale(measure: str, log: bool) -> Spec:
    if measure == "accuracy":
        return {"domain": [0, 1]}
    return {"type": "log"} if log else {"zero": True, "nice": True}


def _batches() -> Spec:
    zoom = {"type": "interval", "encodings": ["x"], "zoom": "wheel![event.shiftKey]"}
    return {
        "transform": [{"filter": "datum.part == 'batch'"}],
        "mark": {
            "type": "line",
            "strokeWidth": 1,
            "opacity": 0.45,
            "clip": True,
            "stroke": GREY,
            "aria": False,
        },
        "params": [{"name": ZOOM, "select": zoom, "bind": "scales"}],
    }


def _epochs(part_titles: tuple[str, str], runs: tuple[str, ...]) -> Spec:
    legend = {
        "orient": "top",
        "title": None,
        "symbolStrokeWidth": 2.5,
        "symbolType": "stroke",
        "symbolSize": 500,
    }
    label = f"datum.value == 'train' ? {_quote(part_titles[0])} : {_quote(part_titles[1])}"
    of_parts: Spec = {**legend, "labelExpr": label}
    if runs:  # the colours are taken: below the chart, and grey, which Vega-Lite does only when told so
        grey = {"stroke": {"value": GREY}, "strokeWidth": {"value": 2.5}}
        of_parts |= {"orient": "bottom", "encode": {"symbols": {"update": grey}}}
    parts = ["train", "test"]
    dash = {"field": "part", "scale": {"domain": parts, "range": DASHES}, "legend": of_parts}
    by_part = {"field": "part", "scale": {"domain": parts}, "legend": of_parts}
    by_run = {"field": "run", "scale": {"domain": list(runs)}, "legend": {**legend, "columns": 1}}
    return {
        "transform": [{"filter": "datum.part != 'batch'"}],
        "mark": {
            "type": "line",
            "strokeWidth": 2.5,
            "clip": True,
            "point": {"size": 22, "filled": True, "aria": False},
            "aria": False,  # the rules tell the same values, rounded and named
        },
        "encoding": {"color": by_run if runs else by_part, "strokeDash": dash},
    }


def _hover(measure: str, part_titles: tuple[str, str], x_title: str, several: bool) -> Spec:
    """A rule at the epoch nearest to the pointer, which tells its values."""
    style = ".2%" if measure == "accuracy" else ".4~f"
    tooltip = [{"field": "run", "type": "nominal", "title": " "}] if several else []
    tooltip.append({"field": "x", "title": x_title, "type": "quantitative", "format": ".4~r"})
    for part, title in zip(("train", "test"), part_titles, strict=True):
        tooltip.append({"field": part, "title": title, "type": "quantitative", "format": style})
    nearest = {
        "type": "point",
        "encodings": ["x"],
        "nearest": True,
        "on": "pointermove",
        "clear": "pointerout",
    }
    return {
        "transform": [
            {"filter": "datum.part != 'batch'"},
            {"pivot": "part", "value": "y", "groupby": ["x", "run"] if several else ["x"]},
        ],
        "mark": {"type": "rule", "strokeWidth": 1, "clip": True},
        "encoding": {
            "y": {"value": 0},
            "y2": {"value": "height"},
            "opacity": {"condition": {"param": "hover", "empty": False, "value": 0.6}, "value": 0},
            "tooltip": tooltip,
        },
        "params": [{"name": "hover", "select": nearest}],
    }


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
