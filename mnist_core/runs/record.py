"""A run as the web process knows it: what pages see of it, and how news from a worker changes it."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_core.checkpoint import Checkpoint
from mnist_core.data import SOURCES
from mnist_core.errors import ConfigurationError, MnistCoreError
from mnist_core.messages import Phrase
from mnist_core.results import BatchResult, EpochResult
from mnist_core.runs.loss_curve import LossCurve
from mnist_core.runs.protocol import Mode, RunSamples, RunUpdate

if TYPE_CHECKING:
    from mnist_core.configuration import TrainingConfig
    from mnist_core.model import Model

LONGEST_NAME = 80
UNFINISHED = frozenset({"queued", "running", "paused"})


@dataclass(frozen=True, kw_only=True)
class RunSnapshot:
    """A run at one moment.

    Parameters
    ----------
    name : as someone typed it; until then a phrase, for each reader in his language
    status : "queued", "running", "paused", "stopped", "finished" or "failed"
    error : why it failed or stopped, to be translated; None where there is nothing to say
    message : the same in English; "" where there is nothing to say
    queue_position : 0 is next; None when not queued
    epoch : epochs done
    batch, batches : batches done in the running epoch, of how many
    evaluated : while the network is evaluated, images asked about so far, of how many
    history : one result an epoch
    initial : the evaluation before the first step
    batch_history : (k, 2) float64, k at most 500: epochs done (with fraction), training loss
    seconds_left : an estimate; None when unknown
    created_at : seconds since 1970
    diverged_at : the epoch in which the loss ceased to be a number
    confusion : (10, 10) int64 of the test set, rows are the truth
    samples : current answers for a fixed few test digits
    dataset_origin : the data set the worker loaded, and from where
    can_continue : whether `resume` would go on with it
    is_on_worker : its worker has more to tell; a run that was just stopped is, until its last news are in
    not_kept : why the database does not take this run, though it takes others; else None
    """

    id: str
    owner: str
    name: str | Phrase
    config: TrainingConfig
    data: str
    status: str
    error: MnistCoreError | None
    message: str
    queue_position: int | None
    epoch: int
    epochs: int
    batch: int
    batches: int
    evaluated: tuple[int, int] | None = None
    history: tuple[EpochResult, ...]
    initial: EpochResult | None
    batch_history: NDArray[np.float64]
    images_per_second: float
    seconds_left: float | None
    learning_rate: float
    created_at: float
    diverged_at: int | None
    confusion: NDArray[np.int64] | None
    samples: RunSamples | None
    shared: bool
    dataset_origin: str
    can_continue: bool
    is_on_worker: bool
    not_kept: MnistCoreError | None

    @property
    def is_unfinished(self) -> bool:
        """Whether there is anything to wait for: queued, running or paused."""
        return self.status in UNFINISHED

    @property
    def share_done(self) -> float:
        """How much of it is done, from 0 to 1."""
        if self.status == "finished":  # perhaps earlier than planned: at the accuracy asked for
            return 1.0
        done = self.epoch + (self.batch / self.batches if self.batches else 0)
        return min(done / self.epochs, 1.0)


@dataclass(kw_only=True)
class RunRecord:
    """The changing state behind the snapshots. Guarded by the service's lock.

    Parameters
    ----------
    mode : what it is to do once it is on a worker
    queued_at, model_wanted_at : since when it waits; when a page last asked for its model (`time.monotonic`)
    losses : the loss of every batch
    fingerprint : of the data set it began with
    model, checkpoint : the latest that came from a worker
    beginning, has_beginning : where it began, if not with fresh parameters; that it did is known before that is read
    is_unloaded : model, checkpoint and beginning are in the database only
    generation : one more after a reset or deletion: news from a turn of an earlier one is not taken
    rewinds : one more when epochs were taken back: the database writes the history anew
    workers_lost : how many in a row, without a result from any
    changes : one more with every change: a snapshot with the same number is up to date

    What is missing here is as in `RunSnapshot`.
    """

    id: str
    owner: str
    name: str | Phrase
    config: TrainingConfig
    data: str
    learning_rate: float
    epochs: int
    created_at: float = field(default_factory=time.time)
    status: str = "queued"
    error: MnistCoreError | None = None
    mode: Mode = "run"
    queued_at: float = field(default_factory=time.monotonic)
    epoch: int = 0
    batch: int = 0
    batches: int = 0
    evaluated: tuple[int, int] | None = None
    history: list[EpochResult] = field(default_factory=list)
    initial: EpochResult | None = None
    losses: LossCurve = field(default_factory=LossCurve)
    images_per_second: float = 0.0
    seconds_left: float | None = None
    diverged_at: int | None = None
    confusion: NDArray[np.int64] | None = None
    samples: RunSamples | None = None
    shared: bool = False
    dataset_origin: str = ""
    fingerprint: str | None = None
    checkpoint: Checkpoint | None = None
    beginning: Checkpoint | None = None
    has_beginning: bool = False
    stop_at_accuracy: float | None = None
    model: Model | None = None
    model_wanted_at: float = -1e9
    is_unloaded: bool = False
    is_on_worker: bool = False
    not_kept: MnistCoreError | None = None
    generation: int = 0
    rewinds: int = 0
    workers_lost: int = 0
    changes: int = 0

    @classmethod
    def new(
        cls,
        config: TrainingConfig,
        *,
        owner: str,
        data: str,
        name: str | Phrase | None,
        beginning: Checkpoint | None,
    ) -> RunRecord:
        """A run that waits for its first worker; see `RunService.start`.

        Raises
        ------
        ConfigurationError
            for an unknown data source
        """
        if data not in SOURCES:
            raise ConfigurationError(
                "The data source must be one of {sources}. Received: {received}.",
                sources=", ".join(SOURCES),
                received=data,
            )
        return cls(
            id=new_id(),
            owner=owner,
            name=name or f"{config.architecture}, {config.backend}",
            config=config,
            data=data,
            learning_rate=config.learning_rate,
            epochs=config.epochs,
            stop_at_accuracy=config.stop_at_accuracy,
            checkpoint=beginning,
            beginning=beginning,
            has_beginning=beginning is not None,
        )

    def apply(self, update: RunUpdate, seen: int) -> int:
        """Take in news from the worker. Results up to number `seen` are known; the new number."""
        for serial, result in update.results:
            if serial > seen:
                seen = serial
                self._append(result)
        self.batch, self.batches = update.batch, update.batches or self.batches
        self.evaluated = update.evaluated
        self.images_per_second, self.seconds_left = update.images_per_second, update.seconds_left
        for name in ("initial", "confusion", "samples", "checkpoint", "model", "fingerprint"):
            value = getattr(update, name)
            if value is not None:
                setattr(self, name, value)
        self.dataset_origin = update.dataset_origin or self.dataset_origin
        self.changes += 1
        return seen

    def _append(self, result: BatchResult | EpochResult) -> None:
        if isinstance(result, BatchResult):
            last = result.epoch - 1 + result.batch / result.batches
            steps = np.arange(len(result.losses) - 1, -1, -1) / result.batches
            self.losses.extend(last - steps, result.losses)
        elif not self.history or result.epoch > self.history[-1].epoch:
            self.history.append(result)
            self.epoch = result.epoch

    def rewind(self) -> None:
        """Forget what came after the last checkpoint: the run goes on from there."""
        kept = self.checkpoint
        self.model, self.confusion = (kept.model, kept.confusion) if kept else (None, None)
        if self.samples is not None and self.model is not None:
            answers = self.model.predict_proba(self.samples.images)
            self.samples = replace(self.samples, probabilities=answers)
        else:
            self.samples = None
        self.history = list(kept.history) if kept else []
        self.epoch, self.batch = (kept.epoch, kept.batch) if kept else (0, 0)
        progress = self.epoch + self.batch / max(1, self.batches)
        points = self.losses.points
        self.losses = LossCurve(points[points[:, 0] <= progress + 1e-9], self.losses.stride)
        self.rewinds += 1
        self.changes += 1

    def clear(self) -> None:
        """Back to before the first step: the same initial parameters, nothing learned."""
        self.generation += 1
        self.rewinds += 1
        self.history, self.losses = [], LossCurve()
        self.epoch = self.batch = 0
        self.model = self.confusion = self.samples = self.initial = self.error = self.diverged_at = None
        self.fingerprint, self.dataset_origin, self.workers_lost = None, "", 0
        self.checkpoint = self.beginning
        self.learning_rate, self.epochs = self.config.learning_rate, self.config.epochs
        self.stop_at_accuracy = self.config.stop_at_accuracy
        self.status, self.mode, self.is_unloaded, self.is_on_worker = "paused", "pause", False, False
        self.changes += 1

    def change(self, **fields: object) -> None:
        """Set fields, and let snapshots know."""
        for name, value in fields.items():
            setattr(self, name, value)
        self.changes += 1

    def snapshot(self, queue_position: int | None) -> RunSnapshot:
        """What pages may see, unchangeable."""
        return RunSnapshot(
            id=self.id,
            owner=self.owner,
            name=self.name,
            config=self.config,
            data=self.data,
            status=self.status,
            error=self.error,
            message=str(self.error) if self.error else "",
            queue_position=queue_position,
            epoch=self.epoch,
            epochs=self.epochs,
            batch=self.batch,
            batches=self.batches,
            evaluated=self.evaluated if self.status == "running" else None,
            history=tuple(self.history),
            initial=self.initial,
            batch_history=self.losses.points,
            images_per_second=self.images_per_second if self.status == "running" else 0.0,
            seconds_left=self.seconds_left if self.status == "running" else None,
            learning_rate=self.learning_rate,
            created_at=self.created_at,
            diverged_at=self.diverged_at,
            confusion=self.confusion,
            samples=self.samples,
            shared=self.shared,
            dataset_origin=self.dataset_origin,
            can_continue=self.status in ("paused", "stopped", "failed") and self.epoch < self.epochs,
            is_on_worker=self.is_on_worker,
            not_kept=self.not_kept,
        )


def new_id() -> str:
    """A name for a run that nobody can guess: 16 hexadecimal digits."""
    return uuid.uuid4().hex[:16]
