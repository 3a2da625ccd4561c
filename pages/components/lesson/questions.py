"""A question before the reveal: choose an answer, learn whether it was right, and why."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from pages.components.language import _

ANSWERED_KEY = "lesson_answered"


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
    key = f"lesson_{question.name}"
    with st.container(border=True, key=f"question_{question.name}"):
        st.caption("🤔 " + _("Before you go on"))
        st.markdown(f"#### {_(question.prompt)}")
        choice = st.radio(
            _(question.prompt),
            range(len(question.choices)),
            index=None,
            format_func=lambda number: _(question.choices[number]),
            key=key,
            label_visibility="collapsed",
            persist_state="session",
        )
        if choice is None:
            st.caption(_("Choose an answer; then it goes on."))
            return False
        explanation = _(question.explanation)
        if choice == question.right:
            st.success(_("Right.") + " " + explanation, icon="✅")
        else:
            st.warning(
                _("Not quite: “{answer}”.", answer=_(question.choices[question.right])) + " " + explanation,
                icon="💡",
            )
    st.session_state[ANSWERED_KEY] = answered() | {question.name}
    return True


def answered() -> frozenset[str]:
    """Names of the questions this visitor has answered."""
    return frozenset(st.session_state.get(ANSWERED_KEY, ()))
