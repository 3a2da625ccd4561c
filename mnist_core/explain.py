"""Why this digit: what each layer made of the picture, and how much each pixel spoke for and against each answer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.backends.numpy_backend import Differentiable
from mnist_core.data.dataset import CLASSES, IMAGE_SIZE
from mnist_core.layers import Flatten, Memory
from mnist_core.model import Model
from mnist_core.network import as_pixel_rows, parameters_by_layer, scale_pixels
from mnist_core.threads import use_one_blas_thread


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
    """
    image = np.asarray(image)
from mnist_core.backends.numpy_backend import Differentiable
from mnist_core.data.dataset import CLASSES, IMAGE_SIZE
from mnist_core.layers import Flatten, Memory
from mnist_core.model import Model
from mnist_core.network import as_pixel_rows, parameters_by_layer, scale_pixels
from mnist_core.threads import use_one_blas_thread

    Parameters
    ----------
    image : (28, 28), uint8 or floating point in [0, 1]

    Returns
    -------
from mnist_core.backends.numpy_backend import Differentiable
from mnist_core.data.dataset import CLASSES, IMAGE_SIZE
from mnist_core.layers import Flatten, Memory
from mnist_core.model import Model
from mnist_core.network import as_pixel_rows, parameters_by_layer, scale_pixels
from mnist_core.threads import use_one_blas_thread
