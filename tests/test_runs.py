"""Training runs on real Dask workers: watched, steered, kept apart."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core import TrainingConfig
from mnist_core.errors import ConfigurationError, RunError
from mnist_core.runs.dispatcher import Dispatcher
from mnist_core.runs.record import RunRecord
from mnist_core.runs.service import RunService, RunSnapshot

PATIENCE_SECONDS = 120.0


def config(**settings: object) -> TrainingConfig:
    """A run of a few milliseconds an epoch."""
    return TrainingConfig(
        **{"architecture": "softmax", "training_images": 500, "batch_size": 50, "epochs": 3, **settings}
    )


LONG = {"epochs": 10_000}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunService]:
    service = RunService(tmp_path_factory.mktemp("home"), workers=2)
    yield service
    service.close()


@pytest.fixture
def start(service: RunService) -> Iterator[Callable[..., str]]:
    """Start a run that is gone after the test."""
    started: list[str] = []

    def start_run(owner: str = "ada", **settings: object) -> str:
        started.append(service.start(config(**settings), data="strokes", owner=owner))
        return started[-1]

    yield start_run
    for run in started:
        try:
            service.delete(run)
        except RunError:
            continue


def wait_for(
    service: RunService,
    run: str,
    is_reached: Callable[[RunSnapshot], bool],
    seconds: float = PATIENCE_SECONDS,
) -> RunSnapshot:
    deadline = time.monotonic() + seconds
    while not is_reached(snapshot := service.snapshot(run)):
        assert time.monotonic() < deadline, snapshot
        time.sleep(0.01)
    return snapshot


def test_a_run_that_stopped_at_an_accuracy_goes_on_for_the_epochs_added(
    service: RunService, start: Callable[..., str]
) -> None:
    run = start(epochs=50, stop_at_accuracy=0.01)
    assert wait_for_status(service, run, "finished").epoch == 1
    service.add_epochs(run, 3)
    after = wait_for(service, run, lambda snapshot: snapshot.status == "finished" and snapshot.epoch > 1)
    assert (after.epoch, after.epochs) == (4, 4)


def wait_for_status(service: RunService, run: str, *statuses: str) -> RunSnapshot:
    return wait_for(service, run, lambda snapshot: snapshot.status in statuses)


def test_a_run_trains_to_its_end_and_tells_everything_on_the_way(
    service: RunService, start: Callable[..., str]
) -> None:
    imported_before = "tensorflow" in sys.modules  # by an earlier test in this process
    end = wait_for_status(service, start(), "finished", "failed")
    assert end.message == ""
    assert [result.epoch for result in end.history] == [1, 2, 3]
    assert end.initial is not None
    assert end.history[-1].train_accuracy > end.initial.train_accuracy
    assert end.batch_history.shape == (30, 2)
    np.testing.assert_allclose(end.batch_history[:, 0], np.arange(1, 31) / 10)
    assert end.confusion is not None
    assert end.samples is not None
    assert list(end.samples.labels) == list(range(10))
    assert end.dataset_origin.startswith("strokes")
    model = service.latest_model(end.id)
    assert model is not None
    np.testing.assert_array_equal(
        model.predict_proba(end.samples.images).argmax(axis=1), end.samples.predictions
    )
    assert ("tensorflow" in sys.modules) == imported_before


def test_a_paused_run_holds_still_steps_and_goes_on(service: RunService, start: Callable[..., str]) -> None:
    run = start(**LONG)
    wait_for(service, run, lambda snapshot: snapshot.epoch > 1)
    service.pause(run)
    held = wait_for(service, run, lambda snapshot: snapshot.status == "paused")
    service.step(run, "batch")
    after_batch = wait_for_status(service, run, "paused")
    done, before = (s.epoch * s.batches + s.batch for s in (after_batch, held))
    assert done - before in (0, 1)  # the pause itself may come to be seen late
    service.step(run, "epoch")
    after_epoch = wait_for_status(service, run, "paused")
    assert (after_epoch.epoch, after_epoch.batch) == (after_batch.epoch + 1, 0)
    service.resume(run)
    wait_for(service, run, lambda snapshot: snapshot.epoch > after_epoch.epoch + 1)


@pytest.mark.parametrize("order", ["pause", "stop"])
def test_the_confusions_are_those_of_the_latest_epoch_while_a_run_runs_and_when_it_is_held(
    service: RunService, start: Callable[..., str], order: str
) -> None:
    run = start(**LONG)
    running = wait_for(service, run, lambda snapshot: snapshot.epoch > 5)
    getattr(service, order)(run)
    held = wait_for(service, run, lambda one: one.status == "paused" or not one.is_on_worker)
    for snapshot in (running, held):
        assert snapshot.confusion is not None
        accuracy = snapshot.confusion.trace() / snapshot.confusion.sum()
        assert accuracy == pytest.approx(snapshot.history[-1].test_accuracy)


def test_a_step_that_is_asked_for_again_before_the_worker_has_answered_is_one_step(
    service: RunService, start: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start(**LONG)
    wait_for(service, run, lambda snapshot: snapshot.epoch > 1)
    service.pause(run)
    wait_for_status(service, run, "paused")
    service.step(run, "epoch")  # to a place that is known exactly
    held = wait_for_status(service, run, "paused")
    monkeypatch.setattr("mnist_core.runs.service.OBEY_SECONDS", 0.0)
    turn = service._dispatcher.turn_of(service._shelf.find(run))
    assert turn is not None
    ordered = turn.ordered
    service.step(run, "batch")
    service.step(run, "batch")
    assert turn.ordered == ordered + 1
    wait_for(service, run, lambda snapshot: snapshot.batch > 0)
    after = wait_for_status(service, run, "paused")
    assert (after.epoch, after.batch) == (held.epoch, 1)


def test_a_stopped_run_goes_on_from_where_it_was(service: RunService, start: Callable[..., str]) -> None:
    run = start(**LONG)
    wait_for(service, run, lambda snapshot: snapshot.epoch > 2)
    service.stop(run)
    stopped = service.snapshot(run)
    assert stopped.status == "stopped"
    assert stopped.can_continue
    service.resume(run)
    later = wait_for(service, run, lambda snapshot: snapshot.epoch > stopped.epoch + 2)
    epochs = [result.epoch for result in later.history]
    assert epochs == list(range(1, len(epochs) + 1))


def test_a_reset_run_repeats_its_curve(service: RunService, start: Callable[..., str]) -> None:
    run = start()
    first = wait_for_status(service, run, "finished")
    service.reset(run)
    again = service.snapshot(run)
    assert (again.status, again.epoch, again.history) == ("paused", 0, ())
    service.resume(run)
    second = wait_for_status(service, run, "finished")
    losses = [[result.test_loss for result in end.history] for end in (first, second)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)  # another number of cores rounds otherwise


def test_epochs_can_be_added_and_the_learning_rate_changed(
    service: RunService, start: Callable[..., str]
) -> None:
    run = start()
    wait_for_status(service, run, "finished")
    service.set_learning_rate(run, 0.025)
    service.add_epochs(run, 2)
    end = wait_for(service, run, lambda snapshot: snapshot.status == "finished" and snapshot.epoch == 5)
    assert (end.epochs, end.learning_rate) == (5, 0.025)


def test_a_diverging_run_fails_with_a_sentence_and_can_go_on_more_slowly(
    service: RunService, start: Callable[..., str]
) -> None:
    run = start(architecture="mlp", learning_rate=1e9, pixel_range="raw", epochs=2)
    failed = wait_for_status(service, run, "failed", "finished")
    assert failed.diverged_at is not None
    assert "ceased to be a number" in failed.message
    service.set_learning_rate(run, 1e-6)
    service.resume(run)
    assert wait_for_status(service, run, "finished", "failed").status == "finished"


def test_an_impossible_run_fails_with_its_sentence(service: RunService, start: Callable[..., str]) -> None:
    failed = wait_for_status(service, start(training_images=10_000_000, batch_size="full"), "failed")
    assert "training images" in failed.message
    assert failed.error is not None


def test_unknown_runs_and_settings_are_refused(service: RunService) -> None:
    with pytest.raises(RunError, match="is gone"):
        service.snapshot("none")
    with pytest.raises(ConfigurationError, match="data source"):
        service.start(config(), data="elsewhere", owner="ada")


def test_owners_see_their_own_runs_only(service: RunService, start: Callable[..., str]) -> None:
    run = start("grace")
    assert [snapshot.id for snapshot in service.list("grace")] == [run]
    assert run not in [snapshot.id for snapshot in service.list("ada")]


@contextlib.contextmanager
def web_server() -> Iterator[str]:
    """The address of something that answers, but is no scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    connection.close()

        threading.Thread(target=answer, daemon=True).start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "a web server"])
