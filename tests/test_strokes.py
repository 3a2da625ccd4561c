"""The built-in digits: balanced, reproducible, in known styles, quick to make and kept."""

import time

import numpy as np
import pytest

from mnist_core.data.strokes import (
    STYLES,
    generate_digits,
    generate_drawings,
    load_strokes_dataset,
)
from mnist_core.drawing import rasterize_many
from mnist_core.errors import ConfigurationError


def test_the_same_seed_writes_the_same_digits():
    first, again, other = (generate_digits(60, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.labels, again.labels)
    assert np.array_equal(first.styles, again.styles)
    assert not np.array_equal(first.images, other.images)


def test_digits_are_balanced_and_mixed():
    labels = generate_digits(200, 0).labels
    assert np.bincount(labels).tolist() == [20] * 10
    assert len(set(labels[:30].tolist())) > 5


def test_every_style_of_every_digit_is_written_and_known():
    assert set(STYLES) == set(range(10))
    assert all(len(styles) >= 8 for styles in STYLES.values())
    names = [style for styles in STYLES.values() for style in styles]
    assert len(set(names)) == len(names)
    drawings = generate_drawings(4000, 1)
    assert {style for _, _, style in drawings} == set(names)
    assert all(style in STYLES[digit] for _, digit, style in drawings)


def test_strokes_are_finite_and_have_the_size_of_a_digit():
    for strokes, _, _ in generate_drawings(500, 2):
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 and len(stroke) > 1 for stroke in strokes)
        extent = np.ptp(np.concatenate(strokes), axis=0).max()
        assert 40 < extent < 250


def test_digits_and_styles_can_be_chosen():
    assert {digit for _, digit, _ in generate_drawings(40, 0, digits=[3, 7])} == {3, 7}
    chosen = generate_drawings(10, 0, styles=["crossed seven", "curled nine"])
    assert {style for _, _, style in chosen} == {"crossed seven", "curled nine"}
    assert generate_drawings(0, 0) == []


@pytest.mark.parametrize("wrong", [{"digits": [10]}, {"styles": ["upside down"]}, {"count": -1}])
def test_what_cannot_be_written_is_an_error(wrong):
    with pytest.raises(ConfigurationError):
        generate_drawings(**{"count": 5, "seed": 0} | wrong)


def test_pictures_have_mnists_pen():
    """MNIST's ink covers 13.1% of a picture on average."""
    images = generate_digits(1000, 5).images
    assert images.mean() / 255 == pytest.approx(0.131, abs=0.015)


def test_pen_widths_vary():
    images = generate_digits(300, 6).images.astype(float)
    drawings = [strokes for strokes, _, _ in generate_drawings(300, 6)]
    ratio = images.sum((1, 2)) / 255 / rasterize_many(drawings).sum((1, 2))
    assert ratio.std() > 0.1


def test_the_data_set_is_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_HOME", str(tmp_path / "home"))
    made = load_strokes_dataset(train_size=100)
    start = time.perf_counter()
    kept = load_strokes_dataset(train_size=100)
    assert time.perf_counter() - start < 1
    assert np.array_equal(made.train.images, kept.train.images)
    assert np.array_equal(made.test.styles, kept.test.styles)
    assert made.name == "strokes"
    assert len(made.train) == 100
    assert [path.suffix for path in (tmp_path / "home").iterdir()] == [".npz"]


def test_a_damaged_file_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_HOME", str(tmp_path))
    made = load_strokes_dataset(train_size=100)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:500])
    assert np.array_equal(load_strokes_dataset(train_size=100).train.images, made.train.images)


def test_a_home_that_cannot_be_written_to_is_no_obstacle(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MNIST_HOME", str(tmp_path / "file" / "home"))
    assert len(load_strokes_dataset(train_size=20).train) == 20


def test_progress_is_reported():
    done = []
    generate_digits(300, 0, done.append)
    assert done == [256, 300]
