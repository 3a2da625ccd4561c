"""Evidence adds up to the scores where it must, and points the right way where it can only nearly."""

from __future__ import annotations

import numpy as np
import pytest

from mnist_core.explain import compute_activations, compute_evidence, compute_input_gradient
from mnist_core.model import Model
from mnist_core.network import ARCHITECTURES, get_architecture, initial_parameters


def random_model(architecture: str, pixel_range: str = "unit") -> Model:
    flat = initial_parameters(get_architecture(architecture), np.random.default_rng(3))
    return Model.from_vector(architecture, flat, pixel_range=pixel_range)


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(5).random((28, 28), dtype=np.float32)


@pytest.mark.parametrize(
    "architecture", sorted(set(ARCHITECTURES) - {"cnn"})
)  # its units are no straight lines
def test_evidence_of_a_network_without_biases_adds_up_to_its_scores(
    architecture: str, image: np.ndarray
) -> None:
    model = random_model(architecture)  # scaled initialization: all biases are zero
    evidence = compute_evidence(model, image)
    assert evidence.shape == (10, 28, 28)
    assert evidence.dtype == np.float32
    np.testing.assert_allclose(
        evidence.sum(axis=(1, 2)), model.predict_logits(image[None])[0], rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize("pixel_range", ["unit", "raw"])
def test_evidence_of_a_linear_model_is_weight_times_pixel(pixel_range: str, image: np.ndarray) -> None:
    model = random_model("softmax", pixel_range)
    weights = model.parameters["dense1.weights"].T.reshape(10, 28, 28)
    scale = 255 if pixel_range == "raw" else 1
    np.testing.assert_allclose(compute_evidence(model, image), weights * image * scale, rtol=1e-4, atol=1e-6)


def test_paper_is_no_evidence(image: np.ndarray) -> None:
    image[:, :14] = 0
    assert not compute_evidence(random_model("cnn"), image)[:, :, :14].any()


def test_bytes_and_fractions_give_the_same_evidence() -> None:
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    model = random_model("mlp")
    np.testing.assert_allclose(
        compute_evidence(model, image), compute_evidence(model, image.astype(np.float32) / 255), atol=1e-4
    )


@pytest.mark.parametrize("architecture", ["sigmoid", "mlp", "cnn"])
@pytest.mark.parametrize("pixel_range", ["unit", "raw"])
def test_a_step_along_the_input_gradient_moves_the_logits_as_it_says(
    architecture: str, pixel_range: str
) -> None:
    rng = np.random.default_rng(2)
    model = random_model(architecture, pixel_range)
    image = rng.uniform(0.3, 0.7, (28, 28)).astype(np.float32)
    gradient = compute_input_gradient(model, image)
    step = 1e-4 * rng.choice([-1, 1], (28, 28)).astype(np.float32)
    moved = model.predict_logits(np.stack([image - step, image + step]))
    assert np.allclose(moved[1] - moved[0], (gradient * 2 * step).sum(axis=(1, 2)), rtol=0.05, atol=0.02)


@pytest.mark.parametrize("architecture", sorted(ARCHITECTURES))
def test_activations_end_in_the_scores(architecture: str, image: np.ndarray) -> None:
    model = random_model(architecture)
    activations = compute_activations(model, image)
    assert [f"{name}.weights" in model.parameters for name in activations] == [True] * (
        len(model.parameters) // 2
    )
    scores = list(activations.values())[-1]
    np.testing.assert_allclose(scores, model.predict_logits(image[None])[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("architecture", sorted(set(ARCHITECTURES) - {"sigmoid", "softmax"}))
def test_scores_follow_from_the_activations_of_the_layer_before(architecture: str, image: np.ndarray) -> None:
    model = random_model(architecture)
    *_, hidden, scores = compute_activations(model, image).values()
    weights = list(model.parameters.values())[-2]
    np.testing.assert_allclose(scores, hidden @ weights, rtol=1e-4, atol=1e-5)


def test_a_convolution_hands_on_a_map_for_each_of_its_windows(image: np.ndarray) -> None:
    activations = compute_activations(random_model("starter"), image)
    assert [values.shape for values in activations.values()] == [
        (32, 12, 12),
        (56, 10, 10),
        (72, 4, 4),
        (128,),
        (10,),
    ]
    assert all(values.min() == 0 < values.max() for values in list(activations.values())[:-1])  # ReLU, each
