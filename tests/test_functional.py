"""Properties that the post's functions keep for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mnist_core.errors import DataError
from mnist_core.functional import (
    cross_entropy,
    flatten,
    one_hot,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_cross_entropy,
    sigmoid_derivative,
    softmax,
    softmax_cross_entropy,
)

ANY = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)  # TensorFlow switches subnormals off
LOGITS = arrays(np.float32, st.tuples(st.integers(1, 8), st.just(10)), elements=ANY)
SMALL = st.floats(-20, 20, allow_subnormal=False)
MODERATE = arrays(np.float64, st.tuples(st.integers(1, 8), st.just(10)), elements=SMALL)
LABELS = arrays(np.uint8, st.integers(1, 50), elements=st.integers(0, 9))


@given(LOGITS)
def test_softmax_sums_to_one_and_never_overflows(logits: np.ndarray) -> None:
    probabilities = softmax(logits)
    assert probabilities.dtype == np.float32
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities >= 0).all()


@given(MODERATE, st.floats(-100, 100, allow_subnormal=False))
def test_softmax_does_not_notice_a_constant(logits: np.ndarray, constant: float) -> None:
    assert np.allclose(softmax(logits + constant), softmax(logits), atol=1e-9)


@given(LOGITS)
def test_sigmoid_stays_between_zero_and_one_and_is_symmetric(x: np.ndarray) -> None:
    assert ((sigmoid(x) >= 0) & (sigmoid(x) <= 1)).all()
    assert np.allclose(sigmoid(x) + sigmoid(-x), 1)


def test_sigmoid_is_exact_far_out() -> None:
    assert sigmoid(1000.0) == 1
    assert sigmoid(-1000.0) == 0
    assert sigmoid(-700.0) == pytest.approx(np.exp(-700.0))


@given(arrays(np.float64, (5,), elements=SMALL))
def test_derivatives_are_the_slopes_of_their_functions(x: np.ndarray) -> None:
    step = 1e-6
    assert np.allclose((sigmoid(x + step) - sigmoid(x - step)) / (2 * step), sigmoid_derivative(x), atol=1e-8)
    x = x[np.abs(x) > step]
    assert np.allclose((relu(x + step) - relu(x - step)) / (2 * step), relu_derivative(x))


@given(LABELS)
def test_one_hot_is_undone_by_argmax(labels: np.ndarray) -> None:
    rows = one_hot(labels)
    assert (rows.sum(axis=1) == 1).all()
    assert np.array_equal(rows.argmax(axis=1), labels)


@pytest.mark.parametrize("labels", [[-1], [10], [0.5], [[1]]])
def test_one_hot_names_labels_that_cannot_be(labels: list) -> None:
    with pytest.raises(DataError, match="Received"):
        one_hot(labels)


@given(
    arrays(np.float64, (4, 10), elements=st.sampled_from([0.0, 1.0])),
    arrays(np.float64, (4, 10), elements=st.floats(0, 1, allow_subnormal=False)),
)
def test_cross_entropy_is_clipped_to_a_finite_number(actual: np.ndarray, predict: np.ndarray) -> None:
    largest = -np.log(1 - (1 - 1e-15))  # a little above −log 1e-15, as 1 − 1e-15 is rounded
    assert 0 <= cross_entropy(actual, predict) <= largest + 1e-9


def test_cross_entropy_names_shapes_that_differ() -> None:
    with pytest.raises(DataError, match=r"\(2,\) and \(3,\)"):
        cross_entropy([0, 1], [0, 1, 1])


def test_flatten_names_a_shape_without_images() -> None:
    assert flatten(np.zeros((3, 28, 28))).shape == (3, 784)
    with pytest.raises(DataError, match=r"\(784,\)"):
        flatten(np.zeros(784))


@given(MODERATE, st.data())
def test_losses_from_logits_are_the_textbook_ones(logits: np.ndarray, data: st.DataObject) -> None:
    labels = data.draw(arrays(np.uint8, len(logits), elements=st.integers(0, 9)))
    losses, _ = softmax_cross_entropy(logits, labels)
    assert np.allclose(losses, -np.log(softmax(logits)[np.arange(len(labels)), labels]))
    losses, _ = sigmoid_cross_entropy(logits, labels)
    assert np.allclose(losses.mean(), cross_entropy(one_hot(labels), sigmoid(logits)))


@given(LOGITS)
def test_losses_never_overflow(logits: np.ndarray) -> None:
    labels = np.zeros(len(logits), np.uint8)
    for loss in (softmax_cross_entropy, sigmoid_cross_entropy):
        losses, gradient = loss(logits, labels)
        assert np.isfinite(losses).all()
        assert (np.abs(gradient) <= 1).all()
