"""The few words Streamlit shows of itself and has no setting for, in the visitor's language."""

from __future__ import annotations

import streamlit as st

from pages.components.language import _, current

SPOKEN_BY_STREAMLIT = "en"


def translate_streamlit() -> None:
    """Lay our words over Streamlit's own on its upload and camera buttons."""
    if current() == SPOKEN_BY_STREAMLIT:
        return
    words = {
        ".stFileUploader section button p": _("Upload"),
        ".stFileUploader [data-testid=stFileUploaderDropzoneInstructions] span": _(
            "At most {size} MB", size=st.get_option("server.maxUploadSize")
        ),
        "[data-testid=stCameraInputButton]": _("Take a photo"),
    }
    st.html(f"<style>{''.join(_rule(place, text) for place, text in words.items())}</style>")


def _rule(place: str, text: str) -> str:
    return f'{place} {{ font-size: 0 }} {place}::after {{ content: "{text}"; font-size: 0.875rem }}'
