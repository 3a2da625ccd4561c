"""The layers of a network in NumPy: the way forward beside the way back.

`parameter_gradients` and `input_gradient` receive d loss / d outputs of the last `forward`: the first writes d loss /
d parameters into `gradients`, the second, called after it, returns d loss / d inputs; both may work in place. Dense
layers see rows of features, (n, features). Convolutional layers see (channels, height, width, n): with the images
last, every slice of a picture is a run of n numbers that lie side by side, which is what makes plain NumPy fast here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mnist_core.functional import Floats
from mnist_core.scratch import Scratch

Parameters = Mapping[str, Floats]

# Before a matrix product OpenBLAS copies its factors into an order it likes. For few columns the copy takes longer
# than the product, so these go in pieces below its limit of 100³ multiplications, under which it does not copy.
NARROW, PIECE = 10, 125  # columns, rows


class Memory(Scratch):
    """What one layer keeps between forward and backward, in arrays that are used again for the next batch."""

    inputs: Floats
    columns: Floats
    outputs: Floats
    gates: Floats


class Layer:
    """A layer is only a description; numbers come from outside. This one has no parameters to learn."""

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter by name: "weights", "bias"."""
        return {}

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        """The outputs; may work in place, and keeps in `memory` what the way back needs."""
        raise NotImplementedError

    def parameter_gradients(self, gradient: Floats, gradients: Parameters, memory: Memory) -> None:
        """Write d loss / d parameters into `gradients`: nothing to do without parameters."""

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        """d loss / d inputs; `gradient` may be used up."""
        raise NotImplementedError


@dataclass(frozen=True)
class Dense(Layer):
    """Every output is a weighted sum of all inputs: outputs = inputs · weights + bias."""

    inputs: int
    outputs: int

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weights": (self.inputs, self.outputs), "bias": (self.outputs,)}

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        memory.inputs = inputs
        outputs = memory.array("outputs", (len(inputs), self.outputs), inputs.dtype)
        np.matmul(self._pieces(inputs), parameters["weights"], out=self._pieces(outputs))
        outputs += parameters["bias"]
        return outputs

    def parameter_gradients(self, gradient: Floats, gradients: Parameters, memory: Memory) -> None:
        inputs, outward = self._pieces(memory.inputs), self._pieces(gradient)
        if len(inputs) == 1:
            np.matmul(memory.inputs.T, gradient, out=gradients["weights"])
        else:
            products = memory.array("products", (len(inputs), self.inputs, self.outputs), gradient.dtype)
            np.matmul(inputs.transpose(0, 2, 1), outward, out=products)
            np.sum(products, axis=0, out=gradients["weights"])
        np.sum(gradient, axis=0, out=gradients["bias"])

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        to_inputs = memory.array("to_inputs", memory.inputs.shape, gradient.dtype)
        return np.matmul(gradient, parameters["weights"].T, out=to_inputs)

    def _pieces(self, rows: Floats) -> Floats:
        """Many rows for few outputs in a stack of pieces, (n / PIECE, PIECE, features), else as one piece."""
        narrow = self.outputs <= NARROW and len(rows) % PIECE == 0
        return rows.reshape(-1, PIECE if narrow else len(rows), rows.shape[1])


@dataclass(frozen=True)
class Relu(Layer):
    """Keep what is positive; the gradient passes where something was kept."""

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        memory.outputs = np.maximum(inputs, 0, out=inputs)
        return memory.outputs

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        passes = memory.array("passes", gradient.shape, bool)
        gradient *= np.greater(memory.outputs, 0, out=passes)
        return gradient


@dataclass(frozen=True)
class Silu(Layer):
    """ReLU with its corner rounded: x · sigmoid(x), slope s + x s (1 − s). Elfwing et al. 2018, arXiv:1702.03118.

    At ReLU's corner a rounding in the last digit switches a gradient on or off. A convolution has so many units
    that this happens often, and two backends drift apart by percents within an epoch; without a corner they do not.
    """

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        gates = memory.array("gates", inputs.shape, inputs.dtype)
        np.multiply(inputs, 0.5, out=gates)
        np.tanh(gates, out=gates)
        gates += 1
        gates *= 0.5  # sigmoid(x) = (1 + tanh(x / 2)) / 2, which cannot overflow
        memory.gates, memory.outputs = gates, np.multiply(inputs, gates, out=inputs)
        return memory.outputs

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        slopes = memory.array("slopes", gradient.shape, gradient.dtype)
        np.subtract(1, memory.gates, out=slopes)
        slopes *= memory.outputs
        slopes += memory.gates
        gradient *= slopes
        return gradient


@dataclass(frozen=True)
class ToImage(Layer):
    """Rows of pixels to one-channel pictures: (n, size · size) → (1, size, size, n)."""

    size: int = 28

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        pictures = memory.array("pictures", (1, self.size, self.size, len(inputs)), inputs.dtype)
        np.copyto(pictures.reshape(self.size**2, -1), inputs.T)
        return pictures

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        return gradient.reshape(self.size**2, -1).T


