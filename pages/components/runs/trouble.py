"""What is wrong with a run, told wherever the run is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.components.language import error_text
from pages.components.runs.access import is_own

if TYPE_CHECKING:
    from mnist_core import RunSnapshot


def tell_trouble(run: RunSnapshot) -> None:
    """Why it failed, or what happened to it on its way; and to its owner, that the database does not take it."""
    if run.error is not None:
        show = st.error if run.status == "failed" else st.warning
        show(error_text(run.error), icon="⚠️")
    if run.not_kept is not None and is_own(run):
        st.warning(error_text(run.not_kept), icon="💾")
