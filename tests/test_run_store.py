"""Runs on disk and in files: they outlive the server, and a hostile file is only refused."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core import Dataset, Split, TrainingConfig
from mnist_core.errors import ConfigurationError, ModelFileError, RunError
from mnist_core.runs.loss_curve import BATCH_POINTS, LossCurve
from mnist_core.runs.messages import RunSamples
from mnist_core.runs.packing import run_from_bytes, run_to_bytes
from mnist_core.runs.presence import Presence
from mnist_core.runs.queue import fair_order
from mnist_core.runs.record import RunRecord
from mnist_core.runs.service import RunService
from mnist_core.runs.store import RunImage, RunStore, Written
from mnist_core.training import Trainer


def make_record(status: str = "finished", **fields: Any) -> RunRecord:
    """A run of two epochs, trained here, with everything a run can have."""
    rng = np.random.default_rng(0)
    labels = np.arange(200, dtype=np.uint8) % 10
    split = Split(rng.integers(0, 256, (200, 28, 28), np.uint8), labels)
    config = TrainingConfig(epochs=2, batch_size=50)
    trainer = Trainer(config, Dataset("noise", "made for tests", split, split))
    list(trainer.events())
    record = RunRecord(
        id="run1", owner="ada", name="Noise", config=config, data="auto", learning_rate=0.1, epochs=2
    )
    record.initial, record.history = trainer.initial, list(trainer.history)
    record.checkpoint, record.model, record.epoch = trainer.checkpoint(), trainer.model, 2
    record.losses.extend(np.arange(8) / 4, np.ones(8, np.float32))
    record.confusion = np.eye(10, dtype=np.int64)
    record.samples = RunSamples(split.images[:10], labels[:10], np.full((10, 10), 0.1, np.float32))
    record.change(status=status, **fields)
    return record


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = RunStore(tmp_path)
    yield store
    store.close()


def keep(store: RunStore, record: RunRecord) -> Written:
    return store.write(RunImage.of(record, with_parameters=True), Written())


def assert_same(one: RunRecord, other: RunRecord) -> None:
    assert (other.config, other.history, other.initial) == (one.config, one.history, one.initial)
    assert (other.name, other.status, other.epoch) == (one.name, one.status, one.epoch)
    np.testing.assert_array_equal(other.losses.points, one.losses.points)
    np.testing.assert_array_equal(other.confusion, one.confusion)
    assert other.samples is not None
    assert one.samples is not None
    np.testing.assert_array_equal(other.samples.images, one.samples.images)


def test_a_kept_run_comes_back_whole(store: RunStore) -> None:
    error = RunError("It said {what}.", what="no")
    record = make_record("failed", error=error, diverged_at=2)
    keep(store, record)
    (loaded,) = store.load_owned("ada")
    assert_same(record, loaded)
    assert str(loaded.error) == "It said no."
    assert loaded.error is not None
    assert loaded.error.template == error.template
    assert store.load_owned("grace") == []
    store.load_parameters(loaded)
    assert record.checkpoint is not None
    assert loaded.checkpoint is not None
    np.testing.assert_array_equal(loaded.checkpoint.parameters, record.checkpoint.parameters)


def test_a_run_cut_off_by_a_crash_can_be_continued(store: RunStore) -> None:
    record = make_record("running")
    record.history.append(record.history[-1].__class__(**{**record.history[-1].to_dict(), "epoch": 3}))
    keep(store, record)
    (loaded,) = store.load_owned("ada")
    assert loaded.status == "stopped"
    assert "go on from epoch 2" in str(loaded.error)
    assert [result.epoch for result in loaded.history] == [1, 2]


def test_only_what_is_new_is_written_and_a_reset_forgets_the_rest(store: RunStore) -> None:
    record = make_record()
    written = keep(store, record)
    record.clear()
    store.write(RunImage.of(record, with_parameters=True), written)
    loaded = store.load_one("run1")
    assert loaded is not None
    store.load_parameters(loaded)
    assert (loaded.history, loaded.model, loaded.checkpoint) == ([], None, None)


def test_a_deleted_run_leaves_nothing(store: RunStore) -> None:
    keep(store, make_record())
    store.delete("run1")
    assert store.load_one("run1") is None


def test_a_run_as_a_file_comes_back_as_someone_elses() -> None:
    record = make_record()
    copy = run_from_bytes(run_to_bytes(record), run_id="run2", owner="grace")
    assert_same(record, copy)
    assert (copy.id, copy.owner) == ("run2", "grace")
    assert copy.model is not None
    assert copy.checkpoint is not None


def rezip(change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(run_to_bytes(make_record()))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_facts(**changes: Any) -> bytes:
    def change(members: dict[str, bytes]) -> None:
        members["facts"] = json.dumps({**json.loads(members["facts"]), **changes}).encode()

    return rezip(change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a zip file",
        run_to_bytes(make_record())[:-100],
        rezip(lambda members: members.update({"../evil": b"x"})),
        rezip(lambda members: members.pop("curves") and None),
        rezip(lambda members: members.update(facts=b"[" * 100_000)),
        rezip(lambda members: members.update(facts=b"0" * 70 * 2**20)),
        rezip(lambda members: members.update(model=b"\x80\x04pickle")),
        with_facts(config={"epochs": -1}),
        with_facts(name=["a list"]),
        with_facts(history=[{"epoch": "one"}]),
        with_facts(epochs="many"),
        with_facts(status="x" * 1000),
        with_facts(error={"kind": "os", "template": "{", "values": {}}),
        with_facts(error={"kind": "annotations", "template": "x", "values": {}}),
        with_facts(initial=3),
        with_facts(error={"kind": "RunError", "template": "{a:>300000000}", "values": {"a": 1}}),
        with_facts(error={"kind": "RunError", "template": "{a.__class__}", "values": {"a": 1}}),
        with_facts(epochs=0),
        with_facts(epoch=3),
        with_facts(created_at=1e300),
        with_facts(data="kinds"),
        with_facts(stop_at_accuracy="high"),
    ],
    ids=lambda data: str(len(data)),
)
def test_a_hostile_file_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError):
        run_from_bytes(data, run_id="run2", owner="grace")


def test_an_unwritable_home_is_said_and_runs_stay_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    service = RunService(tmp_path / "file" / "home")
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    assert [snapshot.id for snapshot in service.list("ada")] == [run]
    assert service.trouble is not None
    assert "cannot be kept" in str(service.trouble)
    assert service.latest_model(run) is not None
    service.close()


def test_runs_outlive_the_service(tmp_path: Path) -> None:
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    gone = service.import_run(run_to_bytes(make_record()), owner="ada")
    service.rename(run, "Renamed")
    service.delete(gone)
    service.close()
    again = RunService(tmp_path)
    (snapshot,) = again.list("ada")
    assert (snapshot.id, snapshot.name, len(snapshot.history)) == (run, "Renamed", 2)
    assert again.latest_model(run) is not None
    assert again.latest_model(run) is again.latest_model(run)
    assert run_from_bytes(again.export_run(run), run_id="x", owner="y").checkpoint is not None
    again.close()


def test_every_one_of_many_deleted_runs_is_gone_on_the_next_server(tmp_path: Path) -> None:
    service = RunService(tmp_path)
    data = run_to_bytes(make_record())
    runs = [service.import_run(data, owner="ada") for _ in range(30)]
    for run in runs[:-1]:
        service.delete(run)
    service.close()
    again = RunService(tmp_path)
    assert [snapshot.id for snapshot in again.list("ada")] == runs[-1:]
    again.close()


def test_a_model_that_could_not_be_read_is_there_when_the_database_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    service.close()
    again = RunService(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(RunStore, "load_parameters", Mock(side_effect=OSError("no disk")))
        assert again.latest_model(run) is None
    assert again.latest_model(run) is not None
    again.close()


def test_a_run_that_began_with_a_model_is_reset_to_it_on_the_next_server_too(tmp_path: Path) -> None:
    record = make_record()
    assert record.checkpoint is not None
    record.beginning, record.has_beginning = replace(record.checkpoint, epoch=0, history=()), True
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(record), owner="ada")
    service.close()
    again = RunService(tmp_path)
    again.reset(run)
    copy = run_from_bytes(again.export_run(run), run_id="x", owner="y")
    assert copy.checkpoint is not None
    np.testing.assert_array_equal(copy.checkpoint.parameters, record.checkpoint.parameters)
    again.close()


def test_a_reset_forgets_which_data_the_run_had() -> None:
    record = make_record(fingerprint="of other data", dataset_origin="mnist: elsewhere")
    record.clear()
    assert (record.fingerprint, record.dataset_origin, record.initial) == (None, "", None)


def test_one_visitor_cannot_fill_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.runs.shelf.MOST_RUNS", 2)
    service = RunService(tmp_path)
    data = run_to_bytes(make_record())
    service.import_run(data, owner="ada")
    service.import_run(data, owner="ada")
    with pytest.raises(RunError, match="You have 2 runs"):
        service.import_run(data, owner="ada")
    service.import_run(data, owner="grace")
    service.close()


@pytest.mark.parametrize("workers", ["two", "0", "-1", ""])
def test_a_number_of_workers_that_cannot_be_is_said(
    workers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_WORKERS", workers)
    with pytest.raises(ConfigurationError, match="MNIST_WORKERS"):
        RunService(tmp_path)


def test_a_run_is_seen_by_others_only_when_shared(tmp_path: Path) -> None:
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    with pytest.raises(RunError, match="no run"):
        service.snapshot(run, viewer="grace")
    service.share(run)
    assert service.snapshot(run, viewer="grace").shared
    service.close()


def test_the_next_server_knows_how_far_a_visitor_is_even_if_this_one_is_killed(tmp_path: Path) -> None:
    killed, after = RunService(tmp_path), RunService(tmp_path)
    assert killed.load_progress("ada") == ""
    for step in range(1, 4):
        killed.keep_progress("ada", f"step {step}")
    deadline = time.monotonic() + 10
    while after.load_progress("ada") != "step 3" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert after.load_progress("ada") == "step 3"
    assert after.load_progress("grace") == ""
    killed.close()
    after.close()


def test_looking_at_many_runs_is_quick(tmp_path: Path) -> None:
    service = RunService(tmp_path)
    data = run_to_bytes(make_record())
    runs = [service.import_run(data, owner=f"owner {number % 30}") for number in range(300)]
    service.list("owner 3")
    started_at = time.perf_counter()
    for _ in range(20):
        service.list("owner 3")
        service.snapshot(runs[3])
    assert (time.perf_counter() - started_at) / 40 < 0.002 * 5  # 2 ms on an idle machine
    service.close()


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
