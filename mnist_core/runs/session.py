"""The mailbox between a run in training and the web process that steers it, kept on the worker.

The training thread publishes and obeys between batches; the worker's event loop exchanges (called by
`Client.run`, so an order reaches the trainer's next look at its inbox within milliseconds, and nothing
is polled over the network by the trainer).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from mnist_core.runs.protocol import WATCHED_SECONDS, RunCommand, RunUpdate

if TYPE_CHECKING:
    from mnist_core.results import BatchResult, EpochResult

ABANDONED_SECONDS = 60.0
"""A run nobody has asked after for this long ends: its web process is gone."""
GIVING_WAY_SECONDS = 5.0
"""The same, where another run waits for this worker."""


class RunSession:
    """One turn of one run on this worker. Thread-safe."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._inbox: SimpleQueue[RunCommand] = SimpleQueue()
        self._results: deque[tuple[int, BatchResult | EpochResult]] = deque()
        self._serial = 0
        self._taken = 0
        self._news = RunUpdate()
        self._lock = threading.Lock()
        self._heard_at = time.monotonic()
        self._model_watched_at = -1e9
        self._is_in_the_way = False

    def publish(self, result: BatchResult | EpochResult | None = None, **news: Any) -> None:
        """Make news available to the next exchange."""
        with self._lock:
            self._news = replace(self._news, **news)
            if result is not None:
                self._serial += 1
                self._results.append((self._serial, result))

    def next_command(self, timeout: float = 0.0) -> RunCommand | None:
        """The oldest order not yet obeyed, waiting up to `timeout` seconds for one."""
        try:
            return self._inbox.get(timeout=timeout) if timeout > 0 else self._inbox.get_nowait()
        except Empty:
            return None

    @property
    def is_abandoned(self) -> bool:
        """Whether nobody asks after this run any more."""
        patience_s = GIVING_WAY_SECONDS if self._is_in_the_way else ABANDONED_SECONDS
        return time.monotonic() - self._heard_at > patience_s

    def give_way(self) -> None:
        """Another run waits for this worker: no need to go on for long if nobody asks after this one."""
        self._is_in_the_way = True

    @property
    def is_model_watched(self) -> bool:
        """Whether someone uses the current parameters just now."""
        return time.monotonic() - self._model_watched_at < WATCHED_SECONDS

    def exchange(self, commands: Sequence[RunCommand], acknowledged: int, watch_model: bool) -> RunUpdate:
        """Take orders, give news. Results stay until acknowledged, large things are given once.

        An order that comes again, because the answer to it was lost on the way, is not taken again.
        """
        with self._lock:
            for command in commands:
                if command.number > self._taken:
                    self._taken = command.number
                    self._inbox.put(command)
            self._heard_at = time.monotonic()
            if watch_model:
                self._model_watched_at = self._heard_at
            while self._results and self._results[0][0] <= acknowledged:
                self._results.popleft()
            return self._give()

    def close(self) -> RunUpdate:
        """The last news; from here on the worker no longer knows this run."""
        _SESSIONS.pop(self.key, None)
        with self._lock:
            return self._give()

    def _give(self) -> RunUpdate:
        update = replace(self._news, results=tuple(self._results))
        self._news = replace(
            self._news, checkpoint=None, model=None, confusion=None, samples=None, initial=None
        )
        return update


_SESSIONS: dict[str, RunSession] = {}


def open_session(key: str) -> RunSession:
    """Begin to answer for the turn `key` in this process."""
    session = _SESSIONS[key] = RunSession(key)
    return session


def exchange(
    key: str, commands: Sequence[RunCommand], acknowledged: int, watch_model: bool
) -> RunUpdate | None:
    """Exchange with the turn `key`; None where it has not begun, or has ended (no order was taken then)."""
    session = _SESSIONS.get(key)
    if session is not None:
        return session.exchange(commands, acknowledged, watch_model)
    for other in list(_SESSIONS.values()):
        other.give_way()
    return None
