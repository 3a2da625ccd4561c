"""The hand-written gradients against central differences in float64, and the backends against each other."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from mnist_core.backends.numpy_backend import Differentiable
from mnist_core.configuration import TrainingConfig
from mnist_core.data import load_dataset
from mnist_core.data.dataset import Dataset, Split
from mnist_core.functional import LOSSES
from mnist_core.layers import Convolution, Dense, Flatten, Layer, MaxPool, Relu, Silu, ToImage
from mnist_core.network import ARCHITECTURES, Architecture, split_parameters
from mnist_core.training import Trainer

real_mnist = pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="set MNIST_PATH to a real mnist.npz")

STEP = 1e-6
NETWORKS: dict[str, tuple[Layer, ...]] = {
    "dense": (Dense(16, 10),),
    "relu": (Dense(16, 7), Relu(), Dense(7, 10)),
    "silu": (Dense(16, 7), Silu(), Dense(7, 10)),
    "convolution": (ToImage(4), Convolution(1, 3, size=3), Flatten(), Dense(12, 10)),
    "strided convolution": (
        ToImage(7),
        Convolution(1, 2, size=3, stride=2),
        Convolution(2, 3, size=2),
        Flatten(),
        Dense(12, 10),
    ),
    "max pool": (ToImage(6), Convolution(1, 3, size=3), MaxPool(), Relu(), Flatten(), Dense(12, 10)),
    "max pool, odd": (ToImage(7), MaxPool(), Convolution(1, 2, size=2), Flatten(), Dense(8, 10)),
}


def make(layers: tuple[Layer, ...], output: str) -> tuple[Differentiable, np.ndarray, np.ndarray]:
    """A small network in float64 with a few inputs and labels."""
    rng = np.random.default_rng(5)
    first = layers[0]
    pixels = first.size**2 if isinstance(first, ToImage) else 16
    architecture = Architecture("small", layers, output)
    network = Differentiable(architecture, rng.normal(0, 0.5, architecture.parameter_count))
    return network, rng.normal(0, 1, (4, pixels)), rng.integers(0, 10, 4)


def central_differences(function: Any, at: np.ndarray) -> np.ndarray:
    """d function / d at, one number after the other."""
    slopes, flat = np.empty(at.size), at.reshape(-1)
    for i, value in enumerate(flat.copy()):
        flat[i] = value + STEP
        above = function()
        flat[i] = value - STEP
        slopes[i] = (above - function()) / (2 * STEP)
        flat[i] = value
    return slopes.reshape(at.shape)


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


@pytest.mark.parametrize("output", LOSSES)
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_agree_with_central_differences(name: str, output: str) -> None:
    network, inputs, labels = make(NETWORKS[name], output)
    scale = (
        10 if output == "sigmoid" else 1
    )  # its gradient is that of the sum over ten classes, as in the post

    def loss() -> float:
        return scale * float(LOSSES[output](network.forward(inputs), labels)[0].mean())

    network.differentiate(inputs, labels, count=4)
    assert relative_error(network.gradient, central_differences(loss, network.parameters)) < 1e-6


@pytest.mark.parametrize("name", NETWORKS)
def test_input_gradients_agree_with_central_differences(name: str) -> None:
    network, inputs, _ = make(NETWORKS[name], "softmax")
    weights = np.random.default_rng(1).normal(0, 1, (4, 10))

    def objective() -> float:
        return float((network.forward(inputs) * weights).sum())

    expected = central_differences(objective, inputs)
    network.forward(inputs)
    assert relative_error(network.input_gradient(weights.copy()), expected) < 1e-6


def train_both(config: dict[str, Any], dataset: Dataset) -> dict[str, Trainer]:
    trainers = {}
    for backend in ("numpy", "tensorflow"):
        trainers[backend] = Trainer(TrainingConfig(backend=backend, epochs=1, **config), dataset)
        list(trainers[backend].events())
    return trainers


def assert_parity(trainers: dict[str, Trainer], architecture: str) -> None:
    ours, theirs = (trainers[name].model.parameter_vector for name in ("numpy", "tensorflow"))
    assert relative_error(theirs, ours) < 1e-3
    network = ARCHITECTURES[architecture]
    for name, values in split_parameters(network, ours).items():
        assert relative_error(split_parameters(network, theirs)[name], values) < 1e-3, name
    curves = [trainers[name].history[-1] for name in ("numpy", "tensorflow")]
    assert curves[0].test_loss == pytest.approx(curves[1].test_loss, rel=1e-2)


RATES = {"sgd": 0.1, "momentum": 0.01, "adam": 0.001}


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", RATES)
@pytest.mark.parametrize("architecture", ["sigmoid", "softmax", "mlp", "cnn"])
def test_both_backends_reach_the_same_parameters(architecture: str, optimizer: str) -> None:
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (700, 28, 28), np.uint8), rng.integers(0, 10, 700, np.uint8))
    config = {"architecture": architecture, "optimizer": optimizer, "learning_rate": RATES[optimizer] / 10}
    assert_parity(train_both(config, Dataset("noise", "tests", split, split)), architecture)


@real_mnist
@pytest.mark.slow
@pytest.mark.mnist
@pytest.mark.parametrize("optimizer", RATES)
@pytest.mark.parametrize("architecture", ["sigmoid", "softmax", "mlp", "cnn"])
def test_both_backends_reach_the_same_parameters_after_an_epoch_on_mnist(
    architecture: str, optimizer: str
) -> None:
    config = {"architecture": architecture, "optimizer": optimizer, "learning_rate": RATES[optimizer]}
    assert_parity(train_both(config, load_dataset("mnist")), architecture)


@pytest.mark.parametrize(
    "settings",
    [
        {"weight_gradient": "sum", "pixel_range": "raw", "learning_rate": 1e-9},
        {"batch_size": "full", "learning_rate": 0.01},
    ],
    ids=["sum over raw pixels", "full batch"],
)
def test_both_backends_follow_the_posts_recipe_alike(settings: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    split = Split(rng.integers(0, 256, (4100, 28, 28), np.uint8), rng.integers(0, 10, 4100, np.uint8))
    config = {"architecture": "sigmoid"} | settings
    assert_parity(train_both(config, Dataset("noise", "tests", split, split)), "sigmoid")
