"""Two backends that train the same network: NumPy with gradients written by hand, TensorFlow with its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mnist_core.errors import ConfigurationError
from mnist_core.messages import mark
from mnist_core.network import Architecture
from mnist_core.optimizers import Optimizer

BACKENDS = ("numpy", "tensorflow")

Batch = tuple[NDArray[np.uint8], NDArray[np.uint8]]  # pixels (n, 784) and labels (n,)


class Backend(Protocol):
    """Parameters that learn from batches."""

    def train_batches(self, batches: Iterable[Batch], step_sizes: NDArray[np.float64]) -> NDArray[np.float32]:
        """One update for each batch, by what `Optimizer.step_size` gave; the mean loss before each."""

    def parameters(self) -> NDArray[np.float32]:
        """A copy of all parameters as one flat vector."""

    def optimizer_state(self) -> NDArray[np.float32]:
        """A copy of the optimizer's memory, (state vectors, parameters)."""

    def load(self, parameters: NDArray[np.float32], state: NDArray[np.float32] | None = None) -> None:
        """Go on from these numbers."""


def create_backend(
    name: str, architecture: Architecture, optimizer: Optimizer, *, pixel_range: str, weight_gradient: str
) -> Backend:
    """Make the backend called `name`; TensorFlow is imported here and not before.

    Parameters
    ----------
    pixel_range, weight_gradient : as in `TrainingConfig`

    Raises
    ------
    ConfigurationError
        for an unknown name
    BackendError
        when TensorFlow is missing or broken
    """
    if name == "numpy":
        from mnist_core.backends.numpy_backend import NumpyBackend

        return NumpyBackend(architecture, optimizer, pixel_range, weight_gradient)
    if name == "tensorflow":
        from mnist_core.backends.tensorflow_backend import TensorflowBackend

        return TensorflowBackend(architecture, optimizer, pixel_range, weight_gradient)
    raise ConfigurationError(
        "Backend must be one of {choices}. Received: {received}.", choices=", ".join(BACKENDS), received=name
    )


def tensorflow_available() -> str | None:
    """None if TensorFlow is installed, else the sentence that says why its half is off. Imports nothing."""
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.origin is None:  # what is left of a removed installation is a folder without code
        return mark("TensorFlow is not installed, so only the NumPy half works.")
    return None
