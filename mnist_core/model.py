"""A network that has learned something: how it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import CLASSES
from mnist_core.errors import ConfigurationError
from mnist_core.functional import ACTIVATIONS, Floats
from mnist_core.network import (
    PIXEL_RANGES,
    Architecture,
    as_pixel_rows,
    forward,
    get_architecture,
    layer_outputs,
    new_memory,
    parameters_by_layer,
    scale_pixels,
    split_parameters,
)

BLOCK = 250  # images that go through the network at once: their numbers stay in the processor's cache


@dataclass(frozen=True)
class Model:
    """A network that has learned something: it answers, and does not change.

    Parameters
    ----------
    architecture : a name in `ARCHITECTURES`
    parameters : arrays by name as in `Architecture.parameter_shapes`; kept as read-only views of one vector
    pixel_range : "unit" if it learned from pixels in [0, 1], "raw" if from 0 to 255
    temperature : the logits are divided by it before they become probabilities (arXiv:1706.04599)
    metadata : JSON-able facts about its training

    Raises
    ------
    ConfigurationError
        for parameters that do not fit the architecture, or a setting that cannot be
    """

    architecture: str
    parameters: Mapping[str, NDArray[np.float32]]
    pixel_range: str = "unit"
    temperature: float = 1.0
    metadata: Mapping[str, Any] = field(default_factory=dict)
    _by_layer: list[dict[str, Floats]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes = get_architecture(self.architecture).parameter_shapes
        received = {name: np.shape(values) for name, values in self.parameters.items()}
        if received != shapes:
            raise ConfigurationError(
                "The parameters do not fit architecture {architecture}. Received: {received}.",
                architecture=self.architecture,
                received=received,
            )
        _check_pixel_range(self.pixel_range)
        if not self.temperature > 0:
            raise ConfigurationError(
                "Temperature must be above 0. Received: {received}.", received=self.temperature
            )
        if not isinstance(self.metadata, Mapping):
            raise ConfigurationError(
                "Metadata must be a mapping. Received: {received}.", received=self.metadata
            )
        flat = np.concatenate([np.ravel(self.parameters[name]) for name in shapes]).astype(np.float32)
        flat.flags.writeable = False
        object.__setattr__(self, "parameters", split_parameters(self.network, flat))
        object.__setattr__(self, "_by_layer", parameters_by_layer(self.network, flat))

    @classmethod
    def from_vector(cls, architecture: str, flat: Floats, **settings: Any) -> Model:
        """A model from one flat parameter vector (copied)."""
        return cls(architecture, split_parameters(get_architecture(architecture), flat), **settings)

    def __reduce__(self) -> tuple[Any, ...]:
        settings = (self.pixel_range, self.temperature, dict(self.metadata))
        return Model, (self.architecture, dict(self.parameters), *settings)

    @property
    def network(self) -> Architecture:
        """The architecture itself."""
        return get_architecture(self.architecture)

    @property
    def parameter_vector(self) -> NDArray[np.float32]:
        """All parameters in one flat vector (a copy)."""
        return np.concatenate([np.ravel(values) for values in self.parameters.values()])

    def with_temperature(self, temperature: float) -> Model:
        """The same model, more (below 1) or less (above 1) sure of itself."""
        return replace(self, temperature=temperature)

    def predict_logits(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Ten scores for each image, divided by the temperature.

        Parameters
        ----------
        images : (n, 28, 28) or (n, 784), uint8, or floating point in [0, 1]

        Returns
        -------
        logits : (n, 10) float32

        Raises
        ------
        DataError
            for another shape or dtype, NaN, or numbers outside [0, 1]
        """
        rows = as_pixel_rows(images)
        logits = np.empty((len(rows), CLASSES), np.float32)
        memory = new_memory(self.network)
        for start in range(0, len(rows), BLOCK):
            block = slice(start, start + BLOCK)
            pixels = scale_pixels(rows[block], self.pixel_range)
            logits[block] = forward(self.network, self._by_layer, pixels, memory)
        if self.temperature != 1:
            logits /= self.temperature
        return logits

    def predict_proba(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Ten probabilities for each image, (n, 10) float32; see `predict_logits`.

        With a sigmoid output each class is asked on its own, so a row need not sum to one.
        """
        return ACTIVATIONS[self.network.output](self.predict_logits(images)).astype(np.float32)

    def layer_outputs(self, images: NDArray[Any]) -> Iterator[NDArray[np.float32]]:
        """What each layer in turn makes of a few images, in the layer's own layout; see `predict_logits`.

        The next layer may overwrite it. The last are the logits, before the temperature.
        """
        pixels = scale_pixels(as_pixel_rows(images), self.pixel_range)
        return layer_outputs(self.network, self._by_layer, pixels, new_memory(self.network))


def _check_pixel_range(pixel_range: str) -> None:
    if pixel_range not in PIXEL_RANGES:
        raise ConfigurationError(
            "Pixel range must be one of {choices}. Received: {received}.",
            choices=", ".join(PIXEL_RANGES),
            received=pixel_range,
        )
