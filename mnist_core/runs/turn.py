"""One stay of a run on a worker: hand over the ticket, carry orders there and news back.

What a stay brings to the run is in `Turn`, how it is brought in `follow`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from mnist_core.errors import RunError
from mnist_core.runs.protocol import RunCommand, RunOutcome, RunTicket, RunUpdate
from mnist_core.runs.record import RunRecord
from mnist_core.runs.session import exchange
from mnist_core.runs.worker import run_ticket

HOLD_SECONDS = 15.0  # a paused run keeps its worker
MOST_WORKERS_LOST = 2  # in a row, before a run is given up
POLL_SECONDS = 0.2  # between two exchanges with a worker
SETTLE_SECONDS = 0.03  # the same, while an order is carried out
SILENT_SECONDS = 20.0  # without an answer, after which a worker is thought lost
WITHDRAW_SECONDS = 2.0  # for taking a run back from a worker that is thought lost
_WATCH_SECONDS = 3.0  # since a page last asked for the model, in which the worker is told so


class WorkerLostError(Exception):
    """The worker has died, or does not answer any more."""


@dataclass(eq=False)
class Turn:
    """One stay of a run on a worker.

    Parameters
    ----------
    generation : of the record when the turn began
    key : names the turn on the worker and the task in Dask
    ordered, obeyed : how many orders were given and carried out
    acknowledged : number of the last result received
    started_at, heard_at : when it began; when the worker answered last
    is_releasing : asked to hand back the worker
    wake, lost : look at the orders now; the worker has gone
    """

    record: RunRecord
    address: str
    generation: int
    key: str
    started_at: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    commands: deque[RunCommand] = field(default_factory=deque)
    ordered: int = 0
    obeyed: int = 0
    acknowledged: int = 0
    is_releasing: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_current(self) -> bool:
        """Whether the run still is what it was when the turn began (it may have been reset or deleted)."""
        return self.generation == self.record.generation

    @property
    def is_settled(self) -> bool:
        """Whether the worker has carried out every order."""
        return self.obeyed >= self.ordered

    def order(self, command: RunCommand) -> None:
        """Put an order in the bag for the next exchange."""
        self.ordered += 1
        self.commands.append(replace(command, number=self.ordered))

    def ticket(self) -> RunTicket:
        """What the worker needs to know, as of now (lock held)."""
        record = self.record
        return RunTicket(
            key=self.key,
            config=record.config.to_dict(),
            data=record.data,
            fingerprint=record.fingerprint,
            checkpoint=record.checkpoint,
            learning_rate=record.learning_rate,
            epochs=record.epochs,
            stop_at_accuracy=record.stop_at_accuracy,
            mode=record.mode,
            hold_seconds=HOLD_SECONDS,
        )

    def take(self, update: RunUpdate) -> None:
        """News on the way (lock held)."""
        record = self.record
        self.acknowledged = record.apply(update, self.acknowledged)
        self.obeyed = update.obeyed
        if update.results:
            record.workers_lost = 0
        if self.is_settled and update.state == "paused" and record.status == "running":
            record.change(mode="pause", status="paused")

    def end(self, outcome: RunOutcome) -> None:
        """The worker has done its part: the run has ended, or waits for its next turn (lock held)."""
        record = self.record
        self.acknowledged = record.apply(outcome.update, self.acknowledged)
        if outcome.ended == "failed":
            record.change(status="failed", error=outcome.error, diverged_at=outcome.diverged_at)
        elif outcome.ended == "finished" and outcome.update.obeyed >= self.ordered:
            record.change(status="finished", error=None)
        elif record.status == "running":
            record.change(status="queued", queued_at=time.monotonic())

    def lose(self, *, may_wait: bool) -> None:
        """The worker is gone: back to the last checkpoint, to wait for another worker if the run may (lock held)."""
        record = self.record
        record.workers_lost += 1
        record.rewind()
        if record.status != "running" or not may_wait:
            return
        error = RunError(
            "A worker was lost. The run goes on from epoch {epoch} on another.", epoch=record.epoch
        )
        record.change(status="queued", error=error)
        if record.workers_lost > MOST_WORKERS_LOST:
            error = RunError(
                "The run was stopped: {count} workers ended while it trained, perhaps for want of memory. "
                "It can go on from epoch {epoch}.",
                count=record.workers_lost,
                epoch=record.epoch,
            )
            record.change(status="failed", error=error)


async def follow(
    turn: Turn, ticket: RunTicket, client: Any, deliver: Callable[[Turn, RunUpdate], None]
) -> RunOutcome:
    """Run `ticket` on the turn's worker to the end.

    Parameters
    ----------
    deliver : given all news on the way, not the last (that is in the outcome)

    Raises
    ------
    WorkerLostError
        if the worker has died or is silent
    """
    future = client.submit(
        run_ticket, ticket, key=turn.key, workers=[turn.address], allow_other_workers=False, pure=False
    )
    result = asyncio.ensure_future(future.result())
    lost = asyncio.ensure_future(turn.lost.wait())
    try:
        while not result.done():
            update = await _first_of(_exchange(turn, client), result, lost)
            if update is not None:
                deliver(turn, update)
            elif (
                time.monotonic() - turn.heard_at > SILENT_SECONDS
            ):  # not before it was asked: we may have slept
                raise WorkerLostError
            await _rest(turn, result, lost)
        return _outcome(result)
    finally:
        lost.cancel()
        if not result.done():
            result.cancel()
            await _withdraw(future, client)
        future.release()


async def _withdraw(future: Any, client: Any) -> None:
    """Take the task back from a worker that is thought lost, over a connection that perhaps is broken too."""
    with contextlib.suppress(Exception):
        await asyncio.wait_for(client.cancel([future], force=True), WITHDRAW_SECONDS)


def _outcome(result: asyncio.Future[RunOutcome]) -> RunOutcome:
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    try:
        return result.result()
    except (KilledWorker, FutureCancelledError, asyncio.CancelledError, OSError) as error:
        raise WorkerLostError from error


async def _first_of(
    news: Coroutine[Any, Any, RunUpdate | None], result: asyncio.Future[RunOutcome], lost: asyncio.Future[Any]
) -> RunUpdate | None:
    """The news; None where the result came first, or where the exchange failed.

    A failed exchange says nothing about the run: the connection broke, or the client is just closing. What
    has become of the run comes by `result` or `lost`, or by silence.
    """
    answer = asyncio.ensure_future(news)
    try:
        for _ in range(
            int(SILENT_SECONDS)
        ):  # a computer that was asleep in between has waited a second, not a night
            if not (answer.done() or result.done() or lost.done()):
                await _wait(1.0, answer, result, lost)
        if lost.done():
            raise WorkerLostError
        if not answer.done() or answer.cancelled() or answer.exception() is not None:
            return None
        return answer.result()
    finally:
        answer.cancel()


async def _exchange(turn: Turn, client: Any) -> RunUpdate | None:
    commands = tuple(turn.commands)
    is_watched = time.monotonic() - turn.record.model_wanted_at < _WATCH_SECONDS
    replies = await client.run(
        exchange, turn.key, commands, turn.acknowledged, is_watched, workers=[turn.address]
    )
    update: RunUpdate | None = replies[turn.address]
    turn.heard_at = time.monotonic()
    if update is not None:
        for _ in commands:
            turn.commands.popleft()
    return update


async def _rest(turn: Turn, result: asyncio.Future[RunOutcome], lost: asyncio.Future[Any]) -> None:
    """Until the next exchange is due: soon after an order, to see it carried out."""
    turn.wake.clear()
    if turn.commands:
        await asyncio.sleep(SETTLE_SECONDS)
        return
    wake = asyncio.ensure_future(turn.wake.wait())
    is_waited_for = not turn.is_settled or turn.record.mode in ("batch", "epoch")
    pause = SETTLE_SECONDS if is_waited_for else POLL_SECONDS
    await _wait(pause, wake, result, lost)
    wake.cancel()
    if lost.done():
        raise WorkerLostError


async def _wait(seconds: float, *futures: Any) -> None:
    """Until the first of the futures is done, `seconds` at most."""
    await asyncio.wait(futures, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
