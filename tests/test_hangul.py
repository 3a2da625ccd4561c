"""Korean syllables are put together from their letters, each in its place."""

from __future__ import annotations

import numpy as np
import pytest

from mnist_core.data.hangul import BELOW, BESIDE, CONSONANTS, random_syllable
from mnist_core.data.penmanship import write_skeleton


@pytest.mark.parametrize("path", [*CONSONANTS.values(), *BESIDE.values(), *BELOW.values()])
def test_every_letter_can_be_written(path: str) -> None:
    (strokes,) = write_skeleton(path, 1, np.random.default_rng(0))
    assert all(np.isfinite(stroke).all() and len(stroke) > 2 for stroke in strokes)


def test_a_syllable_fills_its_square() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        points = np.array(
            [point.rstrip("!").split(",") for point in random_syllable(rng).replace("|", "").split()]
        )
        low, high = points.astype(float).min(axis=0), points.astype(float).max(axis=0)
        assert (low >= -10).all()
        assert (high <= 110).all()
        assert ((high - low) >= 50).all()


def test_the_same_seed_gives_the_same_syllables() -> None:
    first, again = ([random_syllable(np.random.default_rng(seed)) for seed in range(20)] for _ in range(2))
    assert first == again
    assert len(set(first)) > 15
