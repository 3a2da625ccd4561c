"""The service without training: runs outlive it, and each visitor has room, and a view, of their own."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core.errors import ConfigurationError, RunError
from mnist_core.runs.packing import run_from_bytes, run_to_bytes
from mnist_core.runs.service import RunService
from mnist_core.runs.store import RunStore
from tests.run_examples import make_record


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


def test_a_run_saved_before_its_first_checkpoint_comes_back_as_one_that_can_go_on(tmp_path: Path) -> None:
    record = make_record("running")
    record.checkpoint = None
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(record), owner="ada")
    snapshot = service.snapshot(run)
    assert (snapshot.status, snapshot.epoch, snapshot.history) == ("stopped", 0, ())
    service.step(run)
    assert service.snapshot(run).status == "queued"
    service.close()


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
    with pytest.raises(RunError, match="gone"):
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
    started_at = time.process_time()
    for _ in range(20):
        service.list("owner 3")
        service.snapshot(runs[3])
    assert (time.process_time() - started_at) / 40 < 0.002 * 5  # 2 ms on an idle machine
    service.close()