@dataclass(frozen=True)
class Flatten(Layer):
    """Pictures to rows of features: (channels, height, width, n) → (n, features). No copy."""

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        memory.inputs = inputs
        return inputs.reshape(-1, inputs.shape[-1]).T

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        to_inputs = memory.array("to_inputs", memory.inputs.shape, gradient.dtype)
        np.copyto(to_inputs.reshape(-1, len(gradient)), gradient.T)
        return to_inputs


@dataclass(frozen=True)
class Convolution(Layer):
    """Look at every size × size window with the same weights, every `stride` pixels, without padding.

    The windows become the columns of a matrix (im2col), so that all of them are one matrix product.
    Weights have the shape (size, size, channels, filters), as in Keras.
    """

    channels: int
    filters: int
    size: int
    stride: int = 1

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        return {"weights": (self.size, self.size, self.channels, self.filters), "bias": (self.filters,)}

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        height, width = (self._steps(length) for length in inputs.shape[1:3])
        windows = memory.array(
            "windows", (self.size, self.size, self.channels, height, width, inputs.shape[3]), inputs.dtype
        )
        for row in range(self.size):
            for column in range(self.size):
                windows[row, column] = inputs[self._window(row, column, height, width)]
        memory.inputs, memory.columns = inputs, windows.reshape(self._weights_per_filter, -1)
        outputs = memory.array("outputs", (self.filters, memory.columns.shape[1]), inputs.dtype)
        np.matmul(parameters["weights"].reshape(-1, self.filters).T, memory.columns, out=outputs)
        outputs += parameters["bias"][:, None]
        return outputs.reshape(self.filters, height, width, -1)

    def parameter_gradients(self, gradient: Floats, gradients: Parameters, memory: Memory) -> None:
        flat = gradient.reshape(self.filters, -1)
        np.matmul(memory.columns, flat.T, out=gradients["weights"].reshape(-1, self.filters))
        np.sum(flat, axis=1, out=gradients["bias"])

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        height, width, count = gradient.shape[1:]
        flat, weights = gradient.reshape(self.filters, -1), parameters["weights"].reshape(-1, self.filters)
        columns = np.matmul(weights, flat, out=memory.columns)
        windows = columns.reshape(self.size, self.size, self.channels, height, width, count)
        to_inputs = memory.array("to_inputs", memory.inputs.shape, gradient.dtype)
        to_inputs.fill(0)
        for row in range(self.size):
            for column in range(self.size):
                to_inputs[self._window(row, column, height, width)] += windows[row, column]
        return to_inputs

    @property
    def _weights_per_filter(self) -> int:
        return self.size * self.size * self.channels

    def _steps(self, length: int) -> int:
        return (length - self.size) // self.stride + 1

    def _window(self, row: int, column: int, height: int, width: int) -> tuple[slice, slice, slice]:
        """Where the pixels at (row, column) of every window lie in the picture."""
        rows = slice(row, row + self.stride * (height - 1) + 1, self.stride)
        return slice(None), rows, slice(column, column + self.stride * (width - 1) + 1, self.stride)


@dataclass(frozen=True)
class MaxPool(Layer):
    """Keep the largest of each 2 × 2 square; the gradient goes to the first pixel that had it."""

    def forward(self, inputs: Floats, parameters: Parameters, memory: Memory) -> Floats:
        channels, height, width, count = inputs.shape
        memory.inputs = inputs
        outputs = memory.array("outputs", (channels, height // 2, width // 2, count), inputs.dtype)
        first, *others = self._corners(inputs)
        np.copyto(outputs, first)
        for corner in others:
            np.maximum(outputs, corner, out=outputs)
        memory.outputs = memory.array("kept", outputs.shape, outputs.dtype)
        np.copyto(memory.outputs, outputs)  # because the next layer may work in place
        return outputs

    def input_gradient(self, gradient: Floats, parameters: Parameters, memory: Memory) -> Floats:
        to_inputs = memory.array("to_inputs", memory.inputs.shape, gradient.dtype)
        to_inputs.fill(0)
        waiting = memory.array("waiting", gradient.shape, bool)
        chosen = memory.array("chosen", gradient.shape, bool)
        waiting.fill(True)
        for corner, target in zip(self._corners(memory.inputs), self._corners(to_inputs), strict=True):
            np.equal(corner, memory.outputs, out=chosen)
            chosen &= waiting
            np.multiply(gradient, chosen, out=target)
            waiting ^= chosen
        return to_inputs

    @staticmethod
    def _corners(pictures: Floats) -> list[Floats]:
        height, width = (length // 2 * 2 for length in pictures.shape[1:3])
        return [pictures[:, row:height:2, column:width:2] for row in (0, 1) for column in (0, 1)]
