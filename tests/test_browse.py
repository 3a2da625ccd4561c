"""The Browse page, without a browser."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import Model, Split
from mnist_core.network import get_architecture, initial_parameters
from mnist_core.statistics import compute_statistics
from pages.components import state
from pages.components.pictures import draw_digit_grid
from tests.app_page import at_page
from tests.run_examples import button

pytestmark = pytest.mark.usefixtures("home_of_the_session")


def browse(**parameters: str) -> AppTest:
    return at_page("browse.py", **parameters).run()


def count_line(app: AppTest) -> str:
    return next(text.value for text in app.markdown if "digits" in text.value)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_shows_without_an_error(language: str) -> None:
    app = browse(lang=language)
    assert not app.exception
    assert not app.error
    assert app.title[0].value


def test_a_confusion_cell_leads_to_its_images_and_nothing_else() -> None:
    app = browse(split="test", true="4", predicted="9")
    assert not app.error
    shown, total = (int(part.strip("*").replace(",", "")) for part in count_line(app).split()[0:3:2])
    assert 0 <= shown < total


def test_only_the_chosen_digit_is_counted() -> None:
    everything = count_line(browse())
    only_sevens = count_line(browse(true="7"))
    assert only_sevens != everything


def test_a_link_with_nonsense_in_it_shows_the_page_as_if_it_were_not_there() -> None:
    nonsense = browse(true="11", split="moon", image="99999999", order="beauty", page="-3", reader="nobody")
    assert not nonsense.error
    assert count_line(nonsense) == count_line(browse())


@pytest.mark.parametrize("number", ["²", "٣", "-1", "9" * 5000])
def test_a_link_to_an_image_that_is_no_number_opens_no_card(number: str) -> None:
    app = browse(image=number)
    assert not app.error
    assert not app.get("dialog")
    assert count_line(app) == count_line(browse())


def test_the_hardest_mistakes_are_those_of_all_styles() -> None:
    app = browse(set="strokes", true="9", style="curled nine", page="2")
    button(app, "Show the hardest mistakes").click().run()
    assert not app.info, "no digit fits"
    assert count_line(app) == count_line(browse(set="strokes", answers="wrong"))
    assert "style" not in app.query_params


def test_a_card_says_how_sure_the_model_is_as_draw_does() -> None:
    words = [each.value for each in browse(image="0").markdown]
    (sentence,) = [each for each in words if "Starter model reads" in each]
    assert sentence.endswith(", >99% sure.")


@pytest.mark.parametrize(("part", "words"), [("train", "to learn from"), ("test", "to test on")])
def test_the_overview_is_of_the_chosen_digits_and_counted_once(
    monkeypatch: pytest.MonkeyPatch, part: str, words: str
) -> None:
    state.statistics.clear()
    count = Mock(side_effect=compute_statistics)
    monkeypatch.setattr("mnist_core.statistics.compute_statistics", count)
    browse(set="strokes", split=part)
    captions = [each.value for each in browse(set="strokes", split=part, true="3", order="loss").caption]
    split = getattr(state.dataset("strokes"), part)
    assert f"Digits from built-in strokes, {words}: all {len(split):,} of them" in "\n".join(captions)
    most = np.bincount(split.labels)
    assert any(text.startswith(f"{most.argmax()} is the most frequent ({most.max():,})") for text in captions)
    assert count.call_count == 1


def test_the_standing_pictures_are_drawn_once_for_all_visitors(monkeypatch: pytest.MonkeyPatch) -> None:
    state.drawn_grid.clear()
    draw = Mock(side_effect=draw_digit_grid)
    monkeypatch.setattr("pages.components.pictures.draw_digit_grid", draw)
    browse(), browse(order="loss")
    assert draw.call_count == 3, "the first ten, the means, the spreads"


def test_a_model_that_learned_something_else_is_asked_anew() -> None:
    """A run that was reset comes to the same epoch again, with other answers."""
    network = get_architecture("softmax")
    first, second = (
        Model.from_vector("softmax", initial_parameters(network, np.random.default_rng(seed)))
        for seed in (0, 1)
    )
    split = Split(np.full((2, 28, 28), 128, np.uint8), np.zeros(2, np.uint8))
    answers = [state.predictions(model, "two", "test", split) for model in (first, second, first)]
    assert answers[0] is answers[2]
    assert not np.allclose(answers[0], answers[1])
