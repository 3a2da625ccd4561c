"""A training run put aside: everything it needs to go on as if nothing had happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.configuration import TrainingConfig
from mnist_core.data.dataset import CLASSES
from mnist_core.errors import ModelFileError
from mnist_core.model import Model
from mnist_core.optimizers import get_optimizer
from mnist_core.results import EpochResult
from mnist_core.storage import pack, unpack


@dataclass(frozen=True)
class Checkpoint:
    """The state of a `Trainer` between two batches.

    The order of batches and the augmentation follow from seed and position.

    Parameters
    ----------
    config : the settings the run was started with
    parameters : one flat vector
    optimizer_state : (state vectors, parameters)
    last_good : the parameters after the last finished epoch, kept in case the run diverges
    epoch, batch : epochs finished, and batches done since
    epochs, learning_rate : as they are now, perhaps changed since the start
    seconds : training time of the unfinished epoch so far
    diverged_at : the epoch whose loss was not a finite number, or None
    history : the results so far
    memory_begins : number of the update after which the optimizer's memory was last empty: 0, or where it diverged
    temperature : of the models it makes, where it goes on from a model that has one
    confusion : (10, 10) int64 of the test set, from the last evaluation; None before the first
    extra_images, extra_labels : further images to learn from (see `relearning`), (n, 28, 28) and (n,) uint8
    """

    config: TrainingConfig
    parameters: NDArray[np.float32]
    optimizer_state: NDArray[np.float32]
    last_good: NDArray[np.float32]
    epoch: int
    batch: int
    epochs: int
    learning_rate: float
    seconds: float = 0.0
    diverged_at: int | None = None
    history: tuple[EpochResult, ...] = ()
    memory_begins: int = 0
    temperature: float = 1.0
    confusion: NDArray[np.int64] | None = None
    extra_images: NDArray[np.uint8] | None = None
    extra_labels: NDArray[np.uint8] | None = None

    @classmethod
    def beginning(cls, config: TrainingConfig, parameters: NDArray[np.float32]) -> Checkpoint:
        """Before the first step from these parameters (one flat vector)."""
        states = get_optimizer(config.optimizer).state_vectors
        return cls(
            config=config,
            parameters=parameters,
            optimizer_state=np.zeros((states, len(parameters)), np.float32),
            last_good=parameters,
            epoch=0,
            batch=0,
            epochs=config.epochs,
            learning_rate=config.learning_rate,
        )

    @property
    def model(self) -> Model:
        """The network as it was then."""
        return model_of(self.config, self.parameters, epoch=self.epoch, temperature=self.temperature)

    def to_bytes(self) -> bytes:
        """The bytes of an .npz file without pickle."""
        facts = {
            "config": self.config.to_dict(),
            "epoch": self.epoch,
            "batch": self.batch,
            "epochs": self.epochs,
            "learning_rate": self.learning_rate,
            "seconds": self.seconds,
            "diverged_at": self.diverged_at,
            "memory_begins": self.memory_begins,
            "temperature": self.temperature,
            "history": [result.to_dict() for result in self.history],
        }
        arrays: dict[str, NDArray[Any]] = {
            "parameters": self.parameters,
            "optimizer_state": self.optimizer_state,
            "last_good": self.last_good,
        }
        if self.confusion is not None:
            arrays["confusion"] = self.confusion
        if self.extra_images is not None and self.extra_labels is not None:
            arrays |= {"extra_images": self.extra_images, "extra_labels": self.extra_labels}
        return pack("checkpoint", facts, arrays)

    @classmethod
    def from_bytes(cls, data: bytes) -> Checkpoint:
        """Read what `to_bytes` wrote; `ModelFileError` for anything else."""
        facts: dict[str, Any]
        facts, arrays = unpack(data, "checkpoint", "checkpoint")
        try:
            facts["config"] = TrainingConfig.from_dict(facts["config"])
            facts["history"] = tuple(EpochResult(**result) for result in facts["history"])
            if "confusion" in arrays:
                arrays["confusion"] = np.asarray(arrays["confusion"].reshape(CLASSES, CLASSES), np.int64)
            return cls(**{**facts, **arrays})
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError("This is not a checkpoint, or it is damaged.") from error


def model_of(
    config: TrainingConfig, parameters: NDArray[np.float32], *, epoch: int, temperature: float
) -> Model:
    """The network of a run with these parameters (one flat vector)."""
    return Model.from_vector(
        config.architecture,
        parameters,
        pixel_range=config.pixel_range,
        temperature=temperature,
        metadata={"config": config.to_dict(), "epoch": epoch},
    )
