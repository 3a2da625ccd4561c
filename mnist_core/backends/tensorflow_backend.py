"""The twin in TensorFlow: the same network, its gradients by GradientTape, many steps in one compiled call.

Only training workers and the command line import this module, never the web process.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.backends import Batch
from mnist_core.errors import BackendError
from mnist_core.functional import LARGEST_CLIPPED_LOSS
from mnist_core.layers import Convolution, Dense, Flatten, Layer, MaxPool, Relu, Silu, ToImage
from mnist_core.network import PIXELS, Architecture, split_parameters
from mnist_core.optimizers import Adam, Momentum, Optimizer
from mnist_core.scratch import Scratch

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # no start-up chatter on the command line


try:
    import tensorflow as tf
except Exception as error:  # a broken installation can raise anything
    raise BackendError("TensorFlow does not work here. NumPy trains the same network.") from error

Tensor = Any

LARGE = 2_000  # images that pass at once; larger batches go in blocks
STACK = 16_384  # images in one compiled call, a batch after the other


class TensorflowBackend:
    """Trains an architecture; parameters and optimizer state live in TensorFlow variables."""

    def __init__(
        self, architecture: Architecture, optimizer: Optimizer, pixel_range: str, weight_gradient: str
    ) -> None:
        self._architecture, self._optimizer = architecture, optimizer
        self._pixel_scale = 1.0 if pixel_range == "raw" else 1 / 255
        self._sum_weights = weight_gradient == "sum"
        shapes = architecture.parameter_shapes
        self._variables = [tf.Variable(tf.zeros(shape), name=name) for name, shape in shapes.items()]
        self._states = [
            [tf.Variable(tf.zeros(shape)) for shape in shapes.values()]
            for _ in range(optimizer.state_vectors)
        ]
        compiled = _compiles_well(architecture)
        self._train_many = tf.function(self._steps, autograph=False, jit_compile=compiled)
        self._block_gradients = tf.function(self._gradients, autograph=False, jit_compile=compiled)
        self._train_large = tf.function(self._large_step, autograph=False, reduce_retracing=True)
        self._scratch = Scratch()
        self._held: tuple[Batch, tuple[Tensor, Tensor]] | None = None

    def train_batches(self, batches: Iterable[Batch], step_sizes: NDArray[np.float64]) -> NDArray[np.float32]:
        losses, done = np.empty(len(step_sizes), np.float32), 0
        for count, group in itertools.groupby(batches, key=lambda batch: len(batch[1])):  # one may be shorter
            train = self._train_one_by_one if count > LARGE else self._train_stack
            while some := list(itertools.islice(group, _stack_height(count))):
                losses[done : done + len(some)] = train(some, step_sizes[done : done + len(some)])
                done += len(some)
        return losses

    def parameters(self) -> NDArray[np.float32]:
        return _to_vector(self._variables)

    def optimizer_state(self) -> NDArray[np.float32]:
        rows = [_to_vector(state) for state in self._states]
        return np.array(rows, np.float32).reshape(len(rows), self._architecture.parameter_count)

    def load(self, parameters: NDArray[np.float32], state: NDArray[np.float32] | None = None) -> None:
        if state is None:
            state = np.zeros((len(self._states), len(parameters)), np.float32)
        for variables, vector in zip([self._variables, *self._states], [parameters, *state], strict=True):
            for variable, values in zip(
                variables, split_parameters(self._architecture, vector).values(), strict=True
            ):
                variable.assign(values)

    def _train_stack(self, batches: list[Batch], step_sizes: NDArray[np.float64]) -> NDArray[np.float32]:
        """Batches of one size in one call; a stack always has the same shape, so that it is compiled once."""
        images = len(batches[0][1])
        height = _stack_height(images)
        pixels = self._scratch.array("pixels", (height, images, PIXELS), np.uint8)
        labels = self._scratch.array("labels", (height, images), np.uint8)
        sizes = self._scratch.array("sizes", (height,))
        for index, batch in enumerate(batches):
            pixels[index], labels[index], sizes[index] = *batch, step_sizes[index]
        losses: NDArray[np.float32] = self._train_many(pixels, labels, sizes, np.int32(len(batches))).numpy()
        return losses[: len(batches)]

    def _train_one_by_one(self, batches: list[Batch], step_sizes: NDArray[np.float64]) -> list[float]:
        """Large batches, a call for each."""
        return [
            float(self._train_large(*self._hold(*batch), np.float32(size)))
            for batch, size in zip(batches, step_sizes, strict=True)
        ]

    def _hold(self, pixels: Any, labels: Any) -> tuple[Tensor, Tensor]:
        """The batch as tensors; the full batch is the same in every epoch and is copied once."""
        if self._held is None or self._held[0][0] is not pixels or self._held[0][1] is not labels:
            self._held = (pixels, labels), (tf.constant(pixels), tf.constant(labels))
        return self._held[1]

    def _steps(self, pixels: Tensor, labels: Tensor, step_sizes: Tensor, count: Tensor) -> Tensor:
        """One update from each of the first `count` batches in turn; the mean losses before each."""

        def step(index: Tensor, losses: Tensor) -> tuple[Tensor, Tensor]:
            loss = self._step(pixels[index], labels[index], step_sizes[index])
            return index + 1, losses.write(index, loss)

        losses = tf.TensorArray(tf.float32, size=step_sizes.shape[0])
        _, losses = tf.while_loop(lambda index, _: index < count, step, (0, losses), parallel_iterations=1)
        return losses.stack()

    def _step(self, pixels: Tensor, labels: Tensor, step_size: Tensor) -> Tensor:
        """One update from one batch; the mean loss before it."""
        loss, gradients = self._gradients(pixels, labels)
        self._apply_gradients(gradients, tf.cast(tf.shape(labels)[0], tf.float32), step_size)
        return loss

    def _large_step(self, pixels: Tensor, labels: Tensor, step_size: Tensor) -> Tensor:
        """The same for a large batch, in blocks that need little memory."""
        count = tf.shape(labels)[0]

        def add_block(start: Tensor, total_loss: Tensor, totals: list[Tensor]) -> tuple[Tensor, ...]:
            block = labels[start : start + LARGE]
            loss, gradients = self._block_gradients(pixels[start : start + LARGE], block)
            share = tf.cast(tf.shape(block)[0], tf.float32) / tf.cast(count, tf.float32)
            added = [total + gradient * share for total, gradient in zip(totals, gradients, strict=True)]
            return start + LARGE, total_loss + loss * share, added

        nothing = (0, 0.0, [tf.zeros_like(variable) for variable in self._variables])
        _, loss, totals = tf.while_loop(
            lambda start, *_: start < count, add_block, nothing, parallel_iterations=1
        )
        self._apply_gradients(totals, tf.cast(count, tf.float32), step_size)
        return loss

    def _gradients(self, pixels: Tensor, labels: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Mean loss of some images, and its derivatives."""
        with tf.GradientTape() as tape:
            logits = self._forward(tf.cast(pixels, tf.float32) * self._pixel_scale)
            targets = tf.one_hot(labels, logits.shape[1])
            loss, objective = _LOSSES[self._architecture.output](logits, targets)
        return loss, tape.gradient(objective, self._variables)

    def _apply_gradients(self, gradients: list[Tensor], count: Tensor, step_size: Tensor) -> None:
        for index, (variable, gradient) in enumerate(zip(self._variables, gradients, strict=True)):
            if self._sum_weights and len(variable.shape) > 1:
                gradient = gradient * count
            state = [vector[index] for vector in self._states]
            _update(self._optimizer, variable, gradient, state, step_size)

    def _forward(self, values: Tensor) -> Tensor:
        unused = iter(self._variables)
        for layer in self._architecture.layers:
            values = _apply(layer, values, [next(unused) for _ in layer.parameter_shapes])
        return values


