"""Lesson: the post's story in seven steps, with the real code, real output, something to move and to guess."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import frame, state
from pages.components.language import _
from pages.components.lesson.charts import PROJECTOR_KEY
from pages.components.lesson.handouts import teachers_notes, worksheet
from pages.components.lesson.questions import answered, forget_answers
from pages.components.lesson.runs import forget_runs
from pages.components.lesson.steps import STEPS, Step
from pages.components.link_values import is_to_start, values_in_address, write_values
from pages.components.presses import press_button

STEP_KEY = "lesson_step"
NUMBERS = range(1, len(STEPS) + 1)
PROJECTOR_STYLE = Path(__file__).parent / "components" / "projector.css"


def current_step() -> int:
    """Which step: chosen, in the link, where the visitor was, or the first."""
    if is_to_start(STEP_KEY):
        asked = values_in_address("step", NUMBERS)
        st.session_state[STEP_KEY] = asked[0] if asked else state.lesson_progress().step
    return int(st.session_state[STEP_KEY])


def choose_step() -> None:
    """All steps side by side; the address and the visitor's progress keep the chosen one."""
    with st.container(key="lesson_steps"):
        number = st.segmented_control(
            _("Step of the lesson"),
            NUMBERS,
            format_func=step_label,
            required=True,
            key=STEP_KEY,
            label_visibility="collapsed",
            wrap=True,
        )
    if state.lesson_progress().step != number:
        state.lesson_progress().step = number
        state.keep_lesson_progress()
    write_values("step", [number])


def step_label(number: int) -> str:
    """The step's number and title, with a tick when all its questions are answered."""
    step = STEPS[number - 1]
    is_done = {question.name for question in step.questions} <= answered()
    return f"**{'✓' if is_done else ''}{number}** {_(step.title)}"


def go_to(number: int) -> None:
    """Open another step; for a button's `on_click`."""
    st.session_state[STEP_KEY] = number


def start_again() -> None:
    """As if nobody had been here."""
    forget_answers()
    forget_runs()
    go_to(1)


def tools() -> None:
    """Projector view, and what a teacher needs: what to print, and an unanswered lesson."""
    if is_to_start(PROJECTOR_KEY):
        st.session_state[PROJECTOR_KEY] = st.query_params.get("projector") == "1"
    st.toggle(_("Projector view"), key=PROJECTOR_KEY)
    with st.popover(_("For the teacher"), icon=":material/school:"):
        for label, make, name in (
            (_("Worksheet"), worksheet, "worksheet.html"),
            (_("Teacher's notes"), teachers_notes, "teachers-notes.html"),
        ):
            st.download_button(
                label, make(), file_name=name, mime="text/html", icon=":material/download:", on_click="ignore"
            )
        st.caption(_("Before the next class: every question is asked anew. Runs stay on the Compare page."))
        icon = ":material/restart_alt:"
        press_button(_("Start the lesson again"), "lesson_start_again", start_again, icon=icon)
    write_values("projector", [1] if st.session_state[PROJECTOR_KEY] else [])
    if st.session_state[PROJECTOR_KEY]:
        st.html(PROJECTOR_STYLE)


def show_step(number: int, step: Step) -> None:
    """The step itself, and the way to its neighbours."""
    st.header(_("{number}. {title}", number=number, title=_(step.title)), anchor=False)
    st.caption(_("{aim} About {minutes} minutes.", aim=_(step.aim), minutes=step.minutes))
    with st.container(key="lesson_body"):
        with st.spinner(_("Looking for the digits …")):
            is_built_in = state.dataset().name == "strokes"
        if is_built_in:
            st.info(
                _(
                    "These are the built-in digits, fewer and harder than MNIST: expect lower numbers. "
                    "The post's figures, and the 81% and 99%, belong to the real MNIST."
                ),
                icon="ℹ️",
            )
        step.show()
    walk(number)


def walk(number: int) -> None:
    """To the step before, and to the one after."""
    with st.container(horizontal=True, key="lesson_walk"):
        st.button(
            _("Previous"),
            icon=":material/arrow_back:",
            on_click=go_to,
            args=(number - 1,),
            disabled=number == 1,
        )
        st.button(
            _("Next"),
            icon=":material/arrow_forward:",
            icon_position="right",
            type="primary",
            on_click=go_to,
            args=(number + 1,),
            disabled=number == len(STEPS),
        )


number = current_step()
with frame.page(_("Lesson"), "📖", place=str(number)):
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_tools"):
        st.title(_("From one pixel to 99%"), anchor=False, width="content")
        tools()
    choose_step()
    show_step(number, STEPS[number - 1])
