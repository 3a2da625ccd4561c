"""Everything one training run is told before it starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from mnist_core.backends import BACKENDS
from mnist_core.data.dataset import CLASSES
from mnist_core.errors import ConfigurationError
from mnist_core.messages import Phrase, mark
from mnist_core.network import INITIALIZATIONS, PIXEL_RANGES, get_architecture
from mnist_core.optimizers import get_optimizer

SCHEDULES = ("constant", "cosine")
AUGMENTATIONS = ("none", "affine")
WEIGHT_GRADIENTS = ("mean", "sum")


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """Settings of a training run; equal settings give equal results.

    Parameters
    ----------
    backend : "numpy" or "tensorflow"
    architecture : a name in `ARCHITECTURES`
    epochs : how often every training image is used
    learning_rate : size of a step, above 0
    batch_size : images per update, or "full" for all of them
    optimizer : "sgd", "momentum" or "adam"
    seed : decides initial parameters, batch order and augmentation
    stop_at_accuracy : end when the training accuracy is above this
    pixel_range : "unit" scales pixels to [0, 1], "raw" leaves them at 0 to 255
    initialization : see `initial_parameters`
    weight_gradient : "mean" over the images of a batch, or "sum" for the weights alone, as in the post
    schedule : "constant", or "cosine" to let the learning rate fall to zero at the end (arXiv:1608.03983)
    augmentation : "none", or "affine" to move, turn, shear and scale each picture a little, anew each epoch
    shuffled_labels, missing_digit, training_images : spoil the training data on purpose, to see what happens

    Raises
    ------
    ConfigurationError
        for a value that cannot work
    """

    backend: str = "numpy"
    architecture: str = "softmax"
    epochs: int = 10
    learning_rate: float = 0.1
    batch_size: int | Literal["full"] = 128
    optimizer: str = "sgd"
    seed: int = 0
    stop_at_accuracy: float | None = None
    pixel_range: str = "unit"
    initialization: str = "scaled"
    weight_gradient: str = "mean"
    schedule: str = "constant"
    augmentation: str = "none"
    shuffled_labels: bool = False
    missing_digit: int | None = None
    training_images: int | None = None

    def __post_init__(self) -> None:
        _check_choice(mark("Backend"), self.backend, BACKENDS)
        get_architecture(self.architecture)
        get_optimizer(self.optimizer)
        _check_choice(mark("Pixel range"), self.pixel_range, PIXEL_RANGES)
        _check_choice(mark("Initialization"), self.initialization, INITIALIZATIONS)
        _check_choice(mark("Weight gradient"), self.weight_gradient, WEIGHT_GRADIENTS)
        _check_choice(mark("Schedule"), self.schedule, SCHEDULES)
        _check_choice(mark("Augmentation"), self.augmentation, AUGMENTATIONS)
        self._check_numbers()
        self._check_experiments()

    def _check_numbers(self) -> None:
        if not _is_whole(self.epochs) or self.epochs < 1:
            raise ConfigurationError(
                "Epochs must be a whole number from 1. Received: {received}.", received=self.epochs
            )
        check_learning_rate(self.learning_rate)
        if self.batch_size != "full" and not (_is_whole(self.batch_size) and self.batch_size >= 1):
            raise ConfigurationError(
                'Batch size must be a whole number from 1, or "full". Received: {received}.',
                received=self.batch_size,
            )
        if not _is_whole(self.seed) or self.seed < 0:
            raise ConfigurationError(
                "Seed must be a whole number from 0. Received: {received}.", received=self.seed
            )
        if self.stop_at_accuracy is not None and not _is_within(self.stop_at_accuracy, 0, 1):
            raise ConfigurationError(
                "The accuracy to stop at must be between 0 and 1. Received: {received}.",
                received=self.stop_at_accuracy,
            )

    def _check_experiments(self) -> None:
        if not isinstance(self.shuffled_labels, bool):
            raise ConfigurationError(
                "Shuffled labels must be true or false. Received: {received}.", received=self.shuffled_labels
            )
        if self.missing_digit is not None and not (
            _is_whole(self.missing_digit) and 0 <= self.missing_digit < CLASSES
        ):
            raise ConfigurationError(
                "The missing digit must be 0 to 9. Received: {received}.", received=self.missing_digit
            )
        if self.training_images is not None and not (
            _is_whole(self.training_images) and self.training_images >= 1
        ):
            raise ConfigurationError(
                "The number of training images must be a whole number from 1. Received: {received}.",
                received=self.training_images,
            )

    def to_dict(self) -> dict[str, Any]:
        """All settings as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> TrainingConfig:
        """Settings from `to_dict` or a JSON file; what is missing keeps its default.

        Raises
        ------
        ConfigurationError
            for an unknown name, or a value that cannot work
        """
        known = {field.name for field in fields(cls)}
        for name in settings:
            if name not in known:
                raise ConfigurationError(
                    "There is no setting of this name. Received: {received}.", received=name
                )
        return cls(**settings)


def check_learning_rate(learning_rate: Any) -> float:
    """Return the learning rate; `ConfigurationError` unless it is a number above 0."""
    if isinstance(learning_rate, bool) or not isinstance(learning_rate, int | float):
        learning_rate_is_good = False
    else:
        learning_rate_is_good = math.isfinite(learning_rate) and learning_rate > 0
    if not learning_rate_is_good:
        raise ConfigurationError(
            "Learning rate must be above 0. Received: {received}.", received=learning_rate
        )
    return float(learning_rate)


def _check_choice(what: str, received: Any, choices: tuple[str, ...]) -> None:
    if received not in choices:
        raise ConfigurationError(
            "{what} must be one of {choices}. Received: {received}.",
            what=Phrase(what),
            choices=", ".join(choices),
            received=received,
        )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_within(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
