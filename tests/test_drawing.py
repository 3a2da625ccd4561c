"""Strokes and pictures become MNIST-like pictures, whatever the pen, the screen and the sampling rate."""

import numpy as np
import pytest

from mnist_core.drawing import preparation_steps, preprocess_image, rasterize_many, rasterize_strokes
from mnist_core.errors import DrawingError
from mnist_core.pen import clean_strokes

T = np.linspace(0, 1, 60)
SEVEN = [np.array([[10.0, 10], [60, 12], [30, 90]]), np.array([[20.0, 50], [55, 48]])]
CIRCLE = [np.stack([50 + 30 * np.cos(2 * np.pi * T), 50 + 45 * np.sin(2 * np.pi * T)], axis=1)]


def moved(strokes, scale=1.0, shift=(0.0, 0.0)):
    return [stroke * scale + shift for stroke in strokes]


@pytest.mark.parametrize("strokes", [SEVEN, CIRCLE])
@pytest.mark.parametrize(("scale", "shift"), [(1e-9, 0), (0.01, (5, -3)), (1.0, (1e6, 1e6)), (1e300, 0)])
def test_size_and_place_do_not_matter(strokes, scale, shift):
    expected = rasterize_strokes(strokes)
    assert np.allclose(rasterize_strokes(moved(strokes, scale, shift)), expected, atol=2e-3)


@pytest.mark.parametrize("points", [30, 200, 10_000])
def test_sampling_rate_does_not_matter(points):
    angle = np.linspace(0, 2 * np.pi, points)
    circle = [np.stack([50 + 30 * np.cos(angle), 50 + 45 * np.sin(angle)], axis=1)]
    assert np.abs(rasterize_strokes(circle) - rasterize_strokes(CIRCLE)).mean() < 0.005


def test_a_fast_finger_on_a_slow_screen_still_draws_a_round_circle():
    angle = np.linspace(0, 2 * np.pi, 9)
    octagon = [np.stack([50 + 30 * np.cos(angle), 50 + 45 * np.sin(angle)], axis=1)]
    assert np.abs(rasterize_strokes(octagon) - rasterize_strokes(CIRCLE)).mean() < 0.015


def test_direction_order_and_repeated_points_do_not_matter():
    turned = [np.repeat(stroke[::-1], 3, axis=0) for stroke in SEVEN[::-1]]
    assert np.allclose(rasterize_strokes(turned), rasterize_strokes(SEVEN), atol=1e-4)


@pytest.mark.parametrize("strokes", [SEVEN, CIRCLE])
def test_a_drawing_has_mnists_size_place_and_pen(strokes):
    picture = rasterize_strokes(strokes)
    assert picture.shape == (28, 28)
    assert picture.dtype == np.float32
    assert picture.min() == 0
    assert picture.max() == 1
    rows, columns = np.nonzero(picture)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20, 21)
    y, x = np.mgrid[:28, :28]
    assert (picture * x).sum() / picture.sum() == pytest.approx(14, abs=0.1)
    assert (picture * y).sum() / picture.sum() == pytest.approx(14, abs=0.1)


def test_the_pen_is_as_wide_as_asked():
    line = [np.array([[0.0, 0], [0, 100]])]
    for width in (2.0, 2.6, 3.5):
        assert rasterize_strokes(line, pen_width=width)[14].sum() == pytest.approx(width, abs=0.15)


def test_shape_survives():
    wide = rasterize_strokes([CIRCLE[0] * (2, 1)])
    rows, columns = np.nonzero(wide > 0.5)
    assert np.ptp(columns) > np.ptp(rows)


def test_jitter_of_a_mouse_hardly_shows():
    rng = np.random.default_rng(0)
    shaken = [CIRCLE[0] + rng.normal(0, 0.4, CIRCLE[0].shape)]
    assert np.abs(rasterize_strokes(shaken) - rasterize_strokes(CIRCLE)).mean() < 0.02


def test_a_slip_of_the_pen_does_not_shrink_the_digit():
    slip = [np.array([[300.0, 300], [301, 300]])]
    assert np.allclose(rasterize_strokes([*SEVEN, *slip]), rasterize_strokes(SEVEN))


