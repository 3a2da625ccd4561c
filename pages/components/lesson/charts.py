"""Charts of the lesson: a curve with a point on it, accuracies of several runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from mnist_core import RunSnapshot

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#8FA3B5"


def curve_with_point(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    point: tuple[float, float],
    *,
    x_title: str,
    y_title: str,
    alt: str,
    height: int = 300,
) -> None:
    """A curve, and a point that a slider moves along it."""
    table = pd.DataFrame({"x": [*x, point[0]], "y": [*y, point[1]], "kind": ["curve"] * len(x) + ["point"]})
    axes = {
        "x": {"field": "x", "type": "quantitative", "title": x_title},
        "y": {"field": "y", "type": "quantitative", "title": y_title},
    }
    st.vega_lite_chart(
        table,
        {
            "encoding": axes,
            "layer": [
                {
                    "transform": [{"filter": "datum.kind == 'curve'"}],
                    "mark": {"type": "line", "color": BLUE, "strokeWidth": 3},
                },
                {
                    "transform": [{"filter": "datum.kind == 'point'"}],
                    "mark": {"type": "point", "color": ORANGE, "filled": True, "size": 260, "tooltip": True},
                },
            ],
        },
        height=height,
        alt=alt,
    )


def accuracy_chart(
    runs: Mapping[str, RunSnapshot],
    *,
    part: str = "train_accuracy",
    x_title: str,
    y_title: str,
    alt: str,
    posted: Sequence[tuple[int, float]] = (),
    posted_name: str = "",
    height: int = 320,
) -> None:
    """Accuracy of each epoch of several runs in colours of their own; the post's figures as points."""
    rows = [
        (result.epoch, getattr(result, part), name, "run")
        for name, run in runs.items()
        for result in ([run.initial] if run.initial else []) + list(run.history)
    ]
    rows += [(epoch, accuracy, posted_name, "posted") for epoch, accuracy in posted]
    table = pd.DataFrame(rows, columns=["epoch", "accuracy", "name", "kind"])
    axes = {
        "x": {"field": "epoch", "type": "quantitative", "title": x_title, "axis": {"tickMinStep": 1}},
        "y": {
            "field": "accuracy",
            "type": "quantitative",
            "title": y_title,
            "scale": {"domain": [0, 1]},
            "axis": {"format": "%"},
        },
        "color": {"field": "name", "type": "nominal", "title": None, "legend": {"orient": "bottom"}},
    }
    st.vega_lite_chart(
        table,
        {
            "encoding": axes,
            "layer": [
                {
                    "transform": [{"filter": "datum.kind == 'run'"}],
                    "mark": {"type": "line", "strokeWidth": 2, "tooltip": True},
                },
                {
                    "transform": [{"filter": "datum.kind == 'posted'"}],
                    "mark": {"type": "point", "size": 120, "shape": "diamond", "filled": True},
                },
            ],
        },
        height=height,
        alt=alt,
    )


def loss_chart(runs: Mapping[str, RunSnapshot], *, x_title: str, y_title: str, alt: str) -> None:
    """Training loss of each epoch on a log scale, one colour for each run."""
    rows = [
        (result.epoch, result.train_loss, name)
        for name, run in runs.items()
        for result in run.history[:: max(1, len(run.history) // 250)]
        if np.isfinite(result.train_loss) and result.train_loss > 0
    ]
    st.vega_lite_chart(
        pd.DataFrame(rows, columns=["epoch", "loss", "name"]),
        {
            "mark": {"type": "line", "strokeWidth": 2, "tooltip": True},
            "encoding": {
                "x": {"field": "epoch", "type": "quantitative", "title": x_title},
                "y": {"field": "loss", "type": "quantitative", "title": y_title, "scale": {"type": "log"}},
                "color": {
                    "field": "name",
                    "type": "nominal",
                    "title": None,
                    "legend": {"orient": "bottom"},
                },
            },
        },
        height=300,
        alt=alt,
    )
