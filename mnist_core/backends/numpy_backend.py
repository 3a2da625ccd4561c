"""Learning in plain NumPy: forward, loss, backward, update."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.backends import Batch
from mnist_core.functional import LOSSES, Floats
from mnist_core.network import (
    Architecture,
    forward,
    new_memory,
    parameters_by_layer,
    scale_pixels,
    split_parameters,
)
from mnist_core.optimizers import Optimizer
from mnist_core.scratch import Scratch

BLOCK = 1_000  # images that pass at once; larger batches go in blocks
HALVES = 2  # of a larger batch, a thread for each; fixed: results do not depend on the number of cores


class NumpyBackend:
    """Trains an architecture; all numbers live in flat float32 vectors that are changed in place."""

    def __init__(
        self, architecture: Architecture, optimizer: Optimizer, pixel_range: str, weight_gradient: str
    ) -> None:
        count = architecture.parameter_count
        self._architecture, self._optimizer = architecture, optimizer
        self._sum_weights = weight_gradient == "sum"
        self._parameters = np.zeros(count, np.float32)
        self._state = np.zeros((optimizer.state_vectors, count), np.float32)
        self._helpers = [_Helper(architecture, self._parameters, pixel_range) for _ in range(HALVES)]

    def train_batches(self, batches: Iterable[Batch], step_sizes: NDArray[np.float64]) -> NDArray[np.float32]:
        losses = np.empty(len(step_sizes), np.float32)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the loss shows a divergence
            for index, (pixels, labels) in enumerate(batches):
                losses[index], gradient = self._loss_and_gradient(pixels, labels)
                self._optimizer.update(self._parameters, gradient, self._state, float(step_sizes[index]))
        return losses

    def parameters(self) -> NDArray[np.float32]:
        return self._parameters.copy()

    def optimizer_state(self) -> NDArray[np.float32]:
        return self._state.copy()

    def load(self, parameters: NDArray[np.float32], state: NDArray[np.float32] | None = None) -> None:
        self._parameters[:] = parameters
        self._state[:] = 0 if state is None else state

    def _loss_and_gradient(
        self, pixels: NDArray[np.uint8], labels: NDArray[np.uint8]
    ) -> tuple[float, Floats]:
        """Means over a batch; two threads share a large one."""
        count = len(labels)
        if count <= BLOCK:
            loss, gradient = self._helpers[0].differentiate_block(pixels, labels, count)
        else:
            with ThreadPoolExecutor(HALVES) as pool:
                halves = np.array_split(pixels, HALVES), np.array_split(labels, HALVES)
                parts = list(pool.map(_Helper.differentiate_blocks, self._helpers, *halves, [count] * HALVES))
            loss, gradient = sum(part[0] for part in parts), parts[0][1]
            for _, other in parts[1:]:
                gradient += other
        if self._sum_weights:
            for name, values in split_parameters(self._architecture, gradient).items():
                if name.endswith("weights"):
                    values *= count
        return loss / count, gradient


class _Helper:
    """Computes the gradient of some images of a batch, with a working memory of its own."""

    def __init__(self, architecture: Architecture, parameters: Floats, pixel_range: str) -> None:
        self._network = Differentiable(architecture, parameters)
        self._pixel_range = pixel_range
        self._total = np.zeros_like(parameters)
        self._scratch = Scratch()

    def differentiate_block(
        self, pixels: NDArray[np.uint8], labels: NDArray[np.uint8], count: int
    ) -> tuple[float, Floats]:
        """The sum of the losses, and this block's part of the mean gradient of `count` images."""
        inputs = scale_pixels(pixels, self._pixel_range, self._scratch.array("inputs", pixels.shape))
        losses = self._network.differentiate(inputs, labels, count)
        return float(losses.sum()), self._network.gradient

    def differentiate_blocks(
        self, pixels: NDArray[np.uint8], labels: NDArray[np.uint8], count: int
    ) -> tuple[float, Floats]:
        """The same for many images, in blocks whose numbers stay in the processor's cache."""
        total_loss = 0.0
        self._total.fill(0)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # each thread has its own setting
            for start in range(0, len(labels), BLOCK):
                block = slice(start, start + BLOCK)
                loss, gradient = self.differentiate_block(pixels[block], labels[block], count)
                total_loss += loss
                self._total += gradient
        return total_loss, self._total


class Differentiable:
    """A network that can be asked how its loss changes with each of its parameters.

    Attributes
    ----------
    parameters, gradient : one flat vector each; the layers work on views of them
    """

    def __init__(self, architecture: Architecture, parameters: Floats) -> None:
        self.architecture = architecture
        self.parameters = parameters
        self.gradient = np.zeros_like(parameters)
        self._parameters = parameters_by_layer(architecture, self.parameters)
        self._gradients = parameters_by_layer(architecture, self.gradient)
        self._memory = new_memory(architecture)
        self._first = next(i for i, layer in enumerate(architecture.layers) if layer.parameter_shapes)

    def forward(self, inputs: Floats) -> Floats:
        """Logits (n, 10) of rows of pixels (n, 784), scaled as the network expects them."""
        return forward(self.architecture, self._parameters, inputs, self._memory)

    def differentiate(self, inputs: Floats, labels: NDArray[np.integer[Any]], count: int) -> Floats:
        """Set `gradient` to d (Σ losses / count) / d parameters, and return the losses (n,)."""
        losses, outward = LOSSES[self.architecture.output](self.forward(inputs), labels)
        outward /= count
        for i in range(len(self._memory) - 1, self._first - 1, -1):
            self.architecture.layers[i].parameter_gradients(outward, self._gradients[i], self._memory[i])
            if i > self._first:
                outward = self._pass_back(i, outward)
        return losses

    def input_gradient(self, outward: Floats) -> Floats:
        """Pass d anything / d logits (n, 10) of the last `forward` back to the pixels (n, 784)."""
        for i in reversed(range(len(self._memory))):
            outward = self._pass_back(i, outward)
        return np.ascontiguousarray(outward)

    def _pass_back(self, i: int, outward: Floats) -> Floats:
        return self.architecture.layers[i].input_gradient(outward, self._parameters[i], self._memory[i])