def by_hand(stroke, points=25):
    """A stroke as a pen leaves it that is slow at both ends."""
    places = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0, 1, points))
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))])
    return np.stack([np.interp(places * along[-1], along, stroke[:, axis]) for axis in (0, 1)], axis=1)


def test_strokes_that_a_recording_joined_by_a_jump_are_taken_apart():
    strokes = [by_hand(stroke) for stroke in SEVEN]
    assert np.allclose(rasterize_strokes([np.concatenate(strokes)]), rasterize_strokes(strokes), atol=1e-6)


@pytest.mark.parametrize(
    "stroke",
    [by_hand(SEVEN[0]), by_hand(SEVEN[0], 9), np.concatenate(SEVEN), np.array([[0, 9.0], [8, 0], [8, 99]])],
    ids=["smooth", "few points", "corners only", "one fast move"],
)
def test_a_stroke_without_a_jump_stays_whole(stroke):
    assert len(clean_strokes([stroke])) == 1


def test_a_line_that_was_drawn_between_two_strokes_stays():
    strokes = [by_hand(stroke) for stroke in SEVEN]
    drawn = [strokes[0], np.linspace(strokes[0][-1], strokes[1][0], 12), strokes[1]]
    assert len(clean_strokes([np.concatenate(drawn)])) == 1


@pytest.mark.parametrize("lean", [-0.3, 0, 0.2])
def test_a_line_stays_whole_where_a_busy_screen_lost_its_middle(lean):
    along = np.array([0, 2, 5, 9, 13, 62, 66, 71, 77, 84, 100.0])
    assert len(clean_strokes([np.stack([lean * along, along], axis=1)])) == 1


def test_one_dot_is_a_dot_in_the_middle():
    dot = rasterize_strokes([np.array([[123.0, 456.0]])])
    assert dot[14, 14] == 1
    assert 3 < dot.sum() < 8
    assert np.allclose(rasterize_strokes([np.array([[5.0, 5.0]] * 4)]), dot)


def test_a_scribble_of_many_points_is_a_picture():
    scribble = [np.random.default_rng(1).uniform(0, 280, (10_000, 2))]
    assert rasterize_strokes(scribble).mean() > 0.3


def test_lists_and_integers_are_welcome():
    drawn = [stroke.astype(int).tolist() for stroke in SEVEN]
    assert np.allclose(rasterize_strokes(drawn), rasterize_strokes(SEVEN))


@pytest.mark.parametrize(
    "strokes",
    [
        [],
        [np.empty((0, 2))],
        [np.array([[0.0, np.nan], [1, 1]])],
        [np.array([[np.inf, 0.0]])],
        [np.zeros((4, 3))],
        [np.zeros(5)],
        ["abc"],
        [[[1, 2], [3]]],
    ],
)
def test_what_cannot_be_drawn_is_a_drawing_error(strokes):
    with pytest.raises(DrawingError):
        rasterize_strokes(strokes)


def test_many_drawings_at_once_report_progress():
    done = []
    pictures = rasterize_many([SEVEN, CIRCLE], progress=done.append)
    assert pictures.shape == (2, 28, 28)
    assert np.array_equal(pictures[1], rasterize_strokes(CIRCLE))
    assert done == [2]


def test_preparation_ends_where_rasterising_does():
    steps = preparation_steps(moved(SEVEN, 1, (100, 30)), canvas=280)
    assert [name for name, _ in steps] == ["Plain resize", "Fit to 20 × 20", "Centre", "Pen width"]
    assert np.allclose(steps[-1][1], rasterize_strokes(SEVEN), atol=1e-3)
    assert steps[0][1][:14, :9].sum() == 0  # the plain resize leaves the digit where it was drawn


@pytest.mark.parametrize("off", ["fit", "centre", "pen_width"])
def test_a_step_can_be_switched_off(off):
    steps = preparation_steps(SEVEN, **{off: False})
    assert len(steps) == 3
    assert all(picture.shape == (28, 28) for _, picture in steps)


