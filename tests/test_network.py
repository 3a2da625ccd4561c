"""A network begins with the numbers that were asked for, each in its place."""

from __future__ import annotations

import numpy as np
import pytest

from mnist_core.network import ARCHITECTURES, initial_parameters, split_parameters


@pytest.mark.parametrize(
    ("initialization", "weight_spread", "bias_spread"),
    [
        ("scaled", (2 / 784) ** 0.5, 0.0),
        ("uniform", 1 / 3**0.5, 1 / 3**0.5),
        ("normal", 1.0, 1.0),
        ("zeros", 0.0, 0.0),
    ],
)
def test_initial_parameters_are_spread_as_their_name_says(
    initialization: str, weight_spread: float, bias_spread: float
) -> None:
    network = ARCHITECTURES["mlp"]
    flat = initial_parameters(network, np.random.default_rng(0), initialization)
    assert flat.dtype == np.float32
    parameters = split_parameters(network, flat)
    assert parameters["dense1.weights"].std() == pytest.approx(weight_spread, rel=0.02)
    assert parameters["dense1.bias"].std() == pytest.approx(bias_spread, rel=0.2)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_named_parameters_are_parts_of_one_vector_without_gap_or_overlap(architecture: str) -> None:
    network = ARCHITECTURES[architecture]
    flat = np.zeros(network.parameter_count, np.float32)
    for values in split_parameters(network, flat).values():
        values += 1
    assert (flat == 1).all()