def _apply(layer: Layer, values: Tensor, parameters: list[Tensor]) -> Tensor:
    """What each layer of `layers` does, said in TensorFlow (pictures: (n, height, width, channels))."""
    match layer:
        case Dense():
            weights, bias = parameters
            return tf.matmul(values, weights) + bias
        case Relu():
            return tf.nn.relu(values)
        case Silu():
            return tf.nn.silu(values)
        case ToImage():
            return tf.reshape(values, (-1, layer.size, layer.size, 1))
        case Flatten():
            return tf.reshape(tf.transpose(values, (0, 3, 1, 2)), (-1, int(np.prod(values.shape[1:]))))
        case Convolution():
            weights, bias = parameters
            return tf.nn.conv2d(values, weights, layer.stride, "VALID") + bias
        case MaxPool():
            return tf.nn.max_pool2d(values, 2, 2, "VALID")
    raise NotImplementedError(type(layer).__name__)


def _softmax_cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))
    return loss, loss


def _sigmoid_cross_entropy(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The clipped mean over everything to report, and the sum over the classes whose derivative is a − y."""
    losses = tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)
    clipped = tf.minimum(losses, LARGEST_CLIPPED_LOSS)
    return tf.reduce_mean(clipped), tf.reduce_mean(tf.reduce_sum(losses, axis=1))


_LOSSES = {"softmax": _softmax_cross_entropy, "sigmoid": _sigmoid_cross_entropy}


def _update(
    optimizer: Optimizer, variable: Tensor, gradient: Tensor, state: list[Tensor], step_size: Tensor
) -> None:
    """The rules of `optimizers`, said in TensorFlow."""
    match optimizer:
        case Adam():
            gradients = state[0].assign(optimizer.beta1 * state[0] + gradient)
            squares = state[1].assign(optimizer.beta2 * state[1] + gradient * gradient)
            gradient = gradients / (tf.sqrt(squares) + optimizer.scaled_epsilon)
        case Momentum():
            gradient = state[0].assign(optimizer.decay * state[0] + gradient)
    variable.assign_sub(step_size * gradient)


def _stack_height(images: int) -> int:
    """How many batches of so many images go in one call."""
    return max(1, STACK // images)


def _compiles_well(architecture: Architecture) -> bool:
    """Whether XLA makes a step faster: it does for matrix products, not for convolutions."""
    return not any(isinstance(layer, Convolution) for layer in architecture.layers)


def _to_vector(variables: list[Tensor]) -> NDArray[np.float32]:
    return np.concatenate([variable.numpy().ravel() for variable in variables])
