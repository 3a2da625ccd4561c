"""The lesson: every step in both languages, its questions, its code, its handouts."""

from __future__ import annotations

import ast
import sys
from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.lesson.code import source_without_import
from pages.components.lesson.handouts import teachers_notes, worksheet
from pages.components.lesson.steps import STEPS
from pages.components.lesson.steps.better import BATCHES, CONVOLUTION, HIDDEN, SCALED

PROJECT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_HOME", str(tmp_path_factory.getbasetemp() / "home"))


def lesson(**parameters: str) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120)
    app.switch_page("pages/lesson.py")
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def answer_everything(app: AppTest, *, rightly: bool) -> None:
    questions = {question.name: question for step in STEPS for question in step.questions}
    while open_questions := [radio for radio in app.radio if radio.value is None]:
        for radio in open_questions:
            right = questions[str(radio.key).removeprefix("lesson_")].right
            radio.set_value(right if rightly else (right + 1) % len(radio.options))
        app.run()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_every_step_goes_to_its_end_without_an_error(
    number: int, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # AppTest asks for the words of a choice outside the page, where no visitor's language is known.
    monkeypatch.setattr("pages.components.language.current", lambda: language)
    app = lesson(step=str(number), lang=language)
    assert app.radio, "a step begins with something to answer"
    answer_everything(app, rightly=number % 2 == 0)
    assert not app.exception
    assert not app.error
    assert len(app.success if number % 2 == 0 else app.warning) >= len(app.radio)
    assert "tensorflow" not in sys.modules or "mnist_core.backends.tensorflow_backend" in sys.modules


def test_what_comes_after_a_question_waits_for_the_answer() -> None:
    app = lesson(step="6")
    assert not any("Climb" in button.label for button in app.button)
    answer_everything(app, rightly=True)
    assert any("Climb" in button.label for button in app.button)


def test_next_opens_the_following_step_and_the_address_follows() -> None:
    app = lesson(step="2")
    next(button for button in app.button if button.label == "Next").click().run()
    assert app.header[0].value.startswith("3.")
    assert app.query_params["step"] in ("3", ["3"])


@pytest.mark.parametrize("nonsense", ["0", "8", "two", ""])
def test_a_link_to_a_step_that_is_not_there_opens_the_first(nonsense: str) -> None:
    assert lesson(step=nonsense).header[0].value.startswith("1.")


def test_each_question_has_one_right_choice_and_a_name_of_its_own() -> None:
    questions = [question for step in STEPS for question in step.questions]
    assert len({question.name for question in questions}) == len(questions)
    assert all(0 <= question.right < len(question.choices) for question in questions)


def test_the_lesson_fits_into_an_hour() -> None:
    assert sum(step.minutes for step in STEPS) <= 60


def test_the_worksheet_asks_every_question_and_tells_no_answer() -> None:
    page = worksheet()
    for step in STEPS:
        for question in step.questions:
            assert escape(question.prompt) in page
            assert escape(question.explanation) not in page


def test_the_teachers_notes_answer_every_question() -> None:
    page = teachers_notes()
    assert page.count("<h2>") == len(STEPS)
    for step in STEPS:
        for question in step.questions:
            assert escape(question.choices[question.right]) in page


def test_tensorflow_code_is_shown_without_importing_it() -> None:
    names = ("TensorflowBackend._step", "TensorflowBackend._gradients")
    source = source_without_import("backends/tensorflow_backend.py", *names)
    assert source.startswith("def _step")
    assert "GradientTape" in source
    assert ast.parse(source), "what is shown is Python that one could run"


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_all_code_on_screen_is_python_with_its_indentation(number: int) -> None:
    app = lesson(step=str(number))
    answer_everything(app, rightly=True)
    shown = [block.value for block in app.code if block.language == "python"]
    assert all(ast.parse(source) for source in shown)
    assert all("\n    " in source for source in shown if source.startswith("def "))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (SCALED, BATCHES, {"batch_size", "epochs"}),
        (BATCHES, HIDDEN, {"architecture", "epochs", "learning_rate"}),
        (HIDDEN, CONVOLUTION, {"architecture", "epochs", "learning_rate", "optimizer", "schedule"}),
    ],
)
def test_each_rung_changes_little(before: object, after: object, changed: set[str]) -> None:
    old, new = vars(before), vars(after)
    assert {name for name in old if old[name] != new[name]} <= changed
