"""The lesson: every step in both languages, its questions, its code, its handouts."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import replace
from html import escape
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Model, RunSnapshot, TrainingConfig, load_dataset, load_starter_model, train
from mnist_core.errors import RunError
from pages.components import state
from pages.components.lesson import runs as lesson_runs
from pages.components.lesson.charts import PROJECTOR_KEY
from pages.components.lesson.handouts import teachers_notes, worksheet
from pages.components.lesson.runs import open_in_train
from pages.components.lesson.steps import STEPS, better, own_hand, tensorflow_twin, unusual
from pages.components.lesson.steps.better import BATCHES, CONVOLUTION, HIDDEN, NORMALISED, POST
from pages.components.lesson.steps.first_step import first_step
from pages.components.lesson.steps.one_update import compute_update
from pages.components.lesson.steps.valley import valley_walk
from pages.components.readers import STARTER, Reader
from pages.components.runs import presses
from pages.components.runs.address import read_request
from pages.components.source import source_without_import
from pages.components.state import ActiveData
from tests.run_examples import example_run

PROJECT = Path(__file__).parents[1]


def squeezed(source: str) -> str:
    """Code without its white space: a method is shown with less indentation than it has."""
    return "".join(source.split())


CORE = squeezed("".join(path.read_text(encoding="utf-8") for path in (PROJECT / "mnist_core").rglob("*.py")))


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
from tests.test_lesson import STEPS, answer_everything, lesson
for number in range(1, len(STEPS) + 1):
    answer_everything(lesson(step=str(number)), rightly=True)
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


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


@pytest.mark.parametrize("config", [POST, NORMALISED, BATCHES, HIDDEN, CONVOLUTION])
@pytest.mark.parametrize("preset", ["post-numpy", "cnn"])
def test_open_in_train_hands_over_the_exact_configuration(
    preset: str, config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    links: list[dict[str, str]] = []
    monkeypatch.setattr("streamlit.page_link", lambda *_, query_params, **__: links.append(query_params))
    open_in_train(preset, config)
    assert read_request(links[0]).config == config


@pytest.mark.parametrize(("rate", "comes_to_rest"), [(0.3, True), (0.9, True), (1.05, False)])
def test_a_ball_in_the_valley_comes_to_rest_unless_its_steps_are_too_long(
    rate: float, comes_to_rest: bool
) -> None:
    places = valley_walk(rate)
    assert (abs(places[-1]) < abs(places[0])) == comes_to_rest


def test_one_sees_where_the_ball_lands_after_the_longest_step() -> None:
    widest_place_drawn = 2.2
    assert abs(valley_walk(1.1)[1]) < widest_place_drawn


@pytest.mark.parametrize(
    ("rate", "words"),
    [(0.5, "stays"), (0.95, "a little lower"), (1.0, "never higher"), (1.05, "lands higher")],
)
def test_the_valley_says_what_the_ball_does(rate: float, words: str) -> None:
    app = lesson(step="5")
    answer_everything(app, rightly=True)
    app.slider(key="lesson_valley_rate").set_value(rate).run()
    assert any(words in sentence.value for sentence in app.markdown)


def test_the_numbers_of_one_update_are_those_of_a_hand_calculation() -> None:
    split = load_dataset("strokes").train
    image, label, place = split.images[0], int(split.labels[0]), 400
    update = compute_update(image, label, place, "unit")
    pixel = image.ravel()[place] / 255
    errors = 1 / (1 + np.exp(-update.scores)) - np.eye(10)[label]
    np.testing.assert_allclose(update.new_weights, update.weights - 0.1 * pixel * errors, atol=1e-6)


def test_raw_pixels_saturate_the_answers_and_the_sum_makes_the_first_step_long() -> None:
    split = load_dataset("strokes").train
    raw, unit = first_step(split, "raw"), first_step(split, "unit")
    assert raw.saturated > 0.9 > unit.saturated
    assert raw.by_sum == pytest.approx(raw.by_mean * len(split))
    assert raw.by_mean > unit.by_mean


def test_a_weight_of_an_empty_pixel_moves_by_zero_without_a_sign() -> None:
    app = lesson(step="4")
    app.slider(key="lesson_update_pixel").set_value(0).run()
    table = app.table[0].value
    assert set(table["gradient x·(a − y)"]) == {"0.000"}
    assert not any("−0.000" in words.value for words in app.markdown)


def test_swapped_arguments_hardly_matter_on_raw_pixels_and_much_on_scaled_ones() -> None:
    app = lesson(step="4")
    answer_everything(app, rightly=True)

    def two_losses() -> list[float]:
        app.toggle(key="lesson_fix_swap").set_value(True).run()
        sentence = next(
            words.value for words in app.markdown if words.value.startswith("`cross_entropy(labels")
        )
        return [float(number) for number in re.findall(r"\d+\.\d+", sentence)]

    right, swapped = two_losses()
    assert right == pytest.approx(swapped, rel=0.05)
    app.toggle(key="lesson_fix_pixels").set_value(True)
    right, swapped = two_losses()
    assert right < swapped / 5


def test_a_run_that_was_started_in_another_language_is_named_in_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = example_run("finished", name="글 그대로")
    monkeypatch.setattr(unusual, "find_runs", lambda keys: {"fix_raw_sum": run})
    app = lesson(step="4")
    answer_everything(app, rightly=True)
    assert app.table[-1].value["run"].tolist() == ["as posted"]


def test_the_long_run_of_step_5_can_begin_before_its_question_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = example_run("running", 4)
    monkeypatch.setattr(lesson_runs, "find_run", lambda key: run if key == "tensorflow" else None)
    app = lesson(step="5")
    assert any("1000 epochs" in button.label for button in app.button)
    assert any(f"{run.name}: epoch 4" in bar.proto.text for bar in app.get("progress"))


def test_a_lower_loss_on_another_scale_is_not_taken_for_better_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calm, posted = (example_run("running", epoch) for epoch in (2, 4))
    runs = {"tensorflow": posted, "tensorflow_calm": calm}
    monkeypatch.setattr(tensorflow_twin, "find_runs", lambda keys: runs)
    app = lesson(step="5")
    answer_everything(app, rightly=True)
    assert any("After epoch 2, **75%** of the training images are read" in one.value for one in app.markdown)


def test_at_10_the_sigmoid_is_nearly_one_and_nearly_flat_in_words_too() -> None:
    app = lesson(step="2")
    app.slider(key="lesson_sigmoid_x").set_value(10.0).run()
    assert any("**0.99995**, slope **0.00005**" in words.value for words in app.markdown)


def test_answers_and_the_step_are_found_again_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.state.visitor", lambda: "0" * 32)
    first = lesson(step="3")
    answer_everything(first, rightly=True)
    reloaded = lesson()
    assert reloaded.header[0].value.startswith("3.")
    assert reloaded.radio
    assert all(radio.value is not None for radio in reloaded.radio)


@pytest.mark.parametrize("name", ["style", "digit", "Starter model", "+ convolution"])
def test_a_run_may_have_any_name_and_stands_beside_the_starter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Twin(Reader):
        def model(self) -> Model:
            return load_starter_model()

    people = {"starter": Reader("starter", "Starter model"), "mine": Twin("mine", name)}
    monkeypatch.setattr("pages.components.lesson.steps.own_hand.readers", lambda: people)
    app = lesson(step="7")
    answer_everything(app, rightly=True)
    assert not app.error
    assert len(app.table[-1].value.columns) == 4


@pytest.mark.parametrize(
    ("trained", "expected"),
    [
        (["newest", "conv", "hidden"], "conv"),
        (["newest", "hidden"], "hidden"),
        (["newest", "older"], "newest"),
        ([], STARTER),
    ],
)
def test_the_highest_rung_reads_the_visitors_hand(
    trained: list[str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {"rung_convolution": "conv", "rung_hidden": "hidden"}
    monkeypatch.setattr(state, "lesson_progress", lambda: Mock(runs=runs))
    assert own_hand.own_reader([STARTER, *trained]) == expected


def test_what_a_model_reached_in_its_test_stands_beside_what_it_reads_of_other_hands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(own_hand, "tested_accuracy", lambda reader: 0.991)
    app = lesson(step="7")
    answer_everything(app, rightly=True)
    assert any("**99.1%** of its own test digits" in words.value for words in app.markdown)


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
    pieces = [ast.get_source_segment(source, node) for source in shown for node in ast.parse(source).body]
    assert any(squeezed(piece) in CORE for piece in pieces if piece.startswith("def ")), (
        "the package's own code"
    )
    assert all("\n    " in source for source in shown if source.startswith("def "))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (POST, NORMALISED, {"pixel_range", "weight_gradient", "stop_at_accuracy"}),
        (NORMALISED, BATCHES, {"batch_size", "epochs"}),
        (BATCHES, HIDDEN, {"architecture", "initialization", "epochs"}),
        (HIDDEN, CONVOLUTION, {"architecture", "optimizer", "schedule", "epochs"}),
    ],
)
def test_each_rung_changes_one_thing_and_the_learning_rate_that_suits_it(
    before: object, after: object, changed: set[str]
) -> None:
    old, new = vars(before), vars(after)
    assert {name for name in old if old[name] != new[name]} - {"learning_rate"} == changed


@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="set MNIST_PATH to a real mnist.npz")
def test_the_ladder_keeps_what_its_words_promise() -> None:
    """Three mistakes in four go with the hidden layer, half of the rest with the convolution: 99%."""
    digits = load_dataset("mnist")
    batches, hidden, convolution = (
        1 - list(train(config, digits))[-1].test_accuracy for config in (BATCHES, HIDDEN, CONVOLUTION)
    )
    assert 0.65 < 1 - hidden / batches < 0.85
    assert 0.4 < 1 - convolution / hidden < 0.7
    assert convolution <= 0.01


@pytest.mark.parametrize("source", ["strokes", "mnist"])
def test_with_the_built_in_digits_the_lesson_says_that_its_figures_are_mnists(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = replace(load_dataset("strokes"), name=source)
    monkeypatch.setattr("pages.components.state.active_data", lambda: ActiveData(digits))
    notes = [note.value for note in lesson(step="4").info]
    assert any("belong to the real MNIST" in note for note in notes) == (source == "strokes")


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
    for button in app.button:
        button.click().run()
    assert [call.args[0] for call in service.resume.call_args_list] == resumed
    assert [error.value.split(":")[0] for error in app.error] == [run.name for _run in resumed]


@pytest.mark.parametrize(
    ("run", "interval"),
    [
        (example_run("running"), presses.POLL_SECONDS),
        (example_run("queued", queue_position=3), presses.QUEUE_SECONDS),
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
