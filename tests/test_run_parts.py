"""What the service is made of: a record, its loss curve, the fair queue, who is there."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core import TrainingConfig
from mnist_core.errors import RunError
from mnist_core.runs.fairness import GREEDY_SECONDS, SLICE_SECONDS, fair_order, turn_to_release
from mnist_core.runs.loss_curve import BATCH_POINTS, LossCurve
from mnist_core.runs.presence import Presence
from mnist_core.runs.record import RunRecord
from mnist_core.runs.shelf import RunShelf
from mnist_core.runs.turn import Turn
from tests.run_examples import make_record


def test_a_reset_forgets_which_data_the_run_had() -> None:
    record = make_record(fingerprint="of other data", dataset_origin="mnist: elsewhere")
    record.clear()
    assert (record.fingerprint, record.dataset_origin, record.initial) == (None, "", None)


def test_what_is_shown_after_a_worker_was_lost_is_all_of_the_epoch_it_goes_on_from() -> None:
    """Even where what came after the last checkpoint was a whole epoch, and a model someone watched."""
    record = replace(make_record(), checkpoint=make_record(epoch=1).checkpoint)
    record.rewind()
    assert record.checkpoint is not None
    assert record.epoch == len(record.history) == 1
    assert record.confusion is not None
    assert record.confusion.trace() / record.confusion.sum() == record.history[-1].test_accuracy
    assert record.model is not None
    assert record.samples is not None
    np.testing.assert_array_equal(record.model.parameter_vector, record.checkpoint.parameters)
    answers = record.model.predict_proba(record.samples.images)
    np.testing.assert_array_equal(record.samples.probabilities, answers)


def test_a_run_that_has_no_checkpoint_yet_shows_nothing_after_its_worker_was_lost() -> None:
    record = make_record()
    record.checkpoint = None
    record.rewind()
    assert (record.history, record.model, record.confusion, record.samples) == ([], None, None, None)


def test_a_run_that_was_just_stopped_may_go_on_before_its_worker_has_brought_what_it_learned() -> None:
    shelf = RunShelf({}, threading.Condition(), Mock())
    record = make_record("stopped", is_on_worker=True)
    record.checkpoint = None
    shelf.prepare_to_go_on(record)
    record.change(is_on_worker=False)
    with pytest.raises(RunError, match="cannot be read"):
        shelf.prepare_to_go_on(record)


def test_a_loss_curve_stays_short_and_true() -> None:
    curve = LossCurve()
    for start in range(0, 60_000, 700):
        steps = np.arange(start, min(start + 700, 60_000))
        curve.extend(steps / 1000, (steps / 1000).astype(np.float32))
    assert BATCH_POINTS // 2 - 1 <= len(curve.points) <= BATCH_POINTS
    np.testing.assert_allclose(curve.points[:, 0], curve.points[:, 1], rtol=1e-5)
    assert (np.diff(curve.points[:, 0]) > 0).all()


def test_ten_runs_of_one_owner_do_not_starve_anothers_first() -> None:
    waiting = [make_waiting("a", number) for number in range(10)] + [make_waiting("b", 10)]
    assert fair_order(waiting, {"a": 2}, {})[0].id == "b10"
    order = fair_order([*waiting, make_waiting("b", 11)], {}, {"a": 5.0, "b": 1.0})
    assert [run.id for run in order[:5]] == ["b10", "a0", "b11", "a1", "a2"]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("a", 0.0, "running")], None),
        ([("a", SLICE_SECONDS + 1, "running"), ("c", 1.0, "paused")], "a0"),
        ([("a", 0.0, "running"), ("c", 1.0, "paused")], "c1"),
        ([("b", SLICE_SECONDS + 1, "running")], None),  # the one that waits is of the same owner
        ([("a", GREEDY_SECONDS + 1, "running"), ("a", 0.0, "running")], "a0"),
        ([("a", 0.0, "running"), ("a", 0.0, "running")], None),
    ],
)
def test_a_worker_is_asked_back_of_the_oldest_run_that_can_spare_it(
    turns: list[tuple[str, float, str]], expected: str | None
) -> None:
    on_workers = []
    for number, (owner, age_s, status) in enumerate(turns):
        record = make_waiting(owner, number)
        record.change(status=status)
        on_workers.append(Turn(record, "tcp://worker", 0, record.id, started_at=100.0 - age_s))
    asked = turn_to_release(on_workers, make_waiting("b", 9), now=100.0)
    assert (asked and asked.key) == expected
    if asked is not None:
        asked.is_releasing = True
        assert turn_to_release(on_workers, make_waiting("b", 9), now=100.0) is None


def make_waiting(owner: str, number: int) -> RunRecord:
    return RunRecord(
        id=f"{owner}{number}",
        owner=owner,
        name="",
        config=TrainingConfig(),
        data="auto",
        learning_rate=0.1,
        epochs=1,
        queued_at=float(number),
    )


def test_an_owner_who_stays_away_has_left_and_one_who_comes_back_has_not() -> None:
    left: list[str] = []
    presence = Presence(left.append, grace_seconds=0.2)
    for owner in ("gone", "back", "two tabs"):
        presence.attach(owner)
    presence.attach("two tabs")
    for owner in ("gone", "back", "two tabs"):
        presence.detach(owner)
    presence.attach("back")
    deadline = time.monotonic() + 10
    while not left and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    presence.close()
    assert left == ["gone"]
