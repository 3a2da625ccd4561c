"""What the runs on one worker process share: the data sets, and clocks for their pace."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mnist_core.data import Dataset, load_dataset
from mnist_core.runs.protocol import RunSamples

_DATASETS_KEPT = 2
_datasets: OrderedDict[str, tuple[Dataset, str]] = OrderedDict()
_loading = threading.Lock()


def shared_dataset(source: str) -> tuple[Dataset, str]:
    """The data set and its fingerprint, loaded once for all runs in this process."""
    with _loading:
        if source not in _datasets:
            dataset = load_dataset(source)
            fingerprint = fingerprint_of(dataset)
            known = [entry for entry in _datasets.values() if entry[1] == fingerprint]
            _datasets[source] = known[0] if known else (dataset, fingerprint)
        _datasets.move_to_end(source)
        while len(_datasets) > _DATASETS_KEPT:
            _datasets.popitem(last=False)
        return _datasets[source]


def fingerprint_of(dataset: Dataset) -> str:
    """A short hash of every picture and label: equal where two hosts have the same data."""
    digest = hashlib.blake2b(digest_size=16)
    for split in (dataset.train, dataset.test):
        for array in (split.images, split.labels):
            digest.update(str(array.shape).encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def sample_answers(
    dataset: Dataset, predict_proba: Callable[[NDArray[np.uint8]], NDArray[np.float32]]
) -> RunSamples:
    """The current answers for the first test picture of each digit, in order of the digits."""
    digits, first = np.unique(dataset.test.labels, return_index=True)
    images = dataset.test.images[first]
    return RunSamples(images, digits.astype(np.uint8), predict_proba(images))


class Pace:
    """How long the rest will take, from how long the last part took.

    Parameters
    ----------
    progress : gives the epochs done so far
    """

    def __init__(self, progress: Callable[[], float]) -> None:
        self._progress = progress
        self._started_at: float | None = None
        self._began_with = 0.0

    def restart(self) -> None:
        """Forget the past: the run was held, or goes at another speed now."""
        self._started_at = None

    def seconds_left(self, epochs: int) -> float | None:
        """Seconds to the end of epoch `epochs`; None before anything is known."""
        now, done = time.monotonic(), self._progress()
        if self._started_at is None:
            self._started_at, self._began_with = now, done
            return None
        gained = done - self._began_with
        return (now - self._started_at) / gained * max(0.0, epochs - done) if gained > 0 else None


class Clock:
    """Strikes when asked, but not again before `seconds` have passed."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._struck_at = time.monotonic()

    def has_struck(self) -> bool:
        """Whether the time is up; if so, it starts anew."""
        if time.monotonic() - self._struck_at < self._seconds:
            return False
        self._struck_at = time.monotonic()
        return True
