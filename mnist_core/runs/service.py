"""Training runs: start, watch, steer, keep. The pages' only door to the Dask engine."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mnist_core.configuration import TrainingConfig, check_learning_rate
from mnist_core.errors import ConfigurationError, RunError
from mnist_core.runs.dispatcher import Dispatcher
from mnist_core.runs.presence import GRACE_SECONDS, Presence
from mnist_core.runs.protocol import WATCHED_SECONDS, Mode, RunCommand, RunSamples
from mnist_core.runs.record import LONGEST_NAME, UNFINISHED, RunRecord, RunSnapshot, new_id
from mnist_core.runs.shelf import RunShelf, unknown
from mnist_core.runs.writer import RunWriter

if TYPE_CHECKING:
    from mnist_core.checkpoint import Checkpoint
    from mnist_core.errors import MnistCoreError
    from mnist_core.messages import Phrase
    from mnist_core.model import Model

__all__ = ["RunSamples", "RunService", "RunSnapshot"]

OBEY_SECONDS = 0.3
"""How long an order waits for the worker to carry it out, so that the page shows it at once."""


class RunService:
    """All runs of one web process. Thread-safe; make one and keep it.

    Making one costs nothing: the workers start with the first run, or with `prepare`.

    Parameters
    ----------
    home : where runs are kept
    scheduler_address : an existing Dask scheduler; None trains on this machine
    workers : worker processes on this machine (default 2, or the environment's MNIST_WORKERS)
    database_url : a SQLAlchemy URL (default: the environment's MNIST_DATABASE_URL, or SQLite under `home`)
    grace_seconds : how long the runs of an owner without an open tab go on

    Raises
    ------
    RunError
        by every method that is given a run's id but `delete`, if there is no such run
    ConfigurationError
        if the environment's MNIST_WORKERS is no number of workers
    """

    def __init__(
        self,
        home: Path,
        scheduler_address: str | None = None,
        workers: int | None = None,
        database_url: str | None = None,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._changed = threading.Condition(threading.RLock())
        records: dict[str, RunRecord] = {}
        url = database_url or os.environ.get("MNIST_DATABASE_URL")
        self._writer = RunWriter(records, self._changed, home, url)
        self._shelf = RunShelf(records, self._changed, self._writer)
        self._dispatcher = Dispatcher(
            records,
            self._changed,
            scheduler_address=scheduler_address,
            workers=workers or _wanted_workers(),
            on_change=self._writer.note,
        )
        self._presence = Presence(self._leave, grace_seconds)

    def prepare(self) -> None:
        """Start the workers in the background, so that the first run need not wait for them."""
        atexit.unregister(self.close)
        atexit.register(self.close)
        self._dispatcher.start()

    @property
    def trouble(self) -> MnistCoreError | None:
        """Why runs are not kept on disk just now; None when all is well."""
        self._writer.database.store()
        return self._writer.database.trouble

    @property
    def notice(self) -> MnistCoreError | None:
        """What every visitor is to be told once: that a new database replaces a damaged or deleted one. Else None."""
        return self._writer.database.notice

    def attach(self, owner: str) -> None:
        """A tab of the owner has opened: call once a browser session."""
        self._presence.attach(owner)

    def detach(self, owner: str) -> None:
        """A tab of the owner has closed: after a grace of a few minutes the unfinished runs stop."""
        self._presence.detach(owner)

    def close(self) -> None:
        """End the workers; unfinished runs can be continued by the next server."""
        atexit.unregister(self.close)
        self._presence.close()
        self._dispatcher.close()
        self._writer.close()

    # --- start and watch --------------------------------------------------------------------------

    def start(
        self,
        config: TrainingConfig,
        *,
        data: str = "auto",
        owner: str,
        name: str | Phrase | None = None,
        beginning: Checkpoint | None = None,
    ) -> str:
        """Queue a new run; its id. It begins with fresh parameters, or with those of `beginning`.

        Raises
        ------
        ConfigurationError
            for an unknown data source
        RunError
            if the owner has too many runs
        """
        record = RunRecord.new(config, owner=owner, data=data, name=name, beginning=beginning)
        self._add(record, starting=True)
        self.prepare()
        return record.id

    def snapshot(self, run_id: str, viewer: str | None = None) -> RunSnapshot:
        """The run as it is now; from memory.

        Raises
        ------
        RunError
            if there is no such run, or `viewer` is given and is not the owner of a run that is not shared
        """
        self._shelf.fetch(run_id)
        with self._changed:
            record = self._shelf.find(run_id)
            if viewer not in (None, record.owner) and not record.shared:
                raise unknown()
            return self._shelf.snapshot(record, self._positions().get(run_id))

    def list(self, owner: str) -> list[RunSnapshot]:
        """The owner's runs, oldest first; from memory, but for the first time."""
        self._presence.see(owner)
        self._shelf.fetch_owned(owner)
        with self._changed:
            positions = self._positions()
            return [
                self._shelf.snapshot(record, positions.get(record.id)) for record in self._shelf.owned(owner)
            ]

    def latest_model(self, run_id: str) -> Model | None:
        """The parameters as they are now, renewed up to twice a second while this is called."""
        with self._changed:
            record = self._shelf.find(run_id)
            is_first = time.monotonic() - record.model_wanted_at > WATCHED_SECONDS
            record.model_wanted_at = time.monotonic()
            if is_first and self._dispatcher.turn_of(record):
                self._wait(lambda: record.model is not None)
            return self._shelf.model(record)

    # --- steer ------------------------------------------------------------------------------------

    def pause(self, run_id: str) -> None:
        """Hold still after the batch in work. The worker is handed back after a while."""
        self._set_mode(run_id, "pause", "paused")

    def resume(self, run_id: str) -> None:
        """Go on: from where it was paused, or from the last checkpoint of a stopped or failed run."""
        self._set_mode(run_id, "run", "running")

    def step(self, run_id: str, unit: Literal["batch", "epoch"] = "batch") -> None:
        """Train one batch or to the end of the epoch, then hold still. A step under way is not asked for twice."""
        with self._changed:
            record = self._shelf.find(run_id)
            if record.mode in ("batch", "epoch") and record.status in ("queued", "running"):
                return
        self._set_mode(run_id, unit, "running")

    def stop(self, run_id: str) -> None:
        """End the run after the batch in work, keeping what it has learned."""
        with self._changing(run_id) as record:
            if record.status in UNFINISHED:
                record.change(status="stopped", error=None)
                if self._dispatcher.order(record, RunCommand("stop")):
                    self._wait(lambda: self._dispatcher.turn_of(record) is None)

    def reset(self, run_id: str) -> None:
        """Back to the same initial parameters, held still: `resume` or `step` begins anew."""
        with self._changing(run_id) as record:
            self._shelf.prepare_to_begin_anew(record)
            self._dispatcher.dismiss(record)
            record.clear()

    def set_learning_rate(self, run_id: str, value: float) -> None:
        """Change the learning rate from the next batch on.

        Raises
        ------
        ConfigurationError
            if it is not a number above 0
        """
        learning_rate = check_learning_rate(value)
        with self._changing(run_id) as record:
            record.change(learning_rate=learning_rate)
            self._dispatcher.order(record, RunCommand("learning_rate", learning_rate))

    def add_epochs(self, run_id: str, count: int) -> None:
        """Let the run go on `count` epochs longer; a finished one is queued again, whatever accuracy it stopped at.

        Raises
        ------
        ConfigurationError
            if `count` is below 1
        """
        if count < 1:
            raise ConfigurationError("At least 1 epoch can be added. Received: {received}.", received=count)
        with self._changing(run_id) as record:
            if record.status == "finished":
                self._shelf.prepare_to_go_on(record)
                record.change(epochs=record.epoch + count, stop_at_accuracy=None)
                record.change(status="queued", mode="run", queued_at=time.monotonic())
            else:
                record.change(epochs=record.epochs + count)
                self._dispatcher.order(record, RunCommand("epochs", record.epochs))
        self._dispatcher.start()

    def rename(self, run_id: str, name: str) -> None:
        """Give the run another name."""
        with self._changing(run_id) as record:
            record.change(name=name.strip()[:LONGEST_NAME] or record.name)

    def share(self, run_id: str, shared: bool = True) -> None:
        """Let others see the run (read-only), or no more."""
        with self._changing(run_id) as record:
            record.change(shared=shared)

    def delete(self, run_id: str) -> None:
        """Stop and forget the run; one that is gone already is as it should be."""
        with suppress(RunError), self._changing(run_id) as record:
            self._dispatcher.dismiss(record)
            self._shelf.remove(run_id)
            self._writer.delete(run_id)

    # --- the lesson -------------------------------------------------------------------------------

    def load_progress(self, owner: str) -> str | None:
        """What `keep_progress` kept for the owner, perhaps on an earlier server; "" where nothing was.

        None where that cannot be read just now: who writes then may write over more than they know.
        """
        return self._shelf.fetch_progress(owner)

    def keep_progress(self, owner: str, progress: str) -> None:
        """Keep a page's own account of how far the owner is, beside the runs."""
        with self._changed:
            self._writer.note_progress(owner, progress)

    # --- carry elsewhere --------------------------------------------------------------------------

    def export_run(self, run_id: str) -> bytes:
        """The whole run as one file: settings, curves, parameters, and what is needed to go on."""
        from mnist_core.runs.packing import run_to_bytes

        with self._changed:
            record = self._shelf.with_parameters(self._shelf.find(run_id))
        return run_to_bytes(record)

    def import_run(self, data: bytes, owner: str) -> str:
        """Add a run that `export_run` wrote; its new id.

        Raises
        ------
        ModelFileError
            if the file is not a saved run
        RunError
            if the owner has too many runs
        """
        from mnist_core.runs.packing import run_from_bytes

        record = run_from_bytes(data, run_id=new_id(), owner=owner)
        if record.status not in ("finished", "failed"):
            record.rewind()  # it was saved while it ran, perhaps before its first checkpoint
            record.status = "stopped"
        self._add(record)
        return record.id

    # --- within -----------------------------------------------------------------------------------

    def _leave(self, owner: str) -> None:
        """The owner has gone: stop what is unfinished, and keep the rest on disk only."""
        with self._changed:
            self._shelf.put_away(owner)
            for record in self._shelf.owned(owner):
                if record.status in UNFINISHED:
                    error = RunError(
                        "The run was stopped because its page was closed. It can go on from where it was."
                    )
                    record.change(status="stopped", error=error)
                    self._dispatcher.order(record, RunCommand("stop"))
                    self._tell(record)

    def _positions(self) -> dict[str, int]:
        return {record.id: position for position, record in enumerate(self._dispatcher.queue())}

    def _set_mode(self, run_id: str, mode: Mode, status: str) -> None:
        with self._changed:
            record = self._shelf.find(run_id)
            if record.status == "finished" or (
                mode == "pause" and record.status not in ("queued", "running")
            ):
                return
            has_ended = record.status in ("stopped", "failed")
            turn = None if has_ended else self._dispatcher.order(record, RunCommand("mode", mode))
            if turn is None and mode != "pause":
                status = "queued"
                self._shelf.prepare_to_go_on(record)
                record.change(queued_at=time.monotonic(), error=None, workers_lost=0)
            record.change(mode=mode, status=status)
            self._tell(record)
            if turn is not None:
                self._wait(lambda: turn.is_settled or record.status != status)
        self._dispatcher.start()

    def _add(self, record: RunRecord, *, starting: bool = False) -> None:
        with self._changed:
            self._shelf.check_room(record.owner, starting=starting)
            self._shelf.add(record)
            self._tell(record)

    @contextmanager
    def _changing(self, run_id: str) -> Iterator[RunRecord]:
        """The run, to be changed under the lock; when that is done, all who wait for news are told."""
        with self._changed:
            record = self._shelf.find(run_id)
            yield record
            self._tell(record)

    def _tell(self, record: RunRecord) -> None:
        self._writer.note(record)
        self._changed.notify_all()
        self._dispatcher.nudge()

    def _wait(self, is_done: Callable[[], bool]) -> None:
        self._changed.wait_for(is_done, timeout=OBEY_SECONDS)


def _wanted_workers() -> int:
    text = os.environ.get("MNIST_WORKERS", "2")
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ConfigurationError(
            "MNIST_WORKERS must be a whole number above 0. Received: {received}.", received=text
        )
    return int(text)
