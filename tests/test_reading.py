"""A drawing is read, or refused with a reason."""

from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core.data.doodles import generate_doodles
from mnist_core.data.strokes import generate_drawings
from mnist_core.drawing import rasterize_strokes
from mnist_core.judge import REASONS
from mnist_core.model import Model
from mnist_core.network import ARCHITECTURES
from mnist_core.reading import read_image, read_strokes

LINE = [np.array([[50.0, 0], [50, 100]])]


def sure_of(digit: int, *, strength: float = 20.0) -> Model:
    """A model that gives the same answer to everything."""
    shapes = ARCHITECTURES["softmax"].parameter_shapes
    parameters = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    parameters["dense1.bias"][digit] = strength
    return Model("softmax", parameters)


def test_a_drawing_is_read():
    reading = read_strokes(LINE, sure_of(1))
    assert reading.digit == 1
    assert reading.reason is None
    assert reading.probabilities.shape == (10,)
    assert reading.probabilities.dtype == np.float32
    assert reading.probabilities.sum() == pytest.approx(1)
    assert reading.image.shape == (28, 28)


@pytest.mark.parametrize("strokes", [[], [np.empty((0, 2))], [np.array([[0, np.nan]])]])
def test_nothing_drawn_is_no_digit(strokes):
    reading = read_strokes(strokes, sure_of(1))
    assert reading.digit is None
    assert reading.reason
    assert reading.probabilities.sum() == 0


def test_one_dot_is_no_digit():
    reading = read_strokes([np.array([[5.0, 5.0]])], sure_of(1))
    assert reading.digit is None
    assert "one dot" in str(reading.reason)
    assert reading.image.any()
    assert not reading.probabilities.any()


def test_several_dots_are_not_called_one():
    reading = read_strokes([np.array([[5.0, 5.0]]), np.array([[50.0, 50.0]])], sure_of(1))
    assert reading.digit is None
    assert "dots" in str(reading.reason)


def test_what_is_no_digit_is_refused_whatever_the_model_thinks():
    doodles = generate_doodles(80, seed=11)
    refused = [read_strokes(strokes, sure_of(1)) for strokes, _ in doodles]
    assert sum(reading.digit is None for reading in refused) >= 0.75 * len(doodles)
    assert {reading.reason.template for reading in refused if reading.reason} == set(REASONS.values())


def test_an_exclamation_mark_is_not_read_as_one_though_its_dot_is_no_part_of_a_digit():
    mark = [np.array([[10.0, 0], [10, 35], [10, 70]]), np.array([[10.0, 98]])]
    reading = read_strokes(mark, sure_of(1))
    assert reading.digit is None
    assert np.array_equal(reading.image, rasterize_strokes(mark, keep_slips=True))


def test_a_slip_of_the_pen_beside_a_digit_is_no_part_of_what_the_model_sees():
    slip = np.array([[30.0, 40], [31, 40]])
    reading = read_strokes([*LINE, slip], sure_of(1))
    assert reading.digit == 1
    assert np.array_equal(reading.image, rasterize_strokes(LINE))


def test_a_drawing_without_slips_is_drawn_once(monkeypatch):
    drawn = Mock(side_effect=rasterize_strokes)
    monkeypatch.setattr("mnist_core.reading.rasterize_strokes", drawn)
    read_strokes(LINE, sure_of(1))
    assert drawn.call_count == 1


def test_digits_are_hardly_ever_refused():
    readings = [read_strokes(strokes, sure_of(1)) for strokes, _, _ in generate_drawings(200, seed=12)]
    assert sum(reading.digit is None for reading in readings) <= 0.03 * len(readings)


def test_an_unclear_answer_is_no_answer():
    reading = read_strokes(LINE, sure_of(1, strength=0.5))
    assert reading.digit is None
    assert str(reading.reason).startswith("It could be 1 or")
    assert reading.probabilities.argmax() == 1


def test_a_blank_picture_is_no_digit():
    assert read_image(np.full((50, 50), 200, np.uint8), sure_of(1)).digit is None


def test_a_picture_is_read():
    picture = np.full((60, 60), 230, np.uint8)
    picture[10:50, 28:32] = 20
    assert read_image(picture, sure_of(1)).digit == 1


@pytest.mark.parametrize("strokes", [[], [np.zeros((3, 3))], [np.array([[0.0, np.nan]])]])
def test_what_cannot_be_read_says_why_with_its_values_filled_in(strokes):
    reading = read_strokes(strokes, sure_of(1))
    assert reading.digit is None
    assert reading.reason.template.format(**reading.reason.values) == str(reading.reason)
    assert "{" not in str(reading.reason)


def test_a_picture_that_cannot_be_read_keeps_its_reason_as_a_template():
    reading = read_image(np.zeros((5, 5, 2), np.uint8), sure_of(1))
    assert "{kind}" in reading.reason.template
