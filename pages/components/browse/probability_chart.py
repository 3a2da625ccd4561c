"""Ten bars: how sure a model is of each digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pages.components.charts import vega_chart
from pages.components.colours import blue
from pages.components.language import _

X_AXIS = {
    "field": "digit",
    "type": "ordinal",
    "title": None,
    "axis": {"labelAngle": 0, "labelFontSize": 14},
}
Y_AXIS = {
    "field": "probability",
    "type": "quantitative",
    "scale": {"domain": [0, 1]},
    "axis": {"format": "%", "tickCount": 4},
    "title": None,
}


def probability_chart(probabilities: NDArray[np.float32]) -> None:
    """Show ten probabilities as bars, the largest one strong."""
    table = pd.DataFrame(
        {"digit": range(10), "probability": probabilities, "largest": probabilities == probabilities.max()}
    )
    encoding = {
        "x": X_AXIS,
        "y": Y_AXIS,
        "color": {"condition": {"test": "datum.largest", "value": blue()}, "value": "#8FA3B5"},
        "tooltip": [
            {"field": "digit", "title": _("digit")},
            {"field": "probability", "title": _("probability"), "format": ".1%"},
        ],
    }
    vega_chart(
        table,
        {"mark": {"type": "bar"}, "encoding": encoding},
        height=230,
        alt=_(
            "Probability of each digit: {list}",
            list=", ".join(f"{digit} {value:.1%}" for digit, value in enumerate(probabilities)),
        ),
    )
