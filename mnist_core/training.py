"""The one training loop: a generator of frozen results that page, run, command line and tests consume."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mnist_core.backends import create_backend
from mnist_core.batches import Batches, training_split
from mnist_core.checkpoint import Checkpoint, model_of
from mnist_core.configuration import TrainingConfig, check_learning_rate
from mnist_core.data.dataset import Dataset
from mnist_core.errors import ConfigurationError
from mnist_core.evaluation import evaluate_in_pieces
from mnist_core.model import Model
from mnist_core.network import get_architecture, initial_parameters
from mnist_core.optimizers import get_optimizer
from mnist_core.relearning import mix_extra
from mnist_core.results import BatchResult, EpochResult, EvaluationProgress, TrainingEvent

LONGEST_CHUNK = 512  # batches


def train(config: TrainingConfig, dataset: Dataset) -> Iterator[EpochResult]:
    """Train to the end; one result after each epoch. For more than that, see `Trainer`."""
    for event in Trainer(config, dataset).events(chunk_seconds=math.inf):
        if isinstance(event, EpochResult):
            yield event


class Trainer:
    """A training run that can be watched, steered, interrupted and continued.

    Parameters
    ----------
    config : the settings
    dataset : what to learn from, and to be tested on
    checkpoint : go on from here, bit for bit as if never interrupted

    Attributes
    ----------
    epoch, batch, batches : epochs finished, batches done since, batches in an epoch
    image_count : images in an epoch
    stop_at_accuracy : end above this training accuracy; as in the settings, but may be changed
    history : the `EpochResult`s so far
    confusion : (10, 10) int64 of the test set, from the last evaluation; None before the first
    diverged_at : the epoch in which the loss ceased to be a finite number, or None

    Raises
    ------
    ConfigurationError
        when settings and data do not go together
    BackendError
        when the backend is not there
    """

    def __init__(
        self, config: TrainingConfig, dataset: Dataset, *, checkpoint: Checkpoint | None = None
    ) -> None:
        self.config = config
        self._train, self._test = training_split(dataset.train, config), dataset.test
        self._given = checkpoint
        self._temperature = checkpoint.temperature if checkpoint else 1.0
        if checkpoint and checkpoint.extra_images is not None and checkpoint.extra_labels is not None:
            self._train = mix_extra(self._train, checkpoint.extra_images, checkpoint.extra_labels)
        self.image_count = len(self._train)
        self._batches = Batches(self._train, config)
        self.batches = len(self._batches)
        self._optimizer = get_optimizer(config.optimizer)
        self._backend = create_backend(
            config.backend,
            get_architecture(config.architecture),
            self._optimizer,
            pixel_range=config.pixel_range,
            weight_gradient=config.weight_gradient,
        )
        self.stop_at_accuracy = config.stop_at_accuracy
        self._seconds_per_batch = 0.0
        self._evaluation: Iterator[EvaluationProgress | EpochResult] | None = None
        self._restore(checkpoint or self._beginning())

    @property
    def learning_rate(self) -> float:
        """The rate of the next batch, before any schedule; may be set between events."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = check_learning_rate(value)

    @property
    def epochs(self) -> int:
        """How many epochs there will be; may be changed between events and after the end."""
        return self._epochs

    @epochs.setter
    def epochs(self, value: int) -> None:
        self._epochs = replace(self.config, epochs=value).epochs

    @property
    def finished(self) -> bool:
        """Whether `events` has nothing more to give."""
        return self.diverged_at is not None or self.epoch >= self.epochs or self._is_accurate_enough()

    @property
    def model(self) -> Model:
        """The network as it is now (a copy); after a divergence, as it was after the last good epoch."""
        return self._model_from(self._backend.parameters())

    @cached_property
    def initial(self) -> EpochResult:
        """How the initial parameters do, as epoch 0."""
        *_, result = self.initial_events(math.inf)
        assert isinstance(result, EpochResult)
        return result

    def initial_events(self, chunk_seconds: float = 0.1) -> Iterator[EvaluationProgress | EpochResult]:
        """`initial`, told as `events` tells the evaluation of an epoch."""
        given = self._given
        beginning = given if given is not None and given.epoch == given.batch == 0 else self._beginning()
        return _seldom(self._evaluate(0, self._model_from(beginning.parameters), seconds=0.0), chunk_seconds)

    def events(self, chunk_seconds: float = 0.1, max_batches: int | None = None) -> Iterator[TrainingEvent]:
        """Train and tell, every `chunk_seconds` or so, and after each epoch its `EpochResult`.

        Stop taking events at any time, and call again to go on. It ends after the last epoch, above the
        accuracy asked for, after `max_batches`, or when the loss is no finite number (see `diverged_at`).
        """
        remaining = math.inf if max_batches is None else max_batches
        while not self.finished:
            if self.batch < self.batches:
                if remaining <= 0:
                    return
                result = self._train_chunk(int(min(remaining, self._chunk_length(chunk_seconds))))
                remaining -= len(result.losses)
                yield result
            if self.batch == self.batches and not self.finished:
                yield from self._finish_epoch(chunk_seconds)

    def checkpoint(self) -> Checkpoint:
        """Everything needed to go on later, or elsewhere."""
        return Checkpoint(
            config=self.config,
            parameters=self._backend.parameters(),
            optimizer_state=self._backend.optimizer_state(),
            last_good=self._last_good,
            epoch=self.epoch,
            batch=self.batch,
            epochs=self.epochs,
            learning_rate=self.learning_rate,
            seconds=self._seconds,
            diverged_at=self.diverged_at,
            history=self.history,
            temperature=self._temperature,
            confusion=self.confusion,
            memory_begins=self._memory_begins,
            extra_images=self._given.extra_images if self._given else None,
            extra_labels=self._given.extra_labels if self._given else None,
        )

    def _beginning(self) -> Checkpoint:
        architecture = get_architecture(self.config.architecture)
        parameters = initial_parameters(
            architecture, np.random.default_rng(self.config.seed), self.config.initialization
        )
        return Checkpoint.beginning(self.config, parameters)

    def _restore(self, checkpoint: Checkpoint) -> None:
        if checkpoint.config != self.config:
            raise ConfigurationError(
                "A run goes on with the settings it was started with. Received: {received}.",
                received=checkpoint.config,
            )
        self._backend.load(checkpoint.parameters, checkpoint.optimizer_state)
        self._last_good = checkpoint.last_good
        self.epoch, self.batch = checkpoint.epoch, checkpoint.batch
        self._epochs, self._learning_rate = checkpoint.epochs, float(checkpoint.learning_rate)
        self._seconds = checkpoint.seconds
        self.diverged_at, self._memory_begins = checkpoint.diverged_at, checkpoint.memory_begins
        self.history, self.confusion = checkpoint.history, checkpoint.confusion

    def _chunk_length(self, chunk_seconds: float) -> int:
        if self._seconds_per_batch == 0 and math.isfinite(chunk_seconds):
            return 1  # the first batch shows how long they take
        wanted = chunk_seconds / max(self._seconds_per_batch, 1e-6)
        return max(1, int(min(wanted, LONGEST_CHUNK)))

    def _train_chunk(self, count: int) -> BatchResult:
        started = time.perf_counter()
        stop = min(self.batch + count, self.batches)
        batches = self._batches.iterate(self.epoch, self.batch, stop)
        losses = self._backend.train_batches(batches, self._step_sizes(stop))
        elapsed_s = time.perf_counter() - started
        self._seconds += elapsed_s
        self._seconds_per_batch = elapsed_s / (stop - self.batch)
        self.batch = stop
        if not np.isfinite(losses).all():
            self._diverge()
        return BatchResult(self.epoch + 1, stop, self.batches, losses, elapsed_s)

    def _step_sizes(self, stop: int) -> NDArray[np.float64]:
        """The optimizer's factor for each batch from here to `stop`."""
        first = self.epoch * self.batches
        sizes = []
        for step in range(first + self.batch, first + stop):
            learning_rate = self.learning_rate
            if self.config.schedule == "cosine":
                learning_rate *= 0.5 * (1 + math.cos(math.pi * step / (self.epochs * self.batches)))
            sizes.append(self._optimizer.step_size(learning_rate, step + 1 - self._memory_begins))
        return np.array(sizes)

    def _finish_epoch(self, chunk_seconds: float) -> Iterator[EvaluationProgress | EpochResult]:
        """Evaluate the epoch, from where that was interrupted, and count it, unless the network has diverged."""
        if self._evaluation is None:
            self._evaluation = self._evaluate(self.epoch + 1, self.model, self._seconds)
        for event in _seldom(self._evaluation, chunk_seconds):
            if isinstance(event, EpochResult) and not self._count(event):
                return
            yield event

    def _count(self, result: EpochResult) -> bool:
        """Take the epoch as done; False if the network turns out to have diverged."""
        self._evaluation = None
        if not math.isfinite(result.train_loss):
            self._diverge()
            return False
        self.epoch, self.batch, self._seconds = self.epoch + 1, 0, 0.0
        self.history = (*self.history, result)
        self._last_good = self._backend.parameters()
        return True

    def _diverge(self) -> None:
        self.diverged_at, self._memory_begins = self.epoch + 1, self.epoch * self.batches
        self._backend.load(self._last_good, None)

    def _evaluate(
        self, epoch: int, model: Model, seconds: float
    ) -> Iterator[EvaluationProgress | EpochResult]:
        images = len(self._train) + len(self._test)
        for train in evaluate_in_pieces(model, self._train):
            yield EvaluationProgress(epoch, train.count, images)
        for test in evaluate_in_pieces(model, self._test):
            yield EvaluationProgress(epoch, train.count + test.count, images)
        if math.isfinite(train.loss) and epoch >= self.epoch:
            self.confusion = test.confusion  # else it stays, as everything, that of the last good epoch
        yield EpochResult.of(epoch, train, test, seconds)

    def _is_accurate_enough(self) -> bool:
        wanted = self.stop_at_accuracy
        return wanted is not None and bool(self.history) and self.history[-1].train_accuracy > wanted

    def _model_from(self, parameters: NDArray[np.float32]) -> Model:
        return model_of(self.config, parameters, epoch=self.epoch, temperature=self._temperature)


def _seldom(
    events: Iterator[EvaluationProgress | EpochResult], chunk_seconds: float
) -> Iterator[EvaluationProgress | EpochResult]:
    """The result, and of the progress before it what comes `chunk_seconds` after the last."""
    told_at = time.perf_counter()
    for event in events:
        if isinstance(event, EpochResult) or time.perf_counter() - told_at >= chunk_seconds:
            yield event
            told_at = time.perf_counter()
