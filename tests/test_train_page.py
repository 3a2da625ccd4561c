"""The page Train, without a browser and without training."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mnist_core import PRESETS, RunSnapshot, TrainingConfig
from mnist_core.errors import RunError
from mnist_core.experiments import EXPERIMENTS
from pages.components import presses, state
from pages.components.readers import Reader
from pages.components.runs import looking
from pages.components.runs import panel as run_panel
from pages.components.runs.address import RECIPES
from tests.run_examples import ExampleService, Open, button, example_run, texts


def test_a_newcomer_is_told_to_press_start(open_page: Open) -> None:
    test, _service = open_page("train.py")
    assert "Press Start" in texts(test)
    assert button(test, "Start")


def test_start_trains_exactly_what_the_link_says(open_page: Open) -> None:
    test, service = open_page("train.py", preset="mlp", epochs="3", learning_rate="0.5", data="strokes")
    button(test, "Start").click().run()
    ((_order, config, data, _name),) = service.started
    assert config.epochs == 3
    assert config.learning_rate == 0.5
    assert config.architecture == "mlp"
    assert data == "strokes"
    assert not test.exception


@pytest.mark.parametrize("preset", RECIPES)
def test_choosing_a_recipe_sets_everything_and_the_link(open_page: Open, preset: str) -> None:
    test, service = open_page("train.py", preset=preset)
    button(test, "Start").click().run()
    assert service.started[0][1] == PRESETS[preset].config
    assert test.query_params["preset"] in (preset, [preset])


def test_a_changed_setting_goes_into_the_link(open_page: Open) -> None:
    test, _service = open_page("train.py")
    next(one for one in test.select_slider if one.label == "Epochs").set_value(30).run()
    assert test.query_params["epochs"] in ("30", ["30"])


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", "1e99"), ("preset", "'; drop table"), ("run", "../x")]
)
def test_a_hostile_link_gives_a_sentence_and_the_page_works(open_page: Open, name: str, value: str) -> None:
    test, _service = open_page("train.py", **{name: value})
    assert len(test.warning) == 1
    assert button(test, "Start")


def test_a_broken_link_is_told_before_the_settings(open_page: Open) -> None:
    test, _service = open_page("train.py", run="gone")
    kinds = [element.type for element in test.main]
    assert kinds.index("warning") < kinds.index("select_slider"), "on a phone the settings fill the screen"


def test_a_setting_that_is_off_says_so_in_our_words(open_page: Open) -> None:
    test, _service = open_page("train.py")
    placeholders = {box.label: box.proto.placeholder for box in test.selectbox if box.value is None}
    assert placeholders == {"Stop at accuracy": "never", "Training pictures": "all", "Missing digit": "none"}


@pytest.mark.parametrize("status", ["queued", "running", "paused", "stopped", "finished", "failed"])
def test_every_state_of_a_run_is_shown_in_words_with_its_metrics(open_page: Open, status: str) -> None:
    test, _service = open_page("train.py", example_run(status))
    assert status in texts(test)
    assert [metric.label for metric in test.metric] == [
        "Epoch",
        "Training loss",
        "Test loss",
        "Training accuracy",
        "Test accuracy",
    ]
    assert test.metric[0].value == "5"
    assert test.metric[4].value == "89.00%"


@pytest.mark.parametrize(
    ("status", "label", "becomes"),
    [("running", "Pause", "paused"), ("paused", "Resume", "running"), ("running", "Stop", "stopped")],
)
def test_buttons_steer_the_run(open_page: Open, status: str, label: str, becomes: str) -> None:
    test, service = open_page("train.py", example_run(status))
    button(test, label).click().run()
    assert service.runs["run0"].status == becomes
    assert not test.exception
    assert not test.error


def test_step_asks_for_one_batch_or_one_epoch(open_page: Open) -> None:
    test, service = open_page("train.py", example_run("paused"))
    button(test, "Step").click().run()
    assert ("step", "run0", "batch") in service.orders


def test_a_press_that_the_browser_sends_twice_counts_once_and_a_second_press_counts(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    test, service = open_page("train.py", example_run("paused"))
    monkeypatch.setattr(presses, "ECHO_SECONDS", 60.0)
    for _again in range(2):
        button(test, "Step").click().run()
    assert service.orders.count(("step", "run0", "batch")) == 1
    monkeypatch.setattr(presses, "ECHO_SECONDS", 0.0)
    button(test, "Step").click().run()
    assert service.orders.count(("step", "run0", "batch")) == 2


@pytest.mark.parametrize(
    ("label", "act"), [("Resume", "resume"), ("Start", "start"), ("Start race", "start")]
)
def test_what_a_press_cannot_do_is_told_in_a_sentence_on_a_page_that_stays_whole(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, label: str, act: str
) -> None:
    def refuse(*_values: object, **_more: object) -> str:
        raise RunError("One too many.")

    monkeypatch.setattr(ExampleService, act, refuse)
    test, _service = open_page("train.py", example_run("stopped"))
    button(test, label).click().run()
    assert [error.value for error in test.error] == ["One too many."]
    assert len(test.metric) == 5


def test_what_is_set_and_started_in_one_breath_is_started_as_it_was_set(open_page: Open) -> None:
    test, service = open_page("train.py")
    next(one for one in test.selectbox if one.label == "Training pictures").set_value(100)
    test.number_input[0].set_value(7)
    button(test, "Start").click().run()
    ((_run, config, _data, _name),) = service.started
    assert (config.training_images, config.batch_size, config.seed) == (100, "full", 7)


GONE = "This run is gone: it was deleted, perhaps in another tab."


def gone(_service: ExampleService, _run_id: str, *_values: object, **_more: object) -> None:
    raise RunError(GONE)


def test_a_rename_that_is_refused_is_told(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExampleService, "rename", gone, raising=False)
    test, _service = open_page("compare.py", example_run("finished"))
    test.text_input[0].set_value("mine").run()
    assert [error.value for error in test.error] == [GONE]
    assert not test.exception


def test_a_rate_that_is_refused_is_told(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExampleService, "set_learning_rate", gone, raising=False)
    test, _service = open_page("train.py", example_run("running"))
    next(one for one in test.select_slider if one.label == "Learning rate now").set_value(0.3).run()
    assert [error.value for error in test.error] == [GONE]
    assert not test.exception


def test_a_reader_whose_run_has_gone_has_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "run_service", ExampleService)
    monkeypatch.setattr(ExampleService, "latest_model", gone)
    assert Reader("gone", "A run").model() is None


@pytest.mark.parametrize(
    ("runs", "interval"),
    [
        ([example_run("running")], looking.POLL_SECONDS),
        ([example_run("paused")], looking.POLL_SECONDS),
        ([example_run("queued", queue_position=0)], looking.POLL_SECONDS),
        ([example_run("queued", queue_position=3)], looking.QUEUE_SECONDS),
        ([example_run("queued", queue_position=3), example_run("running")], looking.POLL_SECONDS),
        ([example_run("queued", queue_position=3), example_run("finished")], looking.QUEUE_SECONDS),
        ([example_run("stopped", is_on_worker=True)], looking.POLL_SECONDS),  # its last news are to come
        ([example_run("finished")], None),
    ],
)
def test_what_waits_behind_others_is_looked_at_less_often_and_what_rests_never(
    runs: list[RunSnapshot], interval: float | None
) -> None:
    assert looking.interval_for(*runs) == interval


def test_someone_elses_run_is_not_shown_unless_shared_and_then_without_buttons(open_page: Open) -> None:
    theirs = example_run("finished", id="theirs", owner="b" * 32)
    test, _service = open_page("train.py", theirs, run="theirs")
    assert "not shared" in texts(test)
    assert not test.metric
    shared = example_run("finished", id="theirs", owner="b" * 32, shared=True)
    test, _service = open_page("train.py", shared, run="theirs")
    assert len(test.metric) == 5
    assert "Reset" not in [one.label for one in test.button]


def test_a_batch_is_never_more_than_there_are_pictures(open_page: Open) -> None:
    test, service = open_page("train.py")
    test.selectbox(key="train_training_images").set_value(100).run()
    assert test.selectbox(key="train_batch_size").value == "full"
    button(test, "Start").click().run()
    assert service.started[0][1].batch_size == "full"
    test, _service = open_page("train.py", training_images="1000", batch_size="1000")
    assert test.selectbox(key="train_batch_size").value == 1000


def test_an_experiment_asks_before_it_shows_and_explains_at_the_end(open_page: Open) -> None:
    test, service = open_page("train.py")
    assert button(test, "Show me").disabled
    test.radio[0].set_value(1).run()
    button(test, "Show me").click().run()
    experiment = next(iter(EXPERIMENTS.values()))
    assert service.started[0][1] == experiment.config
    assert experiment.explanation not in texts(test)
    run = example_run("finished", 5, config=experiment.config)
    test, _service = open_page("train.py", run)
    assert experiment.explanation in texts(test)


def test_what_was_guessed_of_an_experiment_outlives_the_browsers_session(open_page: Open) -> None:
    test, service = open_page("train.py")
    test.radio[0].set_value(1).run()
    button(test, "Show me").click().run()
    guess = next(iter(EXPERIMENTS.values())).answers[1]
    test, _service = open_page("train.py", *service.runs.values())
    assert f"Your guess: {guess}." in texts(test)


def test_a_link_to_a_race_that_is_not_shared_says_so(open_page: Open) -> None:
    theirs = [example_run(id=name, owner="b" * 32) for name in ("one", "two")]
    test, _service = open_page("train.py", *theirs, race="one-two")
    assert "race in this link" in texts(test)
    shared = [replace(run, shared=True) for run in theirs]
    test, _service = open_page("train.py", *shared, race="one-two")
    assert "race in this link" not in texts(test)


def racers(**second: Any) -> list[RunSnapshot]:
    return [example_run("running", 5, id="one"), example_run(**{"status": "running", "id": "two", **second})]


def test_the_buttons_of_a_race_are_for_those_runs_that_can_do_it(open_page: Open) -> None:
    test, service = open_page("train.py", *racers(status="finished", can_continue=False), race="one-two")
    button(test, "Stop").click().run()
    assert [run.status for run in service.runs.values()] == ["stopped", "finished"]
    button(test, "Resume").click().run()
    assert [run.status for run in service.runs.values()] == ["running", "finished"]
    button(test, "Reset").click().run()
    assert [order for order in service.orders if order[0] == "reset"] == [("reset", "one"), ("reset", "two")]


def test_a_race_whose_second_run_is_one_too_many_is_not_started_by_half(open_page: Open) -> None:
    test, service = open_page("train.py")
    start = service.start

    def start_one(*settings: Any, **more: Any) -> str:
        if service.started:
            raise RunError("One too many.")
        return start(*settings, **more)

    service.start = start_one  # type: ignore[method-assign]
    button(test, "Start race").click().run()
    assert "One too many." in texts(test)
    assert len(service.started) == 1
    assert not service.runs


def test_a_racer_that_diverged_says_so_and_is_not_sent_there_again(open_page: Open) -> None:
    fate = {"status": "failed", "error": RunError("It diverged."), "diverged_at": 2, "can_continue": True}
    test, service = open_page("train.py", *racers(**fate), race="one-two")
    assert "It diverged." in texts(test)
    button(test, "Stop").click().run()
    button(test, "Resume").click().run()
    assert [run.status for run in service.runs.values()] == ["running", "failed"]


@pytest.mark.parametrize("page", ["train.py", "compare.py"])
def test_what_stopped_a_run_is_an_error_and_what_only_happened_to_it_is_not(
    open_page: Open, page: str
) -> None:
    for status, is_error in (("failed", True), ("running", False)):
        test, _service = open_page(page, example_run(status, error=RunError("A worker was lost.")))
        assert "A worker was lost." in texts(test)
        assert bool(test.error) == is_error


def test_a_guest_of_a_race_has_nothing_to_press_but_leave(open_page: Open) -> None:
    theirs = [replace(run, owner="b" * 32, shared=True) for run in racers()]
    test, _service = open_page("train.py", *theirs, race="one-two")
    labels = [one.label for one in test.button]
    assert "Leave the race" in labels
    assert not {"Pause", "Resume", "Stop", "Reset"} & {*labels}


def test_a_race_is_judged_by_the_last_epoch_that_both_have_done(open_page: Open) -> None:
    one = example_run("finished", 9, id="one")
    slower = tuple(replace(result, test_accuracy=result.test_accuracy - 0.01) for result in one.history[:4])
    two = example_run("stopped", 4, id="two", history=slower)
    test, _service = open_page("train.py", one, two, race="one-two")
    assert "After epoch 4 of both" in texts(test)
    assert "ahead by 1.00 points" in texts(test)


def test_a_race_starts_two_runs_that_differ_in_one_thing(open_page: Open) -> None:
    test, service = open_page("train.py")
    button(test, "Start race").click().run()
    (_s, first, *_rest), (_s2, second, *_rest2) = service.started
    assert {first.backend, second.backend} == {"numpy", "tensorflow"}
    assert first.seed == second.seed
    assert not test.exception


@pytest.mark.parametrize("page", ["train.py", "compare.py"])
def test_trouble_with_keeping_runs_is_told_while_it_lasts_and_a_loss_once(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setattr(ExampleService, "trouble", RunError("The disk is full."))
    monkeypatch.setattr(ExampleService, "notice", RunError("Put aside."))
    test, _service = open_page(page)
    assert ([toast.value for toast in test.toast], "The disk is full." in texts(test)) == (
        ["Put aside."],
        True,
    )
    test.run()
    assert (len(test.toast), "The disk is full." in texts(test)) == (0, True)


@pytest.mark.parametrize("page", ["train.py", "compare.py"])
def test_a_run_that_the_database_refuses_says_so_to_its_owner_only(open_page: Open, page: str) -> None:
    refused = example_run("finished", not_kept=RunError("Take it home."))
    test, _service = open_page(page, refused)
    assert "Take it home." in texts(test)
    theirs = replace(refused, owner="b" * 32, shared=True)
    test, _service = open_page(page, theirs, run=theirs.id)
    assert theirs.name in texts(test)
    assert "Take it home." not in texts(test)


def test_a_rerun_of_the_polling_fragment_costs_at_most_15_ms(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Processor time of the fragment's body on the server: what each of thirty watchers costs."""
    costs_ms: list[float] = []

    def timed_look(*arguments: Any, draw: Callable[..., None] = run_panel._look) -> None:
        started = time.thread_time()
        draw(*arguments)
        costs_ms.append(1000 * (time.thread_time() - started))

    monkeypatch.setattr(run_panel, "_look", timed_look)
    config = TrainingConfig(epochs=1000)
    test, _service = open_page("train.py", example_run("running", 100, config=config))
    for _again in range(10):
        test.run()
    assert min(costs_ms) <= 15, [round(cost, 1) for cost in costs_ms]  # the rest is the machine's other work
