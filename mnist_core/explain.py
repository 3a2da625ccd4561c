"""Why this digit: what each layer made of the picture, and how much each pixel spoke for and against each answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.backends.numpy_backend import Differentiable
from mnist_core.data.dataset import CLASSES, IMAGE_SIZE
from mnist_core.layers import Flatten
from mnist_core.model import Model
from mnist_core.network import as_pixel_rows, scale_pixels


def compute_evidence(model: Model, image: NDArray[Any]) -> NDArray[np.float32]:
    """Share of each pixel in each class's score: gradient × pixel.

    For one dense layer the gradient is the weight, so that the scores are exactly the sums of the evidence,
    plus the bias. Through ReLUs and pooling it is the same for the linear network that this one image sees:
    the units that are off stay off (Shrikumar et al. 2016, arXiv:1605.01713). Through the smooth units of the
    `cnn` it is the direction in which each score moves, and adds up to it only nearly.

    Parameters
    ----------
    image : (28, 28), uint8 or floating point in [0, 1]

    Returns
    -------
    evidence : (10, 28, 28) float32, above 0 where a pixel speaks for the digit; in logits, before the
        temperature

    Raises
    ------
    DataError
        as for `compute_input_gradient`
    """
    image = np.asarray(image)
    return np.asarray(compute_input_gradient(model, image) * scale_pixels(image, "unit"), np.float32)


def compute_input_gradient(model: Model, image: NDArray[Any]) -> NDArray[np.float32]:
    """How each class's score changes with each pixel: d logit / d pixel, pixels counted from 0 to 1.

    Parameters
    ----------
    image : (28, 28), uint8 or floating point in [0, 1]

    Returns
    -------
    gradients : (10, 28, 28) float32, before the temperature

    Raises
    ------
    DataError
        for another shape or dtype, NaN, or numbers outside [0, 1]
    """
    network = Differentiable(model.network, model.parameter_vector)
    rows = np.repeat(as_pixel_rows(np.asarray(image)[None]), CLASSES, axis=0)
    network.forward(scale_pixels(rows, model.pixel_range))
    gradient: NDArray[np.float32] = network.input_gradient(np.eye(CLASSES, dtype=np.float32))
    if model.pixel_range == "raw":
        gradient *= 255
    return gradient.reshape(CLASSES, IMAGE_SIZE, IMAGE_SIZE)


def compute_activations(model: Model, image: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
    """What each layer that learns hands to the next, after the ReLU and pooling that follow it.

    Parameters
    ----------
    image : (28, 28), uint8 or floating point in [0, 1]

    Returns
    -------
    activations : by the layer's name, in order; (maps, height, width) float32 of a convolution, (units,) of a dense
        layer. The last are the ten scores, before the temperature

    Raises
    ------
    DataError
        as for `compute_input_gradient`
    """
    network, outputs = model.network, model.layer_outputs(np.asarray(image)[None])
    activations, name = {}, ""
    for layer, layer_name, values in zip(network.layers, network.layer_names, outputs, strict=True):
        name = layer_name if layer.parameter_shapes else name
        if name and not isinstance(layer, Flatten):
            activations[name] = values[..., 0] if values.ndim == 4 else values[0]
    return activations
