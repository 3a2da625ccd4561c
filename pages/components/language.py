"""Every word on screen, in the language the visitor reads.

The English sentence is the key; `locale/ko.po` holds the Korean. Numbers and names go in as `{fields}`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel.messages.pofile import read_po

from mnist_core.errors import MnistCoreError
from mnist_core.messages import Phrase
from pages.components.particles import fit_particles

LANGUAGES = {"en": "English", "ko": "한국어"}
LANGUAGE_KEY = "lang"
DRAWN_KEY = "drawn_language"
SETTINGS = "train_"  # the keys of Train's settings, some of which may be None or false
MARKS = re.compile(r"[\\`*_{}\[\]<>#$~|&]|:(?=\S)")
MARKS_AT_START = re.compile(r"^\s*(\d*)([-+=.)])", re.MULTILINE)
LOCALE_FOLDER = Path(__file__).parent / "locale"


def current() -> str:
    """The visitor's language code: chosen, else in the link, else the browser's, else English."""
    chosen = st.session_state.get(LANGUAGE_KEY) or st.query_params.get(LANGUAGE_KEY)
    return chosen if chosen in LANGUAGES else browser_language()


def browser_language() -> str:
    """The language the visitor's browser asks for, where we speak it, else English."""
    code = str(st.context.locale or "en").split("-")[0]
    return code if code in LANGUAGES else "en"


def _(template: str, /, **values: Any) -> str:
    """The sentence in the visitor's language, its `{fields}` filled in."""
    code = current()
    said = {name: spoken(value) for name, value in values.items()}
    sentence = _catalogue(code).get(template, template).format(**said)
    return fit_particles(sentence) if code == "ko" else sentence


def spoken(value: Any) -> Any:
    """A phrase in the visitor's language; anything else as it is."""
    return _(value.template, **value.values) if isinstance(value, Phrase) else value


def carry_choices_over() -> None:
    """After a change of language, set every choice again: Streamlit knows the chosen option by its label.

    Buttons (true or false) and uploads (an object or None) are left alone: they cannot be set.
    """
    if st.session_state.get(DRAWN_KEY, current()) != current():
        for key, value in st.session_state.items():
            is_choice = isinstance(value, str | int | float | list | tuple) and not isinstance(value, bool)
            if key != LANGUAGE_KEY and (is_choice or str(key).startswith(SETTINGS)):
                st.session_state[key] = value
    st.session_state[DRAWN_KEY] = current()


def plain(text: str) -> str:
    """Text as it is where Markdown is read: a run may have any name, and no name becomes a link or a picture."""
    return MARKS_AT_START.sub(r"\1\\\2", MARKS.sub(r"\\\g<0>", text))


def error_text(error: MnistCoreError) -> str:
    """What went wrong and what to do, in the visitor's language, for Markdown: its values are anyone's words."""
    return plain(_(error.template, **error.values))


@cache
def _catalogue(code: str) -> dict[str, str]:
    path = LOCALE_FOLDER / f"{code}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {
            str(message.id): str(message.string) for message in read_po(file) if message.id and message.string
        }