def test_a_scheduler_that_does_not_answer_is_told_while_the_run_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("mnist_core.runs.cluster.CONNECT_SECONDS", 0.5)
    monkeypatch.setattr("mnist_core.runs.dispatcher.CONNECT_PATIENCE_SECONDS", 5.0)
    with web_server() as answering:
        service = RunService(tmp_path, scheduler_address=answering if address == "a web server" else address)
        run = service.start(config(), data="strokes", owner="ada")
        waiting = wait_for(service, run, lambda snapshot: snapshot.message != "")
        assert "No Dask scheduler answers" in waiting.message
        wait_for_status(service, run, "failed")
        service.close()


def test_what_goes_wrong_in_dask_is_told_in_our_words_and_logged_in_its_own(
    service: RunService,
    start: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("mnist_core.runs.turn.run_ticket", lambda ticket: 1 / 0)
    failed = wait_for_status(service, start(), "failed")
    assert "could not be given to a worker" in failed.message
    assert "division" not in failed.message
    assert "division by zero" in caplog.text
    monkeypatch.undo()
    service.resume(failed.id)
    assert wait_for_status(service, failed.id, "finished", "failed").message == ""


def test_patience_with_a_scheduler_begins_when_it_is_missed_and_its_sentence_goes_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = RunRecord(
        id="a", owner="ada", name="a", config=config(), data="strokes", learning_rate=1, epochs=1
    )
    dispatcher = Dispatcher(
        {"a": record}, threading.Condition(), scheduler_address="x", workers=1, on_change=lambda record: None
    )
    now = time.monotonic() + 1000  # it has been waiting for a worker, not for a scheduler
    # Its name for the clock alone: Dask, whose threads run on, would wait a thousand seconds for its own timers.
    monkeypatch.setattr("mnist_core.runs.dispatcher.time", Mock(wraps=time, monotonic=lambda: now))
    dispatcher._tell_waiting(RunError("gone"))
    assert (record.status, str(record.error)) == ("queued", "gone")
    dispatcher._end_trouble()
    assert record.error is None
    dispatcher._tell_waiting(RunError("gone again"))
    now += 61
    dispatcher._tell_waiting(RunError("still gone"))
    assert (record.status, str(record.error)) == ("failed", "still gone")


def test_an_owner_waits_from_when_the_last_turn_ended_not_from_when_it_began(
    service: RunService, start: Callable[..., str]
) -> None:
    """Else one whose worker was lost at once waits longer than one who has had a whole slice of time since."""
    run = start("edsger", **LONG)
    wait_for(service, run, lambda snapshot: snapshot.epoch > 1)
    trained_until = time.monotonic()
    service.stop(run)
    wait_for(service, run, lambda snapshot: not snapshot.is_on_worker)
    assert service._dispatcher._served_at["edsger"] > trained_until


def test_a_worker_is_not_lost_because_nobody_asked_it_while_the_computer_slept(
    service: RunService, start: Callable[..., str]
) -> None:
    run = start(**LONG)
    wait_for(service, run, lambda snapshot: snapshot.epoch > 1)
    turn = service._dispatcher.turn_of(service._shelf.find(run))
    assert turn is not None
    for _moment in range(100):
        turn.heard_at = time.monotonic() - 3600
        time.sleep(0.01)
    snapshot = service.snapshot(run)
    assert (snapshot.status, snapshot.message) == ("running", "")
    assert service._dispatcher.turn_of(service._shelf.find(run)) is turn


def test_a_worker_that_a_run_was_lost_on_is_not_given_another_at_once() -> None:
    """Its scheduler may think it alive for half a minute: a cable was cut, a laptop was closed."""
    record = RunRecord(
        id="a", owner="ada", name="a", config=config(), data="strokes", learning_rate=1, epochs=1
    )
    dispatcher = Dispatcher(
        {"a": record}, threading.Condition(), scheduler_address=None, workers=1, on_change=lambda record: None
    )
    dispatcher._lost_at["tcp://gone"] = time.monotonic()
    dispatcher._place(client=None, tasks={"tcp://gone": []})
    assert record.status == "queued"
