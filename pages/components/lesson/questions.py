"""A question before the reveal: choose an answer, learn whether it was right, and why."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.components import state
from pages.components.language import _
from pages.components.presses import press_button


@dataclass(frozen=True)
class Question:
    """One question with its choices; all texts are templates for `_`.

    Parameters
    ----------
    name : short and unique
    prompt : what is asked
    choices : possible answers, one of them right
    right : the index of the right one
    explanation : why; shown after an answer
    """

    name: str
    prompt: str
    choices: tuple[str, ...]
    right: int
    explanation: str


def ask(question: Question) -> bool:
    """Ask; True once there is an answer, so that what follows may be shown."""
    key, answers = f"lesson_{question.name}", state.lesson_progress().answers
    if key not in st.session_state and answers.get(question.name) in range(len(question.choices)):
        st.session_state[key] = answers[question.name]

    def keep() -> None:
        answers[question.name] = st.session_state[key]
        state.keep_lesson_progress()

    is_answered = question.name in answers
    with st.container(border=True, key=f"question_{question.name}"):
        st.caption("🤔 " + _("Before you go on"))
        st.subheader(_(question.prompt), anchor=False)
        choice = st.radio(
            _(question.prompt),
            range(len(question.choices)),
            index=None,
            format_func=lambda number: _(question.choices[number]),
            key=key,
            on_change=keep if is_answered else None,
            label_visibility="collapsed",
        )
        if not is_answered:  # arrow keys choose on their way: only the button reveals
            name = f"check_{question.name}"
            press_button(_("Check my answer"), name, keep, type="primary", disabled=choice is None)
            return False
        _explain(question, choice)
    return True


def _explain(question: Question, choice: int) -> None:
    explanation = _(question.explanation)
    if choice == question.right:
        st.success(_("Right.") + " " + explanation, icon="✅")
    else:
        right = _(question.choices[question.right])
        st.warning(_("Not quite: “{answer}”.", answer=right) + " " + explanation, icon="💡")


def forget_answers() -> None:
    """Every question is asked anew, of this visitor; for a button's callback."""
    progress = state.lesson_progress()
    for name in progress.answers:
        if f"lesson_{name}" in st.session_state:
            st.session_state[f"lesson_{name}"] = None
    progress.answers.clear()
    state.keep_lesson_progress()


def answered() -> frozenset[str]:
    """Names of the questions this visitor has answered."""
    return frozenset(state.lesson_progress().answers)
