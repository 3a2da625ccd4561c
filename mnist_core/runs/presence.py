"""Who is there: the owners with an open tab, and what is to be done when one stays away."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

GRACE_SECONDS = 180.0


class Presence:
    """Counts the tabs of each owner. Thread-safe.

    Parameters
    ----------
    on_left : called, from a thread of its own, with an owner who has been away for the grace
    grace_seconds : a lost connection or a reload is not yet leaving
    """

    def __init__(self, on_left: Callable[[str], None], grace_seconds: float = GRACE_SECONDS) -> None:
        self._on_left, self._grace_seconds = on_left, grace_seconds
        self._tabs: Counter[str] = Counter()
        self._timers: dict[str, threading.Timer] = {}
        self._seen_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def attach(self, owner: str) -> None:
        """A tab has opened."""
        with self._lock:
            self._tabs[owner] += 1
            self._cancel(owner)

    def detach(self, owner: str) -> None:
        """A tab has closed."""
        with self._lock:
            self._tabs[owner] = max(0, self._tabs[owner] - 1)
            if self._tabs[owner] == 0:
                self._wait_for(owner, self._grace_seconds)

    def see(self, owner: str) -> None:
        """The owner has just asked for something, from whatever tab."""
        self._seen_at[owner] = time.monotonic()

    def close(self) -> None:
        """Wait for nobody any more."""
        with self._lock:
            for owner in list(self._timers):
                self._cancel(owner)

    def _wait_for(self, owner: str, seconds: float) -> None:
        self._cancel(owner)
        timer = self._timers[owner] = threading.Timer(seconds, self._expire, (owner,))
        timer.daemon = True
        timer.start()

    def _expire(self, owner: str) -> None:
        with self._lock:
            self._timers.pop(owner, None)
            away = time.monotonic() - self._seen_at.get(owner, -1e9)
            if self._tabs[owner]:
                return
            if away < self._grace_seconds:
                self._wait_for(owner, self._grace_seconds - away)
                return
            self._tabs.pop(owner, None)
            self._seen_at.pop(owner, None)
        self._on_left(owner)

    def _cancel(self, owner: str) -> None:
        timer = self._timers.pop(owner, None)
        if timer is not None:
            timer.cancel()
