"""What is pressed acts once, before anything is drawn; what is refused or goes wrong becomes a sentence.

Buttons act in callbacks: whatever part of the page runs, and whatever is pressed next. An action in the page's own
text would be lost if something else were pressed before the server came to it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from mnist_core.errors import MnistCoreError
from pages.components.language import _, error_text
from pages.components.reveal import reveal

logger = logging.getLogger(__name__)
REFUSAL_KEY, PRESS_KEY = "refusal", "press"
ECHO_SECONDS = 0.15


@dataclass
class Press:
    """The last press: of what, and when what it led to was drawn."""

    key: str
    drawn_at: float | None = None

    @property
    def is_fresh(self) -> bool:
        """Whether nobody can have pressed again since."""
        return self.drawn_at is None or time.monotonic() - self.drawn_at < ECHO_SECONDS


def press_button(label: str, key: str, act: Callable[[], object], **how: Any) -> None:
    """A button that acts once for each press; `how` it looks is `st.button`'s."""
    st.button(label, key=key, on_click=_press, args=(key, act), **how)


def _press(key: str, act: Callable[[], object]) -> None:
    """Act, unless this is an echo.

    When a fragment's timer fires between a click and its message, the browser sends the click with the timer's
    message and again by itself. The second comes as soon as what the first led to has been drawn.
    """
    last = st.session_state.get(PRESS_KEY)
    if last is not None and last.key == key and last.is_fresh:
        return
    st.session_state[PRESS_KEY] = Press(key)
    attempt(act)


def attempt(act: Callable[..., object], *values: object) -> None:
    """Do in a callback what may be refused: `show_errors` tells it when the page is drawn."""
    try:
        act(*values)
    except MnistCoreError as error:
        st.session_state[REFUSAL_KEY] = error


@contextmanager
def show_errors() -> Iterator[None]:
    """Show what goes wrong inside, or was refused before, as a sentence; at the end the last press counts as drawn."""
    try:
        if (refusal := st.session_state.pop(REFUSAL_KEY, None)) is not None:
            with st.container(key="refusal"):
                st.error(error_text(refusal), icon="⚠️")
            reveal("refusal", f"{time.monotonic()}")
        yield
    except MnistCoreError as error:
        st.error(error_text(error), icon="⚠️")
    except Exception:
        logger.exception("A page failed")
        st.error(
            _("Something went wrong on our side. Reload the page: your runs and drawings are kept."), icon="⚠️"
        )
    finally:
        last = st.session_state.get(PRESS_KEY)
        if last is not None and last.drawn_at is None:
            last.drawn_at = time.monotonic()
