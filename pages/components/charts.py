"""Vega-Lite charts, as everyone is to see and to hear them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.components.language import _


def vega_chart(table: Any, spec: dict[str, Any], *, alt: str, **options: Any) -> Any:
    """Show a chart; a screen reader hears `alt` and the values, not Vega's English account of axes and legends.

    Parameters
    ----------
    options : as for `st.vega_lite_chart`, whose answer is returned
    """
    silent = {"aria": False}
    config = {**spec.get("config", {})}
    for part in ("axis", "legend"):
        config[part] = {**config.get(part, {}), **silent}
    config["mark"] = {"ariaRoleDescription": _("value")}
    return st.vega_lite_chart(table, {**spec, "config": config}, alt=alt, **options)
