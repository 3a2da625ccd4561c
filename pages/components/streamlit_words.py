"""The words Streamlit shows of itself and has no setting for: in the visitor's language, and for a class."""

from __future__ import annotations

from string import Formatter

import streamlit as st

from mnist_core.messages import mark
from pages.components.language import _, current

SPOKEN_BY_STREAMLIT = "en"
REFUSED_FILE = ".stFileUploader:has([aria-invalid=true])::after"
LOST_CONNECTION = ".stDialog section:not(:has([data-testid=stVerticalBlock]))"  # a dialog of ours has a block
SIZES = {"h2": "1.5rem", "div": "1rem"}
# Collected from the pages: `tests/browser/test_streamlit_words.py` finds what is missing.
WORDS = (
    *(mark("Skip to main content"), mark("Connection error")),
    *(mark("Press Enter to apply"), mark("Choose an option"), mark("Open"), mark("Dismiss")),
    *(mark("Increment"), mark("Decrement"), mark("Error:")),
    mark("Error: Number is outside the allowed range. Please enter a value between {low} and {high}."),
    *(mark("Pagination"), mark("Previous page"), mark("Next page"), mark("Page {number}")),
    *(
        mark("Fullscreen"),
        mark("Close fullscreen"),
        mark("Copy to clipboard"),
        mark("Close"),
        mark("progress"),
    ),
    *(
        mark("Show data"),
        mark("Show chart"),
        mark("Download as PNG"),
        mark("Copy Vega-Lite spec"),
        mark("Copied!"),
    ),
    mark("Failed to generate file for download"),
    *(mark("Clear selection"), mark("Show/hide columns"), mark("Download as CSV"), mark("Search")),
    *(mark("Type to search"), mark("Previous Result"), mark("Next Result"), mark("Close Search")),
    *(mark("Select all"), mark("(index)"), mark("Dataframe column menu"), mark("Copy column name")),
    *(mark("Sort ascending"), mark("Sort descending"), mark("Autosize")),
    *(mark("Pin column"), mark("Unpin column"), mark("Hide column")),
    *(mark("Upload"), mark("{size} per file"), mark("file upload"), mark("Add files"), mark("Remove {name}")),
    *(mark("{kind} files are not allowed."), mark("File must be {size} or smaller.")),
    *(mark("Take Photo"), mark("Snapshot"), mark("Clear photo"), mark("Switch camera")),
    *(mark("This app would like to use your camera."), mark("Learn how to allow access.")),
)


def streamlit_words() -> dict[str, str]:
    """What Streamlit says → the same in the visitor's language; nothing where that is its own."""
    return {} if current() == SPOKEN_BY_STREAMLIT else {words: _translated(words) for words in WORDS}


def _translated(words: str) -> str:
    fields = [name for _text, name, *_form in Formatter().parse(words) if name]
    return _(words, **{name: f"{{{name}}}" for name in fields})


def lay_over() -> None:
    """Say a lost connection in our words, and why a file is not taken, which Streamlit tells only to a mouse."""
    places = {
        f"{LOST_CONNECTION} > h2": _("The connection is lost"),
        f"{LOST_CONNECTION} > div > div": _(
            "Nothing of yours is lost. This page goes on by itself as soon as it reaches the app again; "
            "until then, check the Wi-Fi."
        ),
    }
    refusal = _(
        "This file has more than {size} MB, or is of another kind. Choose another one.",
        size=st.get_option("server.maxUploadSize"),
    )
    rules = [f'{REFUSED_FILE} {{ content: "⚠️ {refusal}" }}', *map(_rule, places, places.values())]
    st.html(f"<style>{''.join(rules)}</style>")


def _rule(place: str, text: str) -> str:
    """Ours instead of theirs, to see and to hear; a heading stays one, and its few words are said anew."""
    tag = place.rpartition(" ")[2]
    theirs, ours = ("hidden", "visible") if tag == "div" else ("inherit", "inherit")
    return (
        f"{place} {{ font-size: 0; visibility: {theirs} }} "
        f'{place}::after {{ content: "{text}"; font-size: {SIZES[tag]}; visibility: {ours} }}'
    )
