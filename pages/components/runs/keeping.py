"""Whether runs outlive the server: said on Train and Compare where they do not."""

from __future__ import annotations

import streamlit as st

from pages.components import state
from pages.components.language import error_text
from pages.components.runs.access import own_runs

TOLD_KEY = "runs_notice_told"


def tell_if_not_kept() -> None:
    """As long as runs cannot be kept, say so; once a visit, say that earlier ones are missing."""
    own_runs()  # where they cannot be read, that is to be said, too
    service = state.run_service()
    trouble, notice = service.trouble, service.notice
    if trouble is not None:
        st.warning(error_text(trouble), icon="💾")
    if notice is not None and st.session_state.get(TOLD_KEY) != str(notice):
        st.session_state[TOLD_KEY] = str(notice)
        st.toast(error_text(notice), icon="💾", duration="infinite")
