"""Picking images, counting them, finding their neighbours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core.data.dataset import Split
from mnist_core.errors import ConfigurationError
from mnist_core.neighbours import nearest_neighbours
from mnist_core.selection import Selection, image_losses, select_images
from mnist_core.statistics import compute_statistics


def a_split(count: int = 200, seed: int = 0) -> Split:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 10, count).astype(np.uint8)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Split(images, labels, np.where(labels == 7, "crossed", "plain"))


def some_answers(split: Split, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(10), len(split)).astype(np.float32)


@given(digits=st.sets(st.integers(0, 9)), predicted=st.sets(st.integers(0, 9)))
def test_every_selected_image_fits_and_no_fitting_image_is_left_out(
    digits: set[int], predicted: set[int]
) -> None:
    split = a_split()
    answers = some_answers(split)
    chosen = set(select_images(split, Selection(digits=digits, predicted=predicted), answers).tolist())
    for i in range(len(split)):
        fits_digit = not digits or split.labels[i] in digits
        fits_answer = not predicted or answers[i].argmax() in predicted
        assert (i in chosen) == (fits_digit and fits_answer)


def test_right_and_wrong_share_the_split_between_them() -> None:
    split = a_split()
    answers = some_answers(split)
    right, wrong = (select_images(split, Selection(answers=which), answers) for which in ("right", "wrong"))
    assert sorted([*right, *wrong]) == list(range(len(split)))
    assert (answers[right].argmax(axis=1) == split.labels[right]).all()


def test_the_largest_loss_the_least_sure_and_the_most_sure_answer_come_first() -> None:
    split = a_split()
    answers = some_answers(split)
    losses = image_losses(answers, split.labels)
    by_loss = select_images(split, Selection(order="loss"), answers)
    by_confidence = select_images(split, Selection(order="confidence"), answers)
    assert (np.diff(losses[by_loss]) <= 0).all()
    by_certainty = select_images(split, Selection(answers="wrong", order="certainty"), answers)
    assert (np.diff(answers.max(axis=1)[by_confidence]) >= 0).all()
    assert (np.diff(answers.max(axis=1)[by_certainty]) <= 0).all()
    assert len(by_certainty) < len(split)


def test_styles_are_picked_by_name() -> None:
    split = a_split()
    chosen = select_images(split, Selection(styles=["crossed"]))
    assert (split.labels[chosen] == 7).all()
    assert len(chosen) == (split.labels == 7).sum()


@pytest.mark.parametrize("wrong", [{"answers": "maybe"}, {"order": "beauty"}])
def test_an_unknown_order_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=r"maybe|beauty"):
        Selection(**wrong)


@pytest.mark.parametrize("count", [1, 7, 500])
def test_neighbours_are_those_a_plain_search_finds(count: int) -> None:
    split = a_split(500)
    query = a_split(1, seed=9).images[0]
    plain = np.sqrt((((split.images.astype(float) - query) / 255) ** 2).sum(axis=(1, 2)))
    indices, distances = nearest_neighbours(split.images, query, count)
    assert indices.tolist() == np.argsort(plain)[:count].tolist()
    np.testing.assert_allclose(distances, plain[indices], rtol=1e-3)


def test_an_image_is_its_own_nearest_neighbour() -> None:
    split = a_split(300)
    indices, distances = nearest_neighbours(split.images, split.images[42], 3)
    assert indices[0] == 42
    assert distances[0] < 0.1


def test_statistics_count_average_and_spread_each_digit() -> None:
    split = a_split()
    found = compute_statistics(split)
    assert found.counts.sum() == len(split)
    threes = split.images[split.labels == 3].astype(float)
    np.testing.assert_allclose(found.means[3], threes.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.spreads[3], threes.std(axis=0), rtol=1e-4)


def test_a_digit_that_does_not_occur_has_an_empty_mean() -> None:
    found = compute_statistics(Split(np.full((2, 28, 28), 9, np.uint8), np.array([1, 1], np.uint8)))
    assert found.counts.tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 0]
    assert not found.means[0].any()
