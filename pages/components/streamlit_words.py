"""The few words Streamlit shows of itself and has no setting for: in the visitor's language, and for a class."""

from __future__ import annotations

import streamlit as st

from pages.components.language import _, current

SPOKEN_BY_STREAMLIT = "en"
REFUSED_FILE = ".stFileUploader:has([aria-invalid=true])::after"
LOST_CONNECTION = ".stDialog section:not(:has([data-testid=stVerticalBlock]))"  # a dialog of ours has a block
SIZES = {"h2": "1.5rem", "div": "1rem"}


def translate_streamlit() -> None:
    """Lay our words over Streamlit's own, and say why a file is not taken, which it tells only to a mouse."""
    megabytes = st.get_option("server.maxUploadSize")
    words = {
        f"{LOST_CONNECTION} > h2": _("The connection is lost"),
        f"{LOST_CONNECTION} > div > div": _(
            "Nothing of yours is lost. This page goes on by itself as soon as it reaches the app again; "
            "until then, check the Wi-Fi."
        ),
    }
    if current() != SPOKEN_BY_STREAMLIT:
        words |= {
            ".stFileUploader section button p": _("Upload"),
            ".stFileUploader [data-testid=stFileUploaderDropzoneInstructions] span": _(
                "At most {size} MB", size=megabytes
            ),
            "[data-testid=stCameraInputButton]": _("Take a photo"),
        }
    refusal = _(
        "This file has more than {size} MB, or is of another kind. Choose another one.", size=megabytes
    )
    rules = [f'{REFUSED_FILE} {{ content: "⚠️ {refusal}" }}', *map(_rule, words, words.values())]
    st.html(f"<style>{''.join(rules)}</style>")


def _rule(place: str, text: str) -> str:
    size = SIZES.get(place.rpartition(" ")[2], "0.875rem")
    return f'{place} {{ font-size: 0 }} {place}::after {{ content: "{text}"; font-size: {size} }}'
