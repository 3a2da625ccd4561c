"""How a gradient becomes a step: gradient descent, momentum and Adam.

Each works on one flat parameter vector, in place. The size of a step is computed once for both backends, in
float64 (`step_size`); the rule itself is here in NumPy, and the same few lines stand in `tensorflow_backend`.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from mnist_core.errors import ConfigurationError
from mnist_core.functional import Floats


class Optimizer(Protocol):
    """A rule with a memory: `state` holds `state_vectors` rows as long as the parameter vector."""

    name: str
    state_vectors: int

    def step_size(self, learning_rate: float, step: int) -> float:
        """The factor of update number `step` (1, 2, …)."""

    def update(self, parameters: Floats, gradient: Floats, state: Floats, step_size: float) -> None:
        """Change `parameters` and `state` in place; `gradient` may be used up."""


class Sgd:
    """Stochastic gradient descent: θ ← θ − η g."""

    name = "sgd"
    state_vectors = 0

    def step_size(self, learning_rate: float, step: int) -> float:
        return learning_rate

    def update(self, parameters: Floats, gradient: Floats, state: Floats, step_size: float) -> None:
        gradient *= step_size
        parameters -= gradient


class Momentum:
    """Gradient descent with a memory of its direction: v ← 0.9 v + g, θ ← θ − η v.

    Polyak 1964, "Some methods of speeding up the convergence of iteration methods".
    """

    name = "momentum"
    state_vectors = 1
    decay = 0.9

    def step_size(self, learning_rate: float, step: int) -> float:
        return learning_rate

    def update(self, parameters: Floats, gradient: Floats, state: Floats, step_size: float) -> None:
        velocity = state[0]
        velocity *= self.decay
        velocity += gradient
        np.multiply(velocity, step_size, out=gradient)
        parameters -= gradient


class Adam:
    """Each parameter has its own step, from the running mean and size of its gradient.

    m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)

    Kingma and Ba 2015, arXiv:1412.6980, in the form at the end of its section 2. The state holds m / (1 − β₁)
    and v / (1 − β₂), which are plain decaying sums; their constant factors are part of the step size.
    """

    name = "adam"
    state_vectors = 2
    beta1, beta2, epsilon = 0.9, 0.999, 1e-7
    scaled_epsilon = epsilon / (1 - beta2) ** 0.5

    def step_size(self, learning_rate: float, step: int) -> float:
        factor = (1 - self.beta1) / (1 - self.beta2) ** 0.5
        return float(learning_rate * factor * (1 - self.beta2**step) ** 0.5 / (1 - self.beta1**step))

    def update(self, parameters: Floats, gradient: Floats, state: Floats, step_size: float) -> None:
        gradients, squares = state
        gradients *= self.beta1
        gradients += gradient
        gradient *= gradient
        squares *= self.beta2
        squares += gradient
        np.sqrt(squares, out=gradient)
        gradient += self.scaled_epsilon
        np.divide(gradients, gradient, out=gradient)
        gradient *= step_size
        parameters -= gradient


OPTIMIZERS: dict[str, Optimizer] = {optimizer.name: optimizer for optimizer in (Sgd(), Momentum(), Adam())}


def get_optimizer(name: str) -> Optimizer:
    """Look an optimizer up by name; `ConfigurationError` for an unknown one."""
    if name not in OPTIMIZERS:
        raise ConfigurationError(
            "Optimizer must be one of {choices}. Received: {received}.",
            choices=", ".join(OPTIMIZERS),
            received=name,
        )
    return OPTIMIZERS[name]
