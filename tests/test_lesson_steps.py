"""What the steps of the lesson say and compute, from the sigmoid to the visitor's own hand."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core import Model, load_dataset, load_starter_model, train
from pages.components import state
from pages.components.lesson import runs as lesson_runs
from pages.components.lesson.steps import own_hand, tensorflow_twin, unusual
from pages.components.lesson.steps.better import BATCHES, CONVOLUTION, HIDDEN, NORMALISED, POST
from pages.components.lesson.steps.first_step import first_step
from pages.components.lesson.steps.one_update import compute_update
from pages.components.lesson.steps.valley import valley_walk
from pages.components.readers import STARTER, Reader
from pages.components.source import source_without_import
from pages.components.state import ActiveData
from tests.app_page import answer_everything, lesson
from tests.run_examples import example_run

pytestmark = pytest.mark.usefixtures("home_of_the_session")


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
    assert len(app.table[-1].value.columns) == 5


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


def test_tensorflow_code_is_shown_without_importing_it() -> None:
    names = ("TensorflowBackend._step", "TensorflowBackend._gradients")
    source = source_without_import("backends/tensorflow_backend.py", *names)
    assert source.startswith("def _step")
    assert "GradientTape" in source
    assert ast.parse(source), "what is shown is Python that one could run"


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
