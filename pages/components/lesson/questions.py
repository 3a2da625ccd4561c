"""A question before the reveal: choose an answer, learn whether it was right, and why."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.components import state
from pages.components.language import _


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

    with st.container(border=True, key=f"question_{question.name}"):
        st.caption("🤔 " + _("Before you go on"))
        st.subheader(_(question.prompt), anchor=False)
        choice = st.radio(
            _(question.prompt),
            range(len(question.choices)),
            index=None,
            format_func=lambda number: _(question.choices[number]),
            key=key,
            on_change=keep,
            label_visibility="collapsed",
        )
        if choice is None:
            st.caption(_("Choose an answer to go on."))
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


def answered() -> frozenset[str]:
    """Names of the questions this visitor has answered."""
    return frozenset(state.lesson_progress().answers)
