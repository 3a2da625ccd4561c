"""What a training run reports while it goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mnist_core.evaluation import Evaluation


@dataclass(frozen=True)
class BatchResult:
    """A few batches done.

    Parameters
    ----------
    epoch : the epoch they belong to, from 1
    batch : batches done in this epoch
    batches : batches in an epoch
    losses : mean loss of each batch since the last report, before its update; float32
    seconds : training time since the last report
    """

    epoch: int
    batch: int
    batches: int
    losses: NDArray[np.float32]
    seconds: float


@dataclass(frozen=True)
class EvaluationProgress:
    """The network is being asked about every image, after an epoch or before the first.

    Parameters
    ----------
    epoch : the epoch that is evaluated, 0 before training
    done, images : images asked about so far, of how many in both splits
    """

    epoch: int
    done: int
    images: int


@dataclass(frozen=True)
class EpochResult:
    """An epoch done, and how the network does after it. Epoch k: every image was used k times.

    Parameters
    ----------
    epoch : from 1 (0 is the state before training)
    train_loss, train_accuracy, test_loss, test_accuracy : over all images of the split
    seconds : the training alone, without evaluation
    images_per_second : of the training alone
    posted_loss : training loss as the post computes it, arguments swapped; only for a sigmoid output
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float
    images_per_second: float
    posted_loss: float | None = None

    @classmethod
    def of(cls, epoch: int, train: Evaluation, test: Evaluation, seconds: float) -> EpochResult:
        """From the evaluations of both splits."""
        return cls(
            epoch=epoch,
            train_loss=train.loss,
            train_accuracy=train.accuracy,
            test_loss=test.loss,
            test_accuracy=test.accuracy,
            seconds=seconds,
            images_per_second=train.count / seconds if seconds > 0 else 0.0,
            posted_loss=train.posted_loss,
        )

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON-able values."""
        return asdict(self)


TrainingEvent = BatchResult | EvaluationProgress | EpochResult
"""What a training run tells on its way."""
