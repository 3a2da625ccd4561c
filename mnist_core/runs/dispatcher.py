"""Brings waiting runs and free workers together.

Everything here happens on one event loop, in one thread of the web process. What a run is lives in its
`RunRecord`; a turn is one stay of a run on a worker. A worker that dies takes only its turn with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mnist_core.errors import MnistCoreError, RunError
from mnist_core.runs.fairness import fair_order, turn_to_release
from mnist_core.runs.protocol import RunCommand, RunOutcome, RunTicket, RunUpdate
from mnist_core.runs.record import RunRecord

if TYPE_CHECKING:
    from mnist_core.runs.turn import Turn

logger = logging.getLogger(__name__)

STARTING_SECONDS = 0.2  # between two looks at the workers while there are none yet
LOOK_SECONDS = 0.5  # the same, while a run waits or trains
IDLE_SECONDS = 5.0  # the same, while none does
CONNECT_PATIENCE_SECONDS = 60.0  # a run waits for workers that cannot be had
AVOID_SECONDS = 60.0
"""A worker that a run was lost on is not given another for so long: its scheduler may think it alive."""


class Dispatcher:
    """The thread behind a `RunService`.

    Parameters
    ----------
    records : the service's runs, by id; guarded by `changed`
    changed : a lock, notified whenever a run has changed
    scheduler_address, workers : as for `RunCluster`
    on_change : told which run has changed, with the lock held
    """

    def __init__(
        self,
        records: dict[str, RunRecord],
        changed: threading.Condition,
        *,
        scheduler_address: str | None,
        workers: int,
        on_change: Callable[[RunRecord], None],
    ) -> None:
        self._records, self._changed, self._on_change = records, changed, on_change
        self._scheduler_address, self._workers = scheduler_address, workers
        self._turns: dict[str, Turn] = {}
        self._served_at: dict[str, float] = {}
        self._lost_at: dict[str, float] = {}
        self._following: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._closing = False
        self._trouble: MnistCoreError | None = None
        self._trouble_since = 0.0

    # --- called from any thread -------------------------------------------------------------------

    def start(self) -> None:
        """Start the cluster in the background; does nothing the second time."""
        with self._changed:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="mnist-runs", daemon=True)
                self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        """End the cluster, if it is ours, and the thread."""
        self._closing = True
        self.nudge()
        if self._thread is not None:
            self._thread.join(timeout)

    def nudge(self) -> None:
        """Look at the runs now."""
        if self._wake is not None:
            self._call(self._wake.set)

    def order(self, record: RunRecord, command: RunCommand) -> Turn | None:
        """Give an order to a run that is on a worker (lock held): its turn; None where it is on none."""
        turn = self.turn_of(record)
        if turn is not None:
            turn.order(command)
            self._call(turn.wake.set)
        return turn

    def turn_of(self, record: RunRecord) -> Turn | None:
        """The run's present stay on a worker (lock held)."""
        turns = (turn for turn in self._turns.values() if turn.record is record and turn.is_current)
        return next(turns, None)

    def dismiss(self, record: RunRecord) -> None:
        """Stop the run's turn and forget what it brings (lock held)."""
        self.order(record, RunCommand("stop"))
        record.generation += 1

    def _call(self, function: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            if self._loop is not None:
                self._loop.call_soon_threadsafe(function)

    # --- the loop ---------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        from mnist_core.runs.cluster import RunCluster

        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told by us
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        while not self._closing:
            try:
                async with RunCluster(self._scheduler_address, self._workers) as cluster:
                    try:
                        self._end_trouble()
                        await self._supervise(cluster)
                    finally:  # before the connection closes, so that no run takes that for its own failure
                        await self._end_turns()
            except MnistCoreError as error:
                self._tell_waiting(error)
                await self._rest(LOOK_SECONDS)
                while not self._closing and not self._has_waiting():
                    await self._rest(IDLE_SECONDS)
            except Exception:
                logger.warning("The connection to the Dask scheduler broke; connecting again.")
                logger.debug("It broke like this", exc_info=True)
                await self._rest(LOOK_SECONDS)

    async def _supervise(self, cluster: Any) -> None:
        while not self._closing:
            tasks = await cluster.tasks()
            with self._changed:
                for turn in self._turns.values():
                    if turn.address not in tasks:
                        turn.lost.set()
                self._place(cluster.client, tasks)
            cluster.replace_dead_workers()
            is_busy = bool(self._turns) or self._has_waiting()
            await self._rest(STARTING_SECONDS if not tasks else LOOK_SECONDS if is_busy else IDLE_SECONDS)

    async def _rest(self, seconds: float) -> None:
        assert self._wake is not None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)
        self._wake.clear()

    async def _end_turns(self) -> None:
        for turn in self._turns.values():
            turn.lost.set()
        if self._following:
            await asyncio.wait(self._following, timeout=2)

    def _has_waiting(self) -> bool:
        with self._changed:
            return any(record.status == "queued" for record in self._records.values())

    def _tell_waiting(self, error: MnistCoreError) -> None:
        """There are no workers to be had: say so, and after a while give up those who have waited all the time."""
        now = time.monotonic()
        with self._changed:
            if self._trouble is None:
                logger.warning(str(error), exc_info=error.__cause__)
                self._trouble_since = now
            self._trouble = error
            for record in self._records.values():
                if record.status == "queued":
                    has_waited_s = now - max(record.queued_at, self._trouble_since)
                    record.change(
                        status="failed" if has_waited_s > CONNECT_PATIENCE_SECONDS else "queued", error=error
                    )
                    self._on_change(record)
            self._changed.notify_all()

    def _end_trouble(self) -> None:
        """There is a cluster again: those who wait are not told otherwise any more."""
        with self._changed:
            for record in self._records.values():
                if record.status == "queued" and record.error is self._trouble:
                    record.change(error=None)
                    self._on_change(record)
            self._trouble = None
            self._changed.notify_all()

    # --- placing (lock held) ----------------------------------------------------------------------

    def queue(self) -> list[RunRecord]:
        """The waiting runs, the next one first (lock held)."""
        waiting = [record for record in self._records.values() if record.status == "queued"]
        running = Counter(turn.record.owner for turn in self._turns.values())
        return fair_order(waiting, running, self._served_at)

    def _place(self, client: Any, tasks: dict[str, Any]) -> None:
        long_ago = time.monotonic() - AVOID_SECONDS
        self._lost_at = {worker: lost_at for worker, lost_at in self._lost_at.items() if lost_at > long_ago}
        unfit = {turn.address for turn in self._turns.values()} | self._lost_at.keys()
        free = [address for address, keys in tasks.items() if not keys and address not in unfit]
        waiting = [record for record in self.queue() if self.turn_of(record) is None]
        for record, address in zip(waiting, free, strict=False):
            self._begin(record, address, client)
        if len(waiting) > len(free):
            self._make_room(waiting[len(free)])

    def _begin(self, record: RunRecord, address: str, client: Any) -> None:
        from mnist_core.runs.turn import Turn

        turn = Turn(record, address, record.generation, f"mnist-run-{record.id}-{uuid.uuid4().hex[:8]}")
        self._turns[turn.key] = turn
        self._served_at[record.owner] = time.monotonic()
        record.change(status="running", is_on_worker=True, images_per_second=0.0, seconds_left=None)
        self._on_change(record)
        following = self._follow(turn, turn.ticket(), client)  # the ticket as of now, with the lock held
        task = asyncio.get_running_loop().create_task(following)
        self._following.add(task)
        task.add_done_callback(self._following.discard)
        self._changed.notify_all()

    def _make_room(self, waiting: RunRecord) -> None:
        """Ask for a worker back, if there is one to be had for this run."""
        turns = [turn for turn in self._turns.values() if turn.is_current]
        turn = turn_to_release(turns, waiting, time.monotonic())
        if turn is not None:
            turn.is_releasing = True
            self.order(turn.record, RunCommand("release"))

    # --- following --------------------------------------------------------------------------------

    async def _follow(self, turn: Turn, ticket: RunTicket, client: Any) -> None:
        from mnist_core.runs.turn import WorkerLostError, follow

        outcome: RunOutcome | None = None
        try:
            outcome = await follow(turn, ticket, client, self._deliver)
        except WorkerLostError:
            self._lost_at[turn.address] = time.monotonic()
        except Exception:
            logger.exception("A run could not be given to a worker")
            error = RunError(
                "The run could not be given to a worker. Resume it to try again; the server's log says what went "
                "wrong."
            )
            outcome = RunOutcome(ended="failed", error=error)
        with self._changed:
            del self._turns[turn.key]
            self._served_at[turn.record.owner] = time.monotonic()  # who waits now, waits from here on
            if turn.is_current:
                turn.record.change(is_on_worker=False)
                if outcome is None:
                    turn.lose(may_wait=not self._closing)
                else:
                    turn.end(outcome)
                self._on_change(turn.record)
            self._changed.notify_all()
        self.nudge()

    def _deliver(self, turn: Turn, update: RunUpdate) -> None:
        with self._changed:
            if turn.is_current:
                turn.take(update)
                self._on_change(turn.record)
                self._changed.notify_all()
