"""Go on from a trained model with a few drawings of one's own, without forgetting the rest.

A network that is shown only new pictures forgets the old ones within seconds. So the drawings are rehearsed
together with images of the data set it comes from (rehearsal: Robins 1995, doi:10.1080/09540099550039318).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mnist_core.checkpoint import Checkpoint
from mnist_core.configuration import TrainingConfig
from mnist_core.data.dataset import Split
from mnist_core.model import Model

REHEARSED = 1_000
EXTRA_SHARE = 0.25  # of what is shown in an epoch, once there are enough drawings for it
MOST_REPEATS = 40


def relearning_config(model: Model, *, available: int = REHEARSED, seed: int = 0) -> TrainingConfig:
    """A few steps, large enough to learn a single drawing; `available` images are there to rehearse from."""
    return TrainingConfig(
        architecture=model.architecture,
        pixel_range=model.pixel_range,
        epochs=3,
        batch_size=50,
        optimizer="adam",
        learning_rate=0.0005 if model.pixel_range == "unit" else 0.02,
        schedule="cosine",
        augmentation="affine",
        training_images=min(REHEARSED, available),
        seed=seed,
    )


def relearning_checkpoint(model: Model, drawings: Split, config: TrainingConfig) -> Checkpoint:
    """Where such a run begins: the model's parameters, and the drawings to learn."""
    return replace(
        Checkpoint.beginning(config, model.parameter_vector),
        temperature=model.temperature,
        extra_images=drawings.images,
        extra_labels=drawings.labels,
    )


def mix_extra(train: Split, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Split:
    """Add the extra images, each as often as makes them a quarter of all, `MOST_REPEATS` times at most."""
    wanted = len(train) * EXTRA_SHARE / (1 - EXTRA_SHARE)
    repeats = int(np.clip(wanted / len(labels), 1, MOST_REPEATS))
    return Split(
        np.concatenate([train.images, np.tile(images, (repeats, 1, 1))]),
        np.concatenate([train.labels, np.tile(labels, repeats)]),
    )
