"""What the service is made of: a record, its loss curve, the fair queue, who is there."""

from __future__ import annotations

import time

import numpy as np

from mnist_core import TrainingConfig
from mnist_core.runs.loss_curve import BATCH_POINTS, LossCurve
from mnist_core.runs.presence import Presence
from mnist_core.runs.queue import fair_order
from mnist_core.runs.record import RunRecord
from tests.run_examples import make_record


def test_a_reset_forgets_which_data_the_run_had() -> None:
    record = make_record(fingerprint="of other data", dataset_origin="mnist: elsewhere")
    record.clear()
    assert (record.fingerprint, record.dataset_origin, record.initial) == (None, "", None)


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
    assert fair_order(waiting, {"a": 2}, {})[0] == "b10"
    order = fair_order([*waiting, make_waiting("b", 11)], {}, {"a": 5.0, "b": 1.0})
    assert order[:5] == ["b10", "a0", "b11", "a1", "a2"]


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
