"""The judge refuses what is no digit, also when it is drawn in another way than what it learned from."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from mnist_core.drawing import preprocess_image, rasterize_strokes
from mnist_core.judge import find_non_digits

FONTS = ("DejaVuSans", "DejaVuSerif-Italic", "DejaVuSansMono-Bold", "STIXGeneral", "cmr10", "cmtt10")
LETTERS = "ABCEFHJKMNPRTUVWXYdefhkmnpruwx"  # none that is a digit too, as O, l, S, Z, b, q
HOUSE = [[(10, 100), (10, 45), (90, 45), (90, 100), (10, 100)], [(0, 50), (50, 0), (100, 50)]]
TABLE = [[(0, 30), (120, 30)], [(12, 30), (8, 100)], [(108, 30), (112, 100)]]
FENCE = [[(x, 0), (x, 80)] for x in (0, 30, 60, 90)] + [[(-8, 25), (98, 25)], [(-8, 55), (98, 55)]]
FIGURES = {"house": HOUSE, "table": TABLE, "fence": FENCE}


def circle(x: float, y: float, radius: float, start: float = 0, stop: float = 2) -> np.ndarray:
    angle = np.pi * np.linspace(start, stop, 40)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


FIGURES |= {
    "face": [circle(50, 50, 50), circle(32, 36, 6), circle(68, 36, 6), circle(50, 52, 28, 0.1, 0.9)],
    "stick figure": [
        circle(50, 14, 14),
        [(50, 28), (50, 70)],
        [(20, 50), (80, 50)],
        [(28, 110), (50, 70), (72, 110)],
    ],
    "bicycle": [
        circle(0, 60, 26),
        circle(90, 60, 26),
        [(0, 60), (34, 20), (74, 20), (90, 60), (45, 60), (34, 20)],
    ],
}


SYLLABLES = {
    "우": [circle(50, 20, 20), [(0, 55), (100, 53)], [(50, 55), (51, 105)]],
    "나": [[(5, 10), (3, 75), (52, 70)], [(70, 0), (71, 100)], [(71, 45), (98, 44)]],
    "고": [[(15, 8), (85, 6), (80, 48)], [(50, 45), (50, 80)], [(-2, 84), (102, 82)]],
    "구": [[(14, 4), (84, 2), (78, 40)], [(-4, 54), (104, 52)], [(50, 54), (49, 106)]],
    "오": [circle(50, 24, 24), [(50, 52), (50, 80)], [(0, 84), (100, 82)]],
    "서": [[(30, 10), (22, 45), (0, 80)], [(27, 35), (52, 75)], [(46, 40), (72, 39)], [(73, -2), (74, 100)]],
}


def shaken(figure, rng: np.random.Generator):
    """As a hand would: leaning, wider or narrower, corners not quite where they belong."""
    lean, width = rng.normal(0, 0.1), np.exp(rng.normal(0, 0.1))
    strokes = [np.asarray(stroke, float) + rng.normal(0, 1.5, (len(stroke), 2)) for stroke in figure]
    return [stroke @ np.array([[width, 0], [lean, 1]]) for stroke in strokes]


def printed(letter: str, font: str) -> np.ndarray:
    path = Path(matplotlib.get_data_path(), "fonts", "ttf", f"{font}.ttf")
    page = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(page).text((140, 140), letter, font=ImageFont.truetype(path, 180), fill=0, anchor="mm")
    return np.asarray(page)


@pytest.mark.parametrize("font", FONTS)
def test_printed_letters_are_refused(font):
    pictures = np.stack([preprocess_image(printed(letter, font)) for letter in LETTERS])
    assert find_non_digits(pictures).mean() >= 0.75


@pytest.mark.parametrize("sign", "G?!")
def test_a_g_and_signs_that_resemble_digits_are_refused(sign):
    pictures = np.stack([preprocess_image(printed(sign, font)) for font in FONTS])
    assert find_non_digits(pictures).mean() >= 0.75


def with_dot(stroke):
    """A stroke with a dot of one touch below it."""
    return [np.asarray(stroke, float), np.array([[stroke[-1][0], 100.0]])]


@pytest.mark.parametrize(
    "sign",
    [
        with_dot([(20, 0), (20, 76)]),
        with_dot([(0, 24), (12, 2), (36, 0), (52, 18), (42, 44), (26, 56), (25, 74)]),
    ],
    ids=["exclamation mark", "question mark"],
)
def test_the_dot_of_a_sign_is_no_slip_for_the_judge(sign):
    rng = np.random.default_rng(0)
    pictures = np.stack([rasterize_strokes(shaken(sign, rng), keep_slips=True) for _ in range(20)])
    assert find_non_digits(pictures).mean() >= 0.75


@pytest.mark.parametrize("name", FIGURES)
def test_little_drawings_are_refused(name):
    rng = np.random.default_rng(0)
    pictures = np.stack([rasterize_strokes(shaken(FIGURES[name], rng)) for _ in range(20)])
    assert find_non_digits(pictures).mean() >= 0.75


@pytest.mark.parametrize("name", SYLLABLES)
def test_korean_syllables_are_refused(name):
    rng = np.random.default_rng(0)
    pictures = np.stack([rasterize_strokes(shaken(SYLLABLES[name], rng)) for _ in range(20)])
    assert find_non_digits(pictures).mean() >= 0.75


def test_a_zero_that_is_not_closed_at_the_top_is_a_digit():
    rng = np.random.default_rng(0)
    zero = [circle(0, 0, 50, -0.35, 1.35) * (0.7, 1.0)]
    pictures = np.stack([rasterize_strokes(shaken(zero, rng)) for _ in range(50)])
    assert find_non_digits(pictures).mean() <= 0.1
