"""Runs in the database: what is written comes back, and only what is new is written."""

from __future__ import annotations

import platform
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from mnist_core.errors import RunError
from mnist_core.runs import packing
from mnist_core.runs.entry import RunEntry, Written
from mnist_core.runs.packing import started_at_s
from mnist_core.runs.record import RunRecord
from mnist_core.runs.store import FILE_NAME, RunStore
from tests.run_examples import assert_same, make_record


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = RunStore(tmp_path)
    yield store
    store.close()


def keep(store: RunStore, record: RunRecord) -> Written:
    return store.write(RunEntry.of(record, with_parameters=True), Written())


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


def test_a_run_of_another_server_that_lives_is_left_to_it_though_the_clock_is_set(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        place = f"{platform.node()}:{other.pid}:{started_at_s(psutil.Process(other.pid)):.2f}"
        monkeypatch.setattr(packing, "THIS_SERVER", place)
        keep(store, make_record("running"))
        boot_time, create_time = psutil.boot_time, psutil.Process.create_time
        monkeypatch.setattr(psutil, "boot_time", lambda: boot_time() + 3600)
        monkeypatch.setattr(psutil.Process, "create_time", lambda process: create_time(process) + 3600)
        assert store.load_owned("ada") == []
        other.kill()
    assert [record.status for record in store.load_owned("ada")] == ["stopped"]


def test_only_what_is_new_is_written_and_a_reset_forgets_the_rest(store: RunStore) -> None:
    record = make_record()
    written = keep(store, record)
    record.clear()
    store.write(RunEntry.of(record, with_parameters=True), written)
    loaded = store.load_one("run1")
    assert loaded is not None
    store.load_parameters(loaded)
    assert (loaded.history, loaded.model, loaded.checkpoint) == ([], None, None)


def test_after_a_rewind_the_newer_model_is_gone_from_the_database_too(store: RunStore) -> None:
    record = make_record("running")
    record.checkpoint = None  # there is a model before, if someone watches
    written = keep(store, record)
    record.rewind()
    store.write(RunEntry.of(record, with_parameters=False), written)
    loaded = store.load_one("run1")
    assert loaded is not None
    store.load_parameters(loaded)
    assert (loaded.history, loaded.model) == ([], None)


def test_several_servers_may_begin_the_same_file_at_once(tmp_path: Path) -> None:
    def open_and_close(home: Path) -> None:
        RunStore(home).close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(20):  # one in thirty failed when SQLite was not asked again
            list(pool.map(open_and_close, [tmp_path / str(number)] * 4))


def test_a_file_that_another_program_holds_keeps_nobody_waiting_for_long(tmp_path: Path) -> None:
    RunStore(tmp_path).close()
    holder = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    started_at = time.monotonic()
    with pytest.raises(RunError, match="Another program"):
        RunStore(tmp_path)
    assert time.monotonic() - started_at < 4
    holder.close()


def test_a_deleted_run_leaves_nothing(store: RunStore) -> None:
    keep(store, make_record())
    store.delete("run1")
    assert store.load_one("run1") is None
