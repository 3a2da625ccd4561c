"""Step 4, the first step of the post's loop in numbers: how saturated the answers are, how far the weights jump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mnist_core import ARCHITECTURES, PRESETS, Model, Split, one_hot
from mnist_core.network import initial_parameters, scale_pixels

PRESET = "post-numpy"
SAMPLE = 1_000


@dataclass(frozen=True)
class FirstStep:
    """The post's untrained network: share of saturated answers, and how far its first step moves a weight."""

    saturated: float
    by_sum: float
    by_mean: float


def first_step(split: Split, pixel_range: str) -> FirstStep:
    """Work it out on the first images; the sum is scaled up to all of them."""
    images, labels = split.images[:SAMPLE], one_hot(split.labels[:SAMPLE])
    answers = untrained_model(pixel_range).predict_proba(images)
    pixels = scale_pixels(images.reshape(len(images), -1), pixel_range)
    gradients = pixels.T @ (answers - labels) / len(images)
    by_mean = PRESETS[PRESET].config.learning_rate * float(np.abs(gradients).mean())
    saturated = float(((answers < 0.001) | (answers > 0.999)).mean())
    return FirstStep(saturated, by_mean * len(split), by_mean)


def untrained_model(pixel_range: str) -> Model:
    """The post's network with random first weights, always the same."""
    flat = initial_parameters(ARCHITECTURES["sigmoid"], np.random.default_rng(0), "uniform")
    return Model.from_vector("sigmoid", flat, pixel_range=pixel_range)
