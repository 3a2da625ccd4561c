"""What a network is: layers in order, named parameters in one flat vector, pixels in and ten scores out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import CLASSES, IMAGE_SIZE
from mnist_core.errors import ConfigurationError, DataError
from mnist_core.functional import Floats
from mnist_core.layers import Convolution, Dense, Flatten, Layer, MaxPool, Memory, Relu, Silu, ToImage
from mnist_core.threads import use_one_blas_thread

PIXELS = IMAGE_SIZE**2
PIXEL_RANGES = ("unit", "raw")
INITIALIZATIONS = ("scaled", "uniform", "normal", "zeros")


@dataclass(frozen=True)
class Architecture:
    """The shape of a network, without its numbers.

    Parameters
    ----------
    name : the key in `ARCHITECTURES`
    layers : in the order the image passes them
    output : what makes probabilities of the ten scores: "softmax", or "sigmoid" for each class on its own
    """

    name: str
    layers: tuple[Layer, ...]
    output: str = "softmax"

    @property
    def has_hidden_layers(self) -> bool:
        """Whether anything stands between the pixels and the ten scores."""
        return len(self.layers) > 1

    @property
    def layer_names(self) -> tuple[str, ...]:
        """A name for each layer: "dense1", "dense2", "convolution1", …"""
        counts: dict[str, int] = {}
        names = []
        for layer in self.layers:
            kind = type(layer).__name__.lower()
            counts[kind] = counts.get(kind, 0) + 1
            names.append(f"{kind}{counts[kind]}")
        return tuple(names)

    @property
    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter by name: "dense1.weights", "dense1.bias", …"""
        return {
            f"{name}.{kind}": shape
            for name, layer in zip(self.layer_names, self.layers, strict=True)
            for kind, shape in layer.parameter_shapes.items()
        }

    @property
    def parameter_count(self) -> int:
        """How many numbers the network learns."""
        return sum(int(np.prod(shape)) for shape in self.parameter_shapes.values())


ARCHITECTURES: dict[str, Architecture] = {
    a.name: a
    for a in (
        Architecture("sigmoid", (Dense(PIXELS, CLASSES),), output="sigmoid"),
        Architecture("softmax", (Dense(PIXELS, CLASSES),)),
        Architecture("mlp", (Dense(PIXELS, 128), Relu(), Dense(128, CLASSES))),
        Architecture(
            "cnn",
            (
                ToImage(),
                Convolution(1, 16, size=5, stride=2),
                Silu(),
                Convolution(16, 48, size=5, stride=2),
                Silu(),
                Flatten(),
                Dense(48 * 4 * 4, 96),
                Silu(),
                Dense(96, CLASSES),
            ),
        ),
        Architecture(
            "starter",
            (
                ToImage(),
                Convolution(1, 32, size=5),
                MaxPool(),
                Relu(),
                Convolution(32, 56, size=3),
                Relu(),
                Convolution(56, 72, size=3),
                MaxPool(),
                Relu(),
                Flatten(),
                Dense(72 * 4 * 4, 128),
                Relu(),
                Dense(128, CLASSES),
            ),
        ),
    )
}


def get_architecture(name: str) -> Architecture:
    """Look an architecture up by name; `ConfigurationError` for an unknown one."""
    if name not in ARCHITECTURES:
        raise ConfigurationError(
            "Architecture must be one of {choices}. Received: {received}.",
            choices=", ".join(ARCHITECTURES),
            received=name,
        )
    return ARCHITECTURES[name]


def split_parameters(architecture: Architecture, flat: Floats) -> dict[str, Floats]:
    """Named views into one flat vector: change one and the other changes."""
    parameters, start = {}, 0
    for name, shape in architecture.parameter_shapes.items():
        stop = start + int(np.prod(shape))
        parameters[name] = flat[start:stop].reshape(shape)
        start = stop
    return parameters


