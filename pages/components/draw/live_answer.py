"""The answer, live: the digit, how sure the model is, ten bars that move while one draws."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_core import Reading
from mnist_core.reading import UNCLEAR
from pages.components.drawing_pad import Drawing
from pages.components.language import _
from pages.components.readers import percent

NO_SHARE = "–"  # how sure a model is says nothing about what is no digit

_here = Path(__file__)
_mount = st.components.v2.component(
    "live_answer",
    html='<div class="live-answers"></div>',
    css=_here.with_suffix(".css").read_text(encoding="utf-8"),
    js=_here.with_suffix(".js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def live_answer(reading: Reading, drawing: Drawing) -> None:
    """Show one model's answer large; with nothing drawn, an invitation. Its text begins with the answer."""
    answer = _answer(reading) if drawing.strokes else _invitation()
    data = {"answers": [answer], "isMany": False, "drawing": f"{drawing.epoch}.{drawing.revision}"}
    _mount(key="answer", data=data)


def live_answers(readings: Sequence[tuple[str, Reading]]) -> None:
    """Show the answers of several models side by side, each under its name."""
    answers = [{**_answer(reading), "name": name} for name, reading in readings]
    _mount(key="answers", data={"answers": answers, "isMany": True, "drawing": ""})


def _answer(reading: Reading) -> dict[str, Any]:
    shares = [float(share) for share in reading.probabilities]
    is_digit = reading.reason is None or reading.reason.template == UNCLEAR
    return {
        "digit": reading.digit,
        "title": _("Not sure") if reading.digit is None else str(reading.digit),
        "name": "",
        "sentence": _sentence(reading),
        "probabilities": [round(share, 4) for share in shares],
        "shares": [percent(share) if is_digit else NO_SHARE for share in shares],
    }


def _sentence(reading: Reading) -> str:
    order = reading.probabilities.argsort()[::-1]
    best, second = int(order[0]), int(order[1])
    if reading.reason is not None:
        return _(reading.reason.template, **reading.reason.values)
    share = percent(float(reading.probabilities[best]))
    if reading.probabilities[second] >= 0.05:
        return _("{share} sure. It could also be {second}.", share=share, second=second)
    return _("{share} sure.", share=share)


def _invitation() -> dict[str, Any]:
    return {
        "digit": None,
        "title": _("Draw one digit"),
        "name": "",
        "sentence": _("With mouse, finger or pen. The answer comes while you draw."),
        "probabilities": [0] * 10,
        "shares": [NO_SHARE] * 10,
    }
