"""The runs at hand: those in memory, and those that are fetched from the database when someone asks."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from mnist_core.errors import RunError
from mnist_core.runs.database import RETRY_SECONDS
from mnist_core.runs.record import UNFINISHED, RunRecord, RunSnapshot

if TYPE_CHECKING:
    from mnist_core.model import Model
    from mnist_core.runs.store import RunStore
    from mnist_core.runs.writer import RunWriter

T = TypeVar("T")
logger = logging.getLogger(__name__)

MODELS_KEPT = 16
MOST_RUNS, MOST_UNFINISHED = 300, 50  # of one owner
LONGEST_ID = 32


class RunShelf:
    """Finds runs, and gives out snapshots and models of them. Used with the lock held, except for `fetch_…`.

    Parameters
    ----------
    records : the runs in memory, by id
    changed : the lock around them
    writer : knows the database, and what of it is out of date
    """

    def __init__(
        self, records: dict[str, RunRecord], changed: threading.Condition, writer: RunWriter
    ) -> None:
        self._records, self._changed, self._writer = records, changed, writer
        self._snapshots: dict[str, tuple[tuple[int, int | None], RunSnapshot]] = {}
        self._models: OrderedDict[str, tuple[int, Model]] = OrderedDict()
        self._ask_again_at: dict[str, float] = {}

    def add(self, record: RunRecord) -> None:
        """Put a new run there."""
        self._records[record.id] = record

    def find(self, run_id: str) -> RunRecord:
        """The run.

        Raises
        ------
        RunError
            if there is none of this id
        """
        if run_id not in self._records:
            record = self._ask(lambda store: store.load_one(run_id)) if self._may_be_kept(run_id) else None
            if record is None:
                raise unknown()
            self._adopt(record)
        return self._records[run_id]

    def owned(self, owner: str) -> list[RunRecord]:
        """The owner's runs that are in memory, oldest first."""
        return [record for record in self._records.values() if record.owner == owner]

    def check_room(self, owner: str, *, starting: bool = False) -> None:
        """One visitor cannot fill the server.

        Raises
        ------
        RunError
            if the owner has too many runs for one more, or, for one that is to train, too many that have not ended
        """
        runs = self.owned(owner)
        if len(runs) >= MOST_RUNS:
            raise RunError("You have {count} runs. Delete some on the Compare page first.", count=len(runs))
        unfinished = sum(record.status in UNFINISHED for record in runs)
        if starting and unfinished >= MOST_UNFINISHED:
            raise RunError(
                "{count} of your runs have not ended yet. Wait for one, or stop one.", count=unfinished
            )

    def fetch_owned(self, owner: str) -> None:
        """Fetch the owner's runs from the database, the first time (lock not held: it may take a while)."""
        with self._changed:
            if time.monotonic() < self._ask_again_at.get(owner, 0.0):
                return
        records = self._ask(lambda store: store.load_owned(owner))
        with self._changed:
            self._ask_again_at[owner] = time.monotonic() + RETRY_SECONDS if records is None else math.inf
            for record in records or ():
                if record.id not in self._records and not self._writer.is_deleted(record.id):
                    self._adopt(record)

    def fetch(self, run_id: str) -> None:
        """Fetch the run from the database if it is only there (lock not held)."""
        if run_id in self._records or not self._may_be_kept(run_id):
            return
        record = self._ask(lambda store: store.load_one(run_id))
        with self._changed:
            if record is not None and run_id not in self._records and not self._writer.is_deleted(run_id):
                self._adopt(record)

    def fetch_progress(self, owner: str) -> str | None:
        """How far the owner was in the lesson; None where it cannot be read (lock not held)."""
        return self._ask(lambda store: store.load_progress(owner))

    def snapshot(self, record: RunRecord, queue_position: int | None) -> RunSnapshot:
        """The run as it is now; the same object as long as nothing changes."""
        version = (record.changes, queue_position)
        known = self._snapshots.get(record.id)
        if known is None or known[0] != version:
            known = self._snapshots[record.id] = (version, record.snapshot(queue_position))
        return known[1]

    def with_parameters(self, record: RunRecord) -> RunRecord:
        """A copy that has what the run has learned, whether that is in memory or not."""
        copy = replace(record)
        self._fetch_parameters(copy)
        return copy

    def prepare_to_go_on(self, record: RunRecord) -> None:
        """Have in memory what the run has learned; where it was just stopped, its worker is about to bring it.

        Raises
        ------
        RunError
            if it cannot be read
        """
        self._fetch_parameters(record)
        is_lost = record.checkpoint is None and record.epoch > 0 and not record.is_on_worker
        if record.is_unloaded or is_lost:
            raise RunError(
                "What the run has learned cannot be read. Try again in a moment, or reset the run."
            )

    def prepare_to_begin_anew(self, record: RunRecord) -> None:
        """Have in memory what the run began with, where that were not fresh parameters.

        Raises
        ------
        RunError
            if it cannot be read
        """
        if record.has_beginning and record.beginning is None:
            self._fetch_parameters(record)
            if record.beginning is None:
                raise RunError("What the run began with cannot be read. Try again in a moment.")

    def model(self, record: RunRecord) -> Model | None:
        """What the run has learned so far; the latest few of those in the database are kept at hand."""
        if record.model is not None:
            return record.model
        known = self._models.get(record.id)
        if known is None or known[0] != record.changes:
            model = self.with_parameters(record).model
            if model is None:  # perhaps it can be read in a moment
                return None
            known = self._models[record.id] = (record.changes, model)
            if len(self._models) > MODELS_KEPT:
                self._models.popitem(last=False)
        self._models.move_to_end(record.id)
        return known[1]

    def remove(self, run_id: str) -> None:
        """Forget the run, here."""
        del self._records[run_id]
        self._snapshots.pop(run_id, None)
        self._models.pop(run_id, None)

    def put_away(self, owner: str) -> None:
        """Keep the owner's runs that are at rest in the database only."""
        for record in self.owned(owner):
            is_written = not self._writer.is_pending(record.id) and self._writer.database.trouble is None
            if record.status not in UNFINISHED and is_written:
                self.remove(record.id)
                self._writer.drop(record.id)
                self._ask_again_at.pop(owner, None)

    def _may_be_kept(self, run_id: str) -> bool:
        return len(run_id) <= LONGEST_ID and not self._writer.is_deleted(run_id)

    def _adopt(self, record: RunRecord) -> None:
        self._records[record.id] = record
        self._writer.note_loaded(record)

    def _fetch_parameters(self, record: RunRecord) -> None:
        if record.is_unloaded:
            self._ask(lambda store: store.load_parameters(record))

    def _ask(self, read: Callable[[RunStore], T]) -> T | None:
        """What the database says; None where it cannot."""
        store = self._writer.database.store()
        if store is None:
            return None
        try:
            return read(store)
        except Exception as error:  # whatever a database may raise: the runs in memory go on
            logger.warning("Runs cannot be read from the database", exc_info=True)
            self._writer.doubt(store, error)
            return None


def unknown() -> RunError:
    """There is no such run, or it is not for this visitor: the two are not told apart.

    Whoever is told has had the run on screen: its id says nothing to them.
    """
    return RunError("This run is gone: it was deleted, perhaps in another tab.")
