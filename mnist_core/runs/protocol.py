"""What the web process and a worker say to each other about one run. Plain frozen data, pickled by Dask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mnist_core.checkpoint import Checkpoint
    from mnist_core.errors import MnistCoreError
    from mnist_core.model import Model
    from mnist_core.results import BatchResult, EpochResult

Mode = Literal["run", "pause", "batch", "epoch"]
"""What a run is to do: go on, hold still, or go on for one batch or epoch and then hold still."""

WATCHED_SECONDS = 2.0
"""So long after someone asked for a run's model, its worker goes on sending the current one."""


@dataclass(frozen=True, kw_only=True)
class RunTicket:
    """One turn of a run on a worker: everything the worker needs to know.

    Parameters
    ----------
    key : names the turn; a run that moves to another worker gets a new key
    config : `TrainingConfig.to_dict()`
    data : a source for `load_dataset`, loaded on the worker
    fingerprint : of the data set the run began with; None at the first turn
    checkpoint : where to go on from; None to begin
    learning_rate, epochs, stop_at_accuracy : as steered since, in place of those in checkpoint and config
    mode : how to begin
    hold_seconds : how long a paused run keeps the worker
    """

    key: str
    config: dict[str, Any]
    data: str
    fingerprint: str | None = None
    checkpoint: Checkpoint | None = None
    learning_rate: float
    epochs: int
    stop_at_accuracy: float | None = None
    mode: Mode = "run"
    hold_seconds: float = 15.0


@dataclass(frozen=True)
class RunCommand:
    """An order to a run that is on a worker.

    Parameters
    ----------
    name : "mode" (value: a Mode), "learning_rate", "epochs", "stop", "release"
        (release: hand back the worker with a checkpoint, to go on later)
    number : which order of its turn this is, from 1; one that is sent again is carried out once
    """

    name: Literal["mode", "learning_rate", "epochs", "stop", "release"]
    value: Any = None
    number: int = 0


@dataclass(frozen=True)
class RunSamples:
    """The current answers for a fixed few test digits.

    Parameters
    ----------
    images : (k, 28, 28) uint8
    labels : (k,) uint8, the truth
    probabilities : (k, 10) float32
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]

    @property
    def predictions(self) -> NDArray[np.int64]:
        """The most likely digit of each: (k,) int64."""
        return np.asarray(self.probabilities.argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class RunUpdate:
    """News of a run since the last exchange.

    Parameters
    ----------
    state : what the worker is doing
    obeyed : how many orders of this turn it has carried out; with fewer than given, `state` is old news
    results : (serial number, result) pairs not yet acknowledged
    evaluated : while the network is evaluated, images asked about so far, and of how many
    confusion, samples, checkpoint, model : the latest where there is a newer one, else None
    seconds_left : an estimate, None when unknown
    images_per_second : of training alone, over the last second or so
    """

    state: Literal["loading", "running", "paused"] = "loading"
    obeyed: int = 0
    dataset_origin: str = ""
    fingerprint: str | None = None
    epoch: int = 0
    batch: int = 0
    batches: int = 0
    evaluated: tuple[int, int] | None = None
    learning_rate: float | None = None
    initial: EpochResult | None = None
    results: tuple[tuple[int, BatchResult | EpochResult], ...] = ()
    confusion: NDArray[np.int64] | None = None
    samples: RunSamples | None = None
    checkpoint: Checkpoint | None = None
    model: Model | None = None
    seconds_left: float | None = None
    images_per_second: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """How a turn on a worker ended.

    Parameters
    ----------
    ended : "released" means: there is more to do, on any worker
    update : the last news, with checkpoint and model
    error : why it failed
    diverged_at : the epoch in which the loss ceased to be a number
    """

    ended: Literal["finished", "stopped", "released", "failed"]
    update: RunUpdate = field(default_factory=RunUpdate)
    error: MnistCoreError | None = None
    diverged_at: int | None = None
