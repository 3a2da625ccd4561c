"""The lesson as a whole: every step in both languages, its questions, its code, its handouts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from html import escape
from unittest.mock import Mock

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import RunSnapshot, TrainingConfig
from mnist_core.errors import RunError
from pages.components import state
from pages.components.lesson import runs as lesson_runs
from pages.components.lesson.charts import PROJECTOR_KEY
from pages.components.lesson.handouts import teachers_notes, worksheet
from pages.components.lesson.runs import open_in_train
from pages.components.lesson.steps import STEPS, better
from pages.components.lesson.steps.better import BATCHES, CONVOLUTION, HIDDEN, NORMALISED, POST
from pages.components.runs import looking
from pages.components.runs.address import read_request
from tests.app_page import PROJECT, answer_everything, lesson
from tests.run_examples import Open, button, example_run

pytestmark = pytest.mark.usefixtures("home_of_the_session")


def squeezed(source: str) -> str:
    """Code without its white space: a method is shown with less indentation than it has."""
    return "".join(source.split())


CORE = squeezed("".join(path.read_text(encoding="utf-8") for path in (PROJECT / "mnist_core").rglob("*.py")))


def test_progress_that_cannot_be_read_is_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    held: dict[str, object] = {}
    service = Mock(load_progress=Mock(return_value=None))
    monkeypatch.setattr(state.st, "session_state", held)
    monkeypatch.setattr(state, "visitor", lambda: "f" * 32)
    monkeypatch.setattr(state, "_run_service", lambda: service)
    monkeypatch.setattr(state, "run_service", lambda: service)
    state.lesson_progress().answers["first"] = 1
    state.keep_lesson_progress()
    service.keep_progress.assert_not_called()
    service.load_progress.return_value = '{"step": 5, "answers": {"second": 2}, "of another version": 0}'
    assert state.lesson_progress().answers == {"first": 1, "second": 2}
    state.keep_lesson_progress()
    service.keep_progress.assert_called_once()


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
    assert not any("*" in widget.label for widget in (*app.toggle, *app.slider)), "read aloud as it stands"


def test_the_whole_lesson_is_given_without_tensorflow() -> None:
    """In a process of its own: other tests load it here."""
    code = """
import sys
from pages.components.lesson.steps import STEPS
from tests.app_page import answer_everything, lesson
for number in range(1, len(STEPS) + 1):
    answer_everything(lesson(step=str(number)), rightly=True)
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


def test_what_comes_after_a_question_waits_for_the_answer() -> None:
    app = lesson(step="6")
    app.radio[0].set_value(0).run()
    assert not any("Climb" in one.label for one in app.button), "arrow keys choose on their way"
    answer_everything(app, rightly=True)
    assert any("Climb" in one.label for one in app.button)


def test_next_opens_the_following_step_and_the_address_follows() -> None:
    app = lesson(step="2")
    button(app, "Next").click().run()
    assert app.header[0].value.startswith("3.")
    assert app.query_params["step"] in ("3", ["3"])


@pytest.mark.parametrize("nonsense", ["0", "8", "two", ""])
def test_a_link_to_a_step_that_is_not_there_opens_the_first(nonsense: str) -> None:
    assert lesson(step=nonsense).header[0].value.startswith("1.")


@pytest.mark.parametrize("config", [POST, NORMALISED, BATCHES, HIDDEN, CONVOLUTION])
@pytest.mark.parametrize("preset", ["post-numpy", "cnn"])
def test_open_in_train_hands_over_the_exact_configuration(
    preset: str, config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: list[dict[str, str]] = []
    monkeypatch.setattr("streamlit.page_link", lambda *_, query_params, **__: links.append(query_params))
    open_in_train(preset, config)
    assert read_request(links[0]).config == config


def test_answers_and_the_step_are_found_again_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.state.visitor", lambda: "0" * 32)
    first = lesson(step="3")
    answer_everything(first, rightly=True)
    reloaded = lesson()
    assert reloaded.header[0].value.startswith("3.")
    assert reloaded.radio
    assert all(radio.value is not None for radio in reloaded.radio)


def test_the_next_class_finds_no_answers_and_no_runs(open_page: Open) -> None:
    test, service = open_page("lesson.py", step="6")
    answer_everything(test, rightly=True)
    button(test, "Climb: run all five").click().run()
    button(test, "Start the lesson again").click().run()
    assert test.header[0].value.startswith("1.")
    assert {run.status for run in service.runs.values()} == {"stopped"}
    for number in range(1, len(STEPS) + 1):
        again = lesson(step=str(number))
        assert [radio.value for radio in again.radio] == [None], (
            "only its first question, and no answer to it"
        )


def test_on_the_projector_all_words_of_a_chart_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Mock()
    monkeypatch.setattr(better.st, "vega_lite_chart", drawn)
    sizes = []
    for projector in (False, True):
        monkeypatch.setattr(better.st, "session_state", {PROJECTOR_KEY: projector})
        better.accuracy_bars(pd.DataFrame({"name": ["first"], "accuracy": [0.9]}))
        sizes.append(re.findall(r"[fF]ontSize': ([\d.]+)", str(drawn.call_args.args[1])))
    assert [float(large) / float(small) for small, large in zip(*sizes, strict=True)] == pytest.approx(
        [1.6] * 5
    )


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
    assert page.count("<section ") == len(STEPS)
    for step in STEPS:
        for question in step.questions:
            assert escape(question.choices[question.right]) in page


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_all_code_on_screen_is_python_with_its_indentation(number: int) -> None:
    app = lesson(step=str(number))
    answer_everything(app, rightly=True)
    shown = [block.value for block in app.code if block.language == "python"]
    pieces = [ast.get_source_segment(source, node) for source in shown for node in ast.parse(source).body]
    assert any(squeezed(piece) in CORE for piece in pieces if piece.startswith("def ")), (
        "the package's own code"
    )
    assert all("\n    " in source for source in shown if source.startswith("def "))


@pytest.mark.parametrize(("status", "resumed"), [("stopped", ["run0"]), ("finished", [])])
def test_a_run_of_the_lesson_that_was_stopped_is_named_and_can_go_on(
    status: str, resumed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(run: object) -> None:
        from pages.components.lesson.runs import show_state

        show_state(run)

    service = Mock()
    run = example_run(status, error=RunError("The page was closed.") if resumed else None)
    monkeypatch.setattr(state, "run_service", lambda: service)
    app = AppTest.from_function(script, args=(run,)).run()
    for one in app.button:
        one.click().run()
    assert [call.args[0] for call in service.resume.call_args_list] == resumed
    assert [error.value.split(":")[0] for error in app.error] == [run.name for _run in resumed]


@pytest.mark.parametrize(
    ("run", "interval"),
    [
        (example_run("running"), looking.POLL_SECONDS),
        (example_run("queued", queue_position=3), looking.QUEUE_SECONDS),
        (example_run("finished"), None),
    ],
)
def test_a_run_of_the_lesson_is_looked_at_as_often_as_one_in_train(
    run: RunSnapshot, interval: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fragment = Mock()
    monkeypatch.setattr(lesson_runs, "find_run", lambda key: run)
    monkeypatch.setattr(lesson_runs.st, "fragment", fragment)
    lesson_runs.watch(["post"], Mock())
    assert fragment.call_args.kwargs["run_every"] == interval
