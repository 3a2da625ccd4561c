"""A database of runs that is damaged is put aside, one that cannot be used is told, and training goes on."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mnist_core.runs.damage import not_kept
from mnist_core.runs.entry import RunEntry, Written
from mnist_core.runs.packing import run_from_bytes, run_to_bytes
from mnist_core.runs.service import RunService
from mnist_core.runs.store import FILE_NAME, RunStore
from tests.run_examples import make_record

PATIENCE_SECONDS = 30.0


def cut(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])


def overwrite_all_but_the_first_page(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + os.urandom(len(content) - 4096))


def become_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def keep_one_run(home: Path) -> str:
    service = RunService(home)
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    service.close()
    return run


def wait_until(is_reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def wait_until_kept(home: Path, run: str) -> None:
    """Until another server finds the run."""

    def is_found() -> bool:
        other = RunService(home)
        found = [snapshot.id for snapshot in other.list("ada")]
        other.close()
        return run in found

    wait_until(is_found)


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(os.urandom(50_000)),
        lambda file: file.write_bytes(b"hello"),
        lambda file: cut(file, 100),
        lambda file: cut(file, 5000),
        overwrite_all_but_the_first_page,
        become_a_folder,
    ],
    ids=["noise", "text", "cut within its header", "cut", "overwritten", "a folder"],
)
def test_a_damaged_database_is_put_aside_told_once_and_a_new_one_begins(
    damage: Callable[[Path], object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep_one_run(tmp_path)
    damage(tmp_path / FILE_NAME)
    service = RunService(tmp_path)
    assert service.list("ada") == []
    assert service.trouble is None
    assert "Earlier runs are missing" in str(service.notice)
    (aside,) = tmp_path.glob("runs-damaged-*.sqlite")
    assert aside.name in caplog.text
    fresh = service.import_run(run_to_bytes(make_record()), owner="ada")
    wait_until_kept(tmp_path, fresh)
    service.close()


def test_a_database_damaged_while_in_use_is_replaced_and_the_runs_at_hand_are_written_again(
    tmp_path: Path,
) -> None:
    service = RunService(tmp_path)
    first = service.import_run(run_to_bytes(make_record()), owner="ada")
    wait_until_kept(tmp_path, first)
    service._writer.database.store().close()  # its connections, with what they have read
    for companion in tmp_path.glob(f"{FILE_NAME}-*"):
        companion.unlink()
    (tmp_path / FILE_NAME).write_bytes(b"no database at all")
    service.rename(first, "Renamed")
    wait_until(lambda: service.notice is not None)
    wait_until_kept(tmp_path, first)
    service.close()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_database_deleted_while_in_use_is_told_and_what_is_at_hand_is_kept_in_a_new_one(
    is_replaced: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service = RunService(tmp_path)
    first = service.import_run(run_to_bytes(make_record()), owner="ada")
    wait_until_kept(tmp_path, first)
    (tmp_path / FILE_NAME).unlink()
    if is_replaced:
        other = RunService(tmp_path)  # another server makes a new one
        other.list("ada")
        other.close()
    second = service.import_run(run_to_bytes(make_record()), owner="ada")
    wait_until_kept(tmp_path, second)
    wait_until_kept(tmp_path, first)
    assert "was deleted" in str(service.notice)
    assert service.trouble is None
    assert "Traceback" not in caplog.text
    service.close()


def test_an_empty_file_is_an_empty_database_and_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    service = RunService(tmp_path)
    assert (service.list("ada"), service.trouble, service.notice) == ([], None, None)
    service.close()


def test_one_damaged_run_does_not_hide_the_others(tmp_path: Path) -> None:
    broken, sound = keep_one_run(tmp_path), keep_one_run(tmp_path)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE runs SET facts = '{' WHERE id = ?", [broken])
    service = RunService(tmp_path)
    assert [snapshot.id for snapshot in service.list("ada")] == [sound]
    assert (service.trouble, service.notice) == (None, None)
    service.close()


def test_runs_that_cannot_be_read_are_not_silently_missing_and_come_when_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = keep_one_run(tmp_path)
    monkeypatch.setattr("mnist_core.runs.shelf.RETRY_SECONDS", 1.0)
    service = RunService(tmp_path)
    assert service.trouble is None
    database = service._writer.database.store()
    assert database is not None
    holder = sqlite3.connect(tmp_path / FILE_NAME)
    holder.execute("ALTER TABLE runs RENAME TO away")
    holder.execute("ALTER TABLE visitors RENAME TO away_too")
    holder.commit()
    assert service.list("ada") == []
    assert "does not work" in str(service.trouble)
    holder.execute("ALTER TABLE away RENAME TO runs")
    holder.execute("ALTER TABLE away_too RENAME TO visitors")
    holder.commit()
    holder.close()
    wait_until(lambda: service.trouble is None)
    wait_until(lambda: [snapshot.id for snapshot in service.list("ada")] == [run])
    service.close()


def test_a_run_whose_parameters_are_damaged_is_no_trouble_of_the_others(tmp_path: Path) -> None:
    run = keep_one_run(tmp_path)
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("UPDATE run_parts SET content = 'no model' WHERE kind = 'model'")
    service = RunService(tmp_path)
    assert [snapshot.id for snapshot in service.list("ada")] == [run]
    assert service.latest_model(run) is None
    assert service.trouble is None
    service.close()


def refuse(home: Path, run: str) -> None:
    """Let the database take all runs but this one."""
    with sqlite3.connect(home / FILE_NAME) as connection:
        condition = f"WHEN NEW.id = '{run}' BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        connection.execute(f"CREATE TRIGGER refusal BEFORE INSERT ON runs {condition}")


@pytest.fixture
def refused(tmp_path: Path) -> Iterator[tuple[RunService, str]]:
    """A service with a run that the database refuses, as it has just been told."""
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    wait_until_kept(tmp_path, run)
    refuse(tmp_path, run)
    service.rename(run, "Renamed")
    wait_until(lambda: service.snapshot(run).not_kept is not None)
    yield service, run
    service.close()


def test_one_run_that_the_database_refuses_is_that_runs_trouble_and_the_others_are_kept(
    refused: tuple[RunService, str], tmp_path: Path
) -> None:
    service, run = refused
    for attempt in range(3):  # before and after the refused one is tried again
        other = service.import_run(run_to_bytes(make_record()), owner="ada")
        service.keep_progress("ada", f"step {attempt}")
        wait_until_kept(tmp_path, other)
        assert (service.trouble, service.snapshot(other).not_kept) == (None, None)
    wait_until(lambda: service.load_progress("ada") == "step 2")
    assert "download" in str(service.snapshot(run).not_kept)
    assert run_from_bytes(service.export_run(run), run_id="x", owner="y").name == "Renamed"


def test_a_refused_run_is_kept_when_the_database_takes_it_again(
    refused: tuple[RunService, str], tmp_path: Path
) -> None:
    service, run = refused
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("DROP TRIGGER refusal")
    service.reset(run)  # what happens to it has it tried at once
    wait_until(lambda: service.snapshot(run).not_kept is None)
    after = RunService(tmp_path)
    (kept,) = after.list("ada")
    after.close()
    assert (kept.name, kept.epoch) == ("Renamed", 0)


def test_a_refused_run_is_not_tried_again_and_again(
    refused: tuple[RunService, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    service, run = refused
    tried: list[str] = []
    write = RunStore.write

    def counted(store: RunStore, entry: RunEntry, written: Written) -> Written:
        tried.append(entry.row["id"])
        return write(store, entry, written)

    monkeypatch.setattr(RunStore, "write", counted)
    other = service.import_run(run_to_bytes(make_record()), owner="ada")
    for number in range(5):
        service.rename(run, f"Name {number}")
        service.share(other)
        wait_until(lambda: not service._writer.is_pending(other))
    assert run not in tried
    assert other in tried


def error_of(file: Path, *statements: str, uri: str = "") -> sqlite3.Error:
    """What SQLite says when it cannot do the last statement."""
    connection = sqlite3.connect(f"file:{file}{uri}", uri=True, timeout=0, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("SQLite did as it was told.")


def full_disk(file: Path) -> sqlite3.Error:
    return error_of(file, "PRAGMA max_page_count = 1", "INSERT INTO t VALUES (zeroblob(100000))")


def read_only(file: Path) -> sqlite3.Error:
    return error_of(file, "INSERT INTO t VALUES (1)", uri="?mode=ro")


def not_to_be_opened(file: Path) -> sqlite3.Error:
    """As on a disk that lets nobody write: SQLite wants a write-ahead log beside the file."""
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    file.with_name(f"{file.name}-wal").mkdir()
    connection = sqlite3.connect(file)
    try:
        connection.execute("SELECT * FROM t")
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("SQLite opened it.")


def in_use(file: Path) -> sqlite3.Error:
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    error = error_of(file, "INSERT INTO t VALUES (1)")
    holder.close()
    return error


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (full_disk, "disk is full"),
        (read_only, "does not let the server write"),
        (not_to_be_opened, "does not let the server write"),
        (in_use, "Another program"),
    ],
)
def test_a_database_that_cannot_be_written_is_told_in_its_own_words_and_stays_where_it_is(
    cause: Callable[[Path], sqlite3.Error], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "other.sqlite") as connection:
        connection.execute("CREATE TABLE t (x)")
    error = cause(tmp_path / "other.sqlite")
    assert words in str(not_kept(error))
    service = RunService(tmp_path)
    run = service.import_run(run_to_bytes(make_record()), owner="ada")
    wait_until_kept(tmp_path, run)
    monkeypatch.setattr("mnist_core.runs.store.RunStore.write", raising(error))
    service.rename(run, "Renamed")
    wait_until(lambda: service.trouble is not None)
    assert words in str(service.trouble)
    assert service.snapshot(run).name == "Renamed"
    assert service.notice is None
    assert (tmp_path / FILE_NAME).is_file()
    service.close()


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail
