"""What a Dask worker does with a run: train, publish, obey, hand back."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from mnist_core.configuration import TrainingConfig
from mnist_core.data import Dataset
from mnist_core.errors import MnistCoreError, RunError
from mnist_core.results import BatchResult, EpochResult, EvaluationProgress, TrainingEvent
from mnist_core.runs.protocol import Mode, RunCommand, RunOutcome, RunTicket
from mnist_core.runs.session import RunSession, open_session
from mnist_core.runs.workshop import Clock, Pace, sample_answers, shared_dataset
from mnist_core.training import Trainer

logger = logging.getLogger(__name__)

CHUNK_SECONDS = 0.1  # of training between two looks at the orders
CHECKPOINT_SECONDS = 2.0  # between two checkpoints
MODEL_SECONDS = 0.5  # between two models, while someone asks for them
PICTURE_SECONDS = 1.0  # between two sets of sample answers
HOLD_LOOK_SECONDS = 0.25  # between two looks around while held still


def run_ticket(ticket: RunTicket) -> RunOutcome:
    """Train until finished, stopped or asked to hand the worker back. Never raises what a run can cause."""
    session = open_session(ticket.key)
    try:
        return RunDriver(ticket, session, _dataset_for(ticket, session)).drive()
    except Exception as error:
        return RunOutcome(ended="failed", update=session.close(), error=_explain(error))


def _dataset_for(ticket: RunTicket, session: RunSession) -> Dataset:
    dataset, fingerprint = shared_dataset(ticket.data)
    session.publish(dataset_origin=f"{dataset.name}: {dataset.origin}", fingerprint=fingerprint)
    if ticket.fingerprint not in (None, fingerprint):
        raise RunError(
            "The run began with other data than this worker has ({origin}). Give all workers the same data.",
            origin=dataset.origin,
        )
    return dataset


def _explain(error: Exception) -> MnistCoreError:
    if isinstance(error, MnistCoreError):
        if error.__cause__ is not None:
            logger.warning("A run failed", exc_info=error)
        return error
    if isinstance(error, MemoryError):
        return RunError("There was not enough memory for this run. Try a smaller batch or network.")
    logger.error("A run ended on an unexpected error", exc_info=error)
    return RunError(
        "The run stopped on an unexpected error; the log of its worker names it. Resume the run, or begin again "
        "with Reset."
    )


class RunDriver:
    """Runs one trainer for one session."""

    def __init__(self, ticket: RunTicket, session: RunSession, dataset: Dataset) -> None:
        self._trainer = make_trainer(ticket, dataset)
        self._beginning = self._trainer.initial_events(CHUNK_SECONDS) if self._progress() == 0 else iter(())
        self._ticket, self._session, self._dataset = ticket, session, dataset
        self._mode: Mode = ticket.mode
        self._obeyed = 0
        self._ending: Literal["finished", "stopped", "released"] | None = None
        self._pace = Pace(self._progress)
        self._model_clock, self._picture_clock = Clock(MODEL_SECONDS), Clock(PICTURE_SECONDS)
        self._checkpoint_clock = Clock(CHECKPOINT_SECONDS)

    def drive(self) -> RunOutcome:
        """Train and obey until there is nothing more to do here."""
        self._session.publish(state="running", learning_rate=self._trainer.learning_rate)
        self._publish_pictures()  # a large network is evaluated for many seconds before it begins to learn
        while self._obey():
            event = next(self._beginning, None) or next(self._events(), None)
            if event is None:
                self._ending = "finished"
            else:
                self._tell(event)
        return self._outcome()

    def _events(self) -> Iterator[TrainingEvent]:
        if self._mode == "batch":
            return self._trainer.events(max_batches=1)
        return self._trainer.events(chunk_seconds=CHUNK_SECONDS)

    # --- orders -----------------------------------------------------------------------------------

    def _obey(self) -> bool:
        """Carry out the orders that wait; hold still while paused. False when the turn is to end."""
        held_since = time.monotonic()
        while self._ending is None:
            command = self._session.next_command(timeout=HOLD_LOOK_SECONDS if self._mode == "pause" else 0.0)
            if command is not None:
                self._carry_out(command)
                continue
            if self._session.is_abandoned:
                self._ending = "released"
            if self._mode != "pause":
                break
            self._publish_model()
            if time.monotonic() - held_since > self._ticket.hold_seconds:
                self._ending = "released"
        return self._ending is None

    def _carry_out(self, command: RunCommand) -> None:
        if command.name == "mode":
            self._mode = command.value
            if command.value == "pause":
                self._publish_pictures()
        elif command.name == "learning_rate":
            self._trainer.learning_rate = command.value
        elif command.name == "epochs":
            self._trainer.epochs = command.value
        else:
            self._ending = "stopped" if command.name == "stop" else "released"
        self._obeyed = command.number
        self._pace.restart()
        self._publish_state()

    def _hold_after(self, result: BatchResult | EpochResult) -> None:
        """Pause where the result is what a step asked for."""
        if isinstance(result, EpochResult):
            is_asked_for = self._mode in ("batch", "epoch")
        else:
            is_asked_for = self._mode == "batch" and result.batch < result.batches
        if is_asked_for:
            self._mode = "pause"
            self._publish_pictures()
            self._publish_checkpoint()

    # --- news -------------------------------------------------------------------------------------

    def _progress(self) -> float:
        """Epochs done, with the part of the running one."""
        return self._trainer.epoch + self._trainer.batch / self._trainer.batches

    def _tell(self, event: TrainingEvent) -> None:
        if isinstance(event, EvaluationProgress):
            self._publish_state(evaluated=(event.done, event.images))
            self._publish_model()  # for whoever has just begun to draw
        elif event.epoch == 0:
            self._session.publish(initial=event)
            self._publish_pictures()
            self._pace.restart()
        else:
            self._publish(event)

    def _publish(self, result: BatchResult | EpochResult) -> None:
        self._hold_after(result)
        news: dict[str, Any] = {}
        if isinstance(result, EpochResult):
            speed, news["confusion"] = result.images_per_second, self._trainer.confusion
            if self._picture_clock.has_struck():
                self._publish_pictures()
        else:
            images = len(result.losses) / result.batches * self._trainer.image_count
            speed = images / max(result.seconds, 1e-9)
        self._publish_state(result, images_per_second=speed, **news)
        self._publish_model()
        if self._checkpoint_clock.has_struck():
            self._publish_checkpoint()

    def _publish_state(
        self,
        result: BatchResult | EpochResult | None = None,
        evaluated: tuple[int, int] | None = None,
        **more: Any,
    ) -> None:
        self._session.publish(
            result,
            evaluated=evaluated,
            state="paused" if self._mode == "pause" else "running",
            obeyed=self._obeyed,
            batch=self._trainer.batch,
            batches=self._trainer.batches,
            learning_rate=self._trainer.learning_rate,
            seconds_left=self._pace.seconds_left(self._trainer.epochs),
            **more,
        )

    def _publish_checkpoint(self) -> None:
        self._session.publish(checkpoint=self._trainer.checkpoint())

    def _publish_model(self) -> None:
        if self._session.is_model_watched and self._model_clock.has_struck():
            self._session.publish(model=self._trainer.model)

    def _publish_pictures(self) -> None:
        """What the latest evaluation found, and the present answers for a few digits."""
        samples = sample_answers(self._dataset, self._trainer.model.predict_proba)
        self._session.publish(confusion=self._trainer.confusion, samples=samples)

    def _outcome(self) -> RunOutcome:
        self._publish_pictures()
        self._publish_checkpoint()
        self._session.publish(model=self._trainer.model)
        self._publish_state()
        update, diverged_at = self._session.close(), self._trainer.diverged_at
        if diverged_at is None:
            return RunOutcome(ended=self._ending or "finished", update=update)
        error = RunError(
            "The loss ceased to be a number in epoch {epoch}: the learning rate is too high for these "
            "settings. The last good parameters are kept.",
            epoch=diverged_at,
        )
        return RunOutcome(ended="failed", update=update, error=error, diverged_at=diverged_at)


def make_trainer(ticket: RunTicket, dataset: Dataset) -> Trainer:
    """A trainer where the ticket's run stands. A diverged run begins its epoch again."""
    checkpoint = ticket.checkpoint
    if checkpoint is not None and checkpoint.diverged_at is not None:
        checkpoint = replace(
            checkpoint,
            parameters=checkpoint.last_good,
            optimizer_state=np.zeros_like(checkpoint.optimizer_state),
            batch=0,
            diverged_at=None,
        )
    trainer = Trainer(TrainingConfig.from_dict(ticket.config), dataset, checkpoint=checkpoint)
    trainer.learning_rate, trainer.epochs = ticket.learning_rate, ticket.epochs
    trainer.stop_at_accuracy = ticket.stop_at_accuracy
    return trainer