def photo(strokes, *, size=300, dark_ink=True, shade=0.0, noise=0.0):
    """A synthetic photo: a digit on unevenly lit paper, off centre."""
    size = size // 28 * 28
    digit = np.kron(rasterize_strokes(strokes), np.ones((size // 28,) * 2))
    y, x = np.meshgrid(*[np.linspace(-1, 1, 2 * size)] * 2, indexing="ij")
    paper = (190 if dark_ink else 50) + shade * (x + y / 2)
    paper[size // 4 : size // 4 + size, size // 2 : size // 2 + size] += digit * (-120 if dark_ink else 150)
    return np.clip(paper + np.random.default_rng(0).normal(0, noise, paper.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("strokes", [SEVEN, CIRCLE])
@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"dark_ink": False},
        {"shade": 50.0, "noise": 8.0},
        {"dark_ink": False, "shade": 25.0, "noise": 5.0},
        {"size": 28},
        {"size": 900, "shade": 30.0},
    ],
)
def test_a_photo_becomes_the_picture_that_was_drawn(strokes, conditions):
    found = preprocess_image(photo(strokes, **conditions))
    assert np.abs(found - rasterize_strokes(strokes)).mean() < 0.035


def test_a_hard_shadow_and_a_desk_around_the_paper_are_no_ink():
    paper = photo(SEVEN, shade=10.0, noise=2.0).astype(float)
    rows, columns = np.indices(paper.shape)
    shadowed = np.where(rows + columns / 3 < 0.6 * len(paper), 0.5 * paper, paper)
    on_desk = np.pad(paper, 60, constant_values=70.0)
    for picture in (shadowed, on_desk):
        found = preprocess_image(np.clip(picture, 0, 255).astype(np.uint8))
        assert np.abs(found - rasterize_strokes(SEVEN)).mean() < 0.05


def test_chalk_is_read_on_a_board_half_in_the_shadow():
    board = photo(SEVEN, dark_ink=False, noise=2.0).astype(float)
    rows, columns = np.indices(board.shape)
    shadowed = np.where(rows + columns / 3 < 0.6 * len(board), 0.5 * board, board)
    found = preprocess_image(shadowed.astype(np.uint8))
    assert np.abs(found - rasterize_strokes(SEVEN)).mean() < 0.05


@pytest.mark.parametrize("gap", [25, 90])
@pytest.mark.parametrize("is_squared", [False, True])
@pytest.mark.parametrize("slope", [0.0, 0.06])
def test_the_lines_of_ruled_and_squared_paper_are_no_ink(gap, is_squared, slope):
    paper = photo(SEVEN, shade=10.0, noise=2.0).astype(float)
    rows, columns = np.indices(paper.shape)
    is_line = (rows + slope * columns) % gap < 3
    if is_squared:
        is_line |= (columns - slope * rows) % gap < 3
    found = preprocess_image(np.where(is_line, np.minimum(paper, 90), paper).astype(np.uint8))
    assert np.abs(found - rasterize_strokes(SEVEN)).mean() < 0.05


def test_colour_and_transparency():
    digit = (rasterize_strokes(SEVEN) * 255).astype(np.uint8)
    expected = preprocess_image(255 - digit)
    colour = np.stack([255 - digit, 255 - digit // 2, 255 - digit], axis=-1)
    on_glass = np.zeros((28, 28, 4), np.uint8)
    on_glass[..., 3] = digit
    light_on_glass = np.full((28, 28, 4), 255, np.uint8)
    light_on_glass[..., 3] = digit
    for picture in (colour, on_glass, light_on_glass):
        assert np.abs(preprocess_image(picture) - expected).mean() < 0.02


def test_thin_and_thick_pens_come_out_alike():
    thin, thick = ((rasterize_strokes(CIRCLE, pen_width=width) * 255).astype(np.uint8) for width in (1.5, 5))
    widths = [preprocess_image(255 - picture).sum() for picture in (thin, thick)]
    assert widths[1] < 2.2 * widths[0]


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((28, 28), np.uint8),
        np.full((600, 400, 3), 240, np.uint8),
        np.zeros((50, 50, 4), np.uint8),
        np.full((1, 1), 7, np.uint8),
        np.random.default_rng(0).integers(180, 200, (200, 200), dtype=np.uint8),
        np.zeros((0, 5), np.uint8),
        np.zeros((28, 28), np.float32),
        np.zeros((28, 28, 2), np.uint8),
        np.zeros(784, np.uint8),
        [[0, 255]],
    ],
)
def test_a_picture_without_ink_is_a_drawing_error(image):
    with pytest.raises(DrawingError):
        preprocess_image(image)
