"""The one thread that writes runs to the database: neither page nor training ever waits for a disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_core.errors import RunError
from mnist_core.runs.damage import is_of_all, not_kept
from mnist_core.runs.database import RunDatabase
from mnist_core.runs.entry import RunEntry, Written
from mnist_core.runs.record import UNFINISHED, RunRecord

if TYPE_CHECKING:
    from mnist_core.runs.store import RunStore

logger = logging.getLogger(__name__)

WRITE_SECONDS = 1.0  # between two writes; what is urgent is written at once
PARAMETERS_SECONDS = 4.0  # between two writes of what a run has learned, while it trains
REFUSED_SECONDS = 60.0  # between two tries to write a run that the database refuses, if nothing happens to it


class RunWriter:
    """Keeps the database up to date.

    Parameters
    ----------
    records, changed : the service's runs and their lock
    home, url : as for `RunStore`

    Attributes
    ----------
    database : what it writes to
    """

    def __init__(
        self, records: Mapping[str, RunRecord], changed: threading.Condition, home: Path, url: str | None
    ) -> None:
        self._records, self._changed = records, changed
        self.database = RunDatabase(changed, home, url, self._write_all_anew)
        self._dirty: dict[str, bool] = {}
        self._deleted: set[str] = set()
        self._to_delete: set[str] = set()
        self._progress: dict[str, str] = {}
        self._written: dict[str, Written] = {}
        self._statuses: dict[str, str] = {}
        self._parameters_at: dict[str, float] = {}
        self._retry_at: dict[str, float] = {}  # of the runs that the database refuses
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    # --- any thread -------------------------------------------------------------------------------

    def note(self, record: RunRecord) -> None:
        """The record has changed (lock held); a new status is written at once."""
        if record.id not in self._records:
            return
        is_urgent = self._statuses.get(record.id) != record.status
        self._statuses[record.id] = record.status
        self._dirty[record.id] = is_urgent or self._dirty.get(record.id, False)
        if is_urgent and record.id in self._retry_at:
            self._retry_at[record.id] = time.monotonic()
        self._write_soon(at_once=is_urgent)

    def note_progress(self, owner: str, progress: str) -> None:
        """The owner has gone on in the lesson (lock held)."""
        self._progress[owner] = progress
        self._write_soon(at_once=True)

    def _write_all_anew(self) -> None:
        """Nothing that was written is there any more (lock held)."""
        self._written.clear()
        self._retry_at.clear()
        self._dirty = dict.fromkeys(self._records, True)
        self._write_soon(at_once=True)

    def _write_soon(self, *, at_once: bool) -> None:
        if at_once:
            self._wake.set()
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._run, name="mnist-runs-writer", daemon=True)
            self._thread.start()

    def note_loaded(self, record: RunRecord) -> None:
        """The record comes from the database (lock held)."""
        self._written[record.id] = Written(0, 0, len(record.history))
        self._statuses[record.id] = record.status
        if record.rewinds:  # it was recovered after a crash
            self.note(record)

    def delete(self, run_id: str) -> None:
        """Forget the run (lock held)."""
        self.drop(run_id)
        self._deleted.add(run_id)
        self._to_delete.add(run_id)
        self._wake.set()

    def drop(self, run_id: str) -> None:
        """The run leaves memory, not the database (lock held)."""
        tables: tuple[dict[str, Any], ...] = (
            self._dirty,
            self._written,
            self._statuses,
            self._parameters_at,
            self._retry_at,
        )
        for known in tables:
            known.pop(run_id, None)

    def is_deleted(self, run_id: str) -> bool:
        """Whether the run is gone, though perhaps not yet in the database, or still in what was read there before."""
        return run_id in self._deleted

    def is_pending(self, run_id: str) -> bool:
        """Whether something of the run is not written yet (lock held)."""
        return run_id in self._dirty

    def doubt(self, store: RunStore, error: Exception) -> None:
        """Something cannot be read: everyone is told where the database does not work at all, until it does again."""
        if self.database.heal(store, error):
            return
        try:
            _raise_if_of_all(store, error)
        except Exception as trouble:
            self.database.complain(not_kept(trouble), trouble)
            self._write_soon(at_once=False)

    def close(self) -> None:
        """Write what is left, and give the database back."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)
        self.database.close()

    # --- the writing thread -----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closing:
            self._wake.wait(WRITE_SECONDS)
            self._wake.clear()
            self._write_all()
        self._write_all()

    def _write_all(self) -> None:
        with self._changed:
            is_idle = not (self._dirty or self._to_delete or self._progress)
            if is_idle and self.database.trouble is None:
                return
        self.database.replace_deleted()
        store = self.database.store()
        if store is None:
            return
        try:
            if self.database.trouble is not None:
                store.check_writable()
            self._delete_runs(store)
            self._write_progress(store)
            for run_id in self._due():
                try:
                    self._write(store, run_id)
                except Exception as error:
                    self._put_back(store, run_id, error)
        except Exception as error:  # a full disk, a lost connection: whatever it is, training goes on
            if not self.database.heal(store, error):
                self._fail(error)
        else:
            self.database.trouble = None

    def _delete_runs(self, store: RunStore) -> None:
        with self._changed:
            to_delete = list(self._to_delete)
        for run_id in to_delete:
            store.delete(run_id)
            with self._changed:
                self._to_delete.discard(run_id)

    def _write_progress(self, store: RunStore) -> None:
        with self._changed:
            to_write = list(self._progress.items())
        for owner, progress in to_write:
            store.write_progress(owner, progress)
            with self._changed:
                if self._progress[owner] == progress:  # else there is something newer to write
                    del self._progress[owner]

    def _due(self) -> list[str]:
        """The runs to write now."""
        now = time.monotonic()
        with self._changed:
            return [
                run_id for run_id in self._dirty if self._closing or self._retry_at.get(run_id, now) <= now
            ]

    def _write(self, store: RunStore, run_id: str) -> None:
        with self._changed:
            record = self._records.get(run_id)
            if record is None:
                return
            entry = self._take(record)
            known = self._written.get(run_id, Written())
        written = store.write(entry, known)
        with self._changed:
            if run_id not in self._records:
                return
            self._written[run_id] = written
            if self._retry_at.pop(run_id, None) is not None:
                record.change(not_kept=None)
            if record.status not in UNFINISHED and entry.parts.get("checkpoint") is record.checkpoint:
                record.model = record.checkpoint = record.beginning = None  # the database has them
                record.is_unloaded = True
                written.parts.clear()

    def _take(self, record: RunRecord) -> RunEntry:
        """What is to be written of the run as it is now (lock held)."""
        now, known = time.monotonic(), self._written.get(record.id)
        is_first = record.checkpoint is not None and not (known and "checkpoint" in known.parts)
        is_due = is_first or now - self._parameters_at.get(record.id, -1e9) > PARAMETERS_SECONDS
        is_urgent = self._dirty[record.id] or record.status not in UNFINISHED or self._closing
        entry = RunEntry.of(record, with_parameters=is_urgent or is_due)
        if is_urgent or is_due:
            self._parameters_at[record.id] = now
        del self._dirty[record.id]
        return entry

    def _put_back(self, store: RunStore, run_id: str, error: Exception) -> None:
        """The run could not be written: it is tried again, soon; later, where the database takes anything else.

        Raises
        ------
        Exception
            where the trouble is not the run's own, but everyone's
        """
        with self._changed:
            if run_id in self._records:
                self._dirty[run_id] = True
        _raise_if_of_all(store, error)
        with self._changed:
            if run_id in self._records:
                self._refuse(self._records[run_id], error)

    def _refuse(self, record: RunRecord, error: Exception) -> None:
        """Once may be chance, a connection that broke: the second time it is told (lock held)."""
        is_again = record.id in self._retry_at
        self._retry_at[record.id] = time.monotonic() + (REFUSED_SECONDS if is_again else 0.0)
        if is_again and record.not_kept is None:
            logger.warning("The database refuses the run %s", record.id, exc_info=error)
            sentence = RunError(
                "This run cannot be kept: the database refuses it. It is lost when the server ends, unless you "
                "download “The whole run” on the Compare page."
            )
            record.change(not_kept=sentence)
            self._changed.notify_all()

    def _fail(self, error: Exception) -> None:
        self.database.complain(not_kept(error), error)
        if not self._closing:
            time.sleep(WRITE_SECONDS)


def _raise_if_of_all(store: RunStore, error: Exception) -> None:
    """Raise what is everyone's trouble, not that of the one run that something did not go well with."""
    if is_of_all(error):
        raise error
    store.check_writable()