def parameters_by_layer(architecture: Architecture, flat: Floats) -> list[dict[str, Floats]]:
    """For each layer its own parameters as views into one flat vector."""
    parameters = split_parameters(architecture, flat)
    return [
        {kind: parameters[f"{name}.{kind}"] for kind in layer.parameter_shapes}
        for name, layer in zip(architecture.layer_names, architecture.layers, strict=True)
    ]


def initial_parameters(
    architecture: Architecture, rng: np.random.Generator, initialization: str = "scaled"
) -> NDArray[np.float32]:
    """Numbers to start learning from, as one flat vector.

    "scaled" draws weights from a normal distribution of variance 2 / (inputs of the unit) and sets biases to
    zero (He et al. 2015, arXiv:1502.01852); "uniform" draws everything from [−1, 1] and "normal" from the
    standard normal distribution, as the post does; "zeros" is there to see what goes wrong.
    """
    flat = np.zeros(architecture.parameter_count, np.float32)
    for name, values in split_parameters(architecture, flat).items():
        if initialization == "uniform":
            values[...] = rng.uniform(-1, 1, values.shape)
        elif initialization == "normal":
            values[...] = rng.standard_normal(values.shape)
        elif initialization == "scaled" and name.endswith("weights"):
            inputs_per_unit = values.size / values.shape[-1]
            values[...] = rng.standard_normal(values.shape) * np.sqrt(2 / inputs_per_unit)
    return flat


def forward(
    architecture: Architecture, parameters: list[dict[str, Floats]], inputs: Floats, memory: list[Memory]
) -> Floats:
    """Pass rows of pixels (n, 784) through all layers: the logits (n, 10)."""
    *_, logits = layer_outputs(architecture, parameters, inputs, memory)
    return logits


def layer_outputs(
    architecture: Architecture, parameters: list[dict[str, Floats]], inputs: Floats, memory: list[Memory]
) -> Iterator[Floats]:
    """What each layer in turn makes of rows of pixels (n, 784); the next one may overwrite it."""
    use_one_blas_thread()
    values = inputs
    for layer, own, kept in zip(architecture.layers, parameters, memory, strict=True):
        values = layer.forward(values, own, kept)
        yield values


def new_memory(architecture: Architecture) -> list[Memory]:
    """Fresh working memory, one for each layer."""
    return [Memory() for _ in architecture.layers]


def as_pixel_rows(images: NDArray[Any]) -> NDArray[Any]:
    """Check images and lay them in rows: (n, 784), uint8 or float32 in [0, 1].

    Raises
    ------
    DataError
        for another shape or dtype, NaN, or numbers outside [0, 1]
    """
    images = np.asarray(images)
    if images.shape[1:] not in ((IMAGE_SIZE, IMAGE_SIZE), (PIXELS,)):
        raise DataError("Images must have the shape (n, 28, 28). Received: {shape}.", shape=images.shape)
    rows = images.reshape(len(images), PIXELS)
    if rows.dtype == np.uint8:
        return rows
    if rows.dtype.kind != "f":
        raise DataError("Pixels must be uint8, or numbers in [0, 1]. Received: {dtype}.", dtype=rows.dtype)
    if rows.size and not (rows.min() >= 0 and rows.max() <= 1):  # NaN fails both
        raise DataError(
            "Pixels must be numbers in [0, 1]. Received: {low} to {high}.", low=rows.min(), high=rows.max()
        )
    return rows.astype(np.float32, copy=False)


def scale_pixels(rows: NDArray[Any], pixel_range: str, out: Floats | None = None) -> Floats:
    """Pixels as float32 in the range a network expects; `rows` uint8 0 to 255, or float in [0, 1]."""
    if out is None:
        out = np.empty(rows.shape, np.float32)
    largest = 255 if rows.dtype == np.uint8 else 1
    wanted = 255 if pixel_range == "raw" else 1
    np.copyto(out, rows)
    if wanted != largest:
        out *= np.float32(wanted / largest)
    return out
