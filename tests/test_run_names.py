"""A run that nobody has named is called in the language of whoever reads it; a typed name stays as typed."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core import PRESETS, RunSnapshot, TrainingConfig
from mnist_core.messages import Phrase
from pages.components.draw import learn
from pages.components.language import LANGUAGES, spoken
from pages.components.lesson import runs as lesson_runs
from pages.components.readers import STARTER, Reader
from pages.components.runs import words
from pages.components.runs.address import Request
from pages.components.runs.settings import name_of
from pages.components.runs.words import LONGEST_NAME, run_name
from pages.components.state import LessonProgress
from tests.run_examples import Open, button, example_run, texts

FIVE_HUNDRED = name_of(Request("mlp", replace(PRESETS["mlp"].config, epochs=500), PRESETS["mlp"].data))
READ = {"en": "One hidden layer, Epochs: 500", "ko": "은닉층 하나, 에포크: 500"}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    # AppTest asks for the words of a choice outside the page, where no visitor's language is known.
    monkeypatch.setattr("pages.components.language.current", lambda: request.param)
    return str(request.param)


def named(name: str | Phrase, run_id: str = "run0") -> RunSnapshot:
    return example_run("finished", id=run_id, name=name, config=TrainingConfig(seed=len(run_id)))


def everything(test: AppTest) -> str:
    """What is written on a page, tables, choices and inputs included."""
    tables = [table.value for table in (*test.table, *test.dataframe)]
    parts = [texts(test), *(table.to_string() for table in tables)]
    parts += [option for box in test.selectbox for option in box.options]
    parts += [field.value for field in test.text_input]
    return "\n".join([*parts, *(bar.proto.text for bar in test.get("progress"))])


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("train.py", {"run": "run0"}),
        ("train.py", {"race": "run0-other"}),
        ("compare.py", {}),
        ("draw.py", {}),
        ("browse.py", {}),
    ],
)
def test_every_page_calls_a_run_in_the_readers_language(
    open_page: Open, language: str, page: str, link: dict[str, str]
) -> None:
    test, _service = open_page(page, named(FIVE_HUNDRED), named("As typed", "other"), **link)
    shown = everything(test)
    assert READ[language] in shown
    assert not any(read in shown for code, read in READ.items() if code != language)
    assert page == "train.py" or "As typed" in shown


@pytest.mark.parametrize(
    ("press", "first"),
    [
        ("Start", {"en": "Softmax regression", "ko": "소프트맥스 회귀"}),
        ("Start race", {"en": "Race: NumPy", "ko": "경주: NumPy"}),
        ("Show me", {"en": "Learning rate too high", "ko": "너무 큰 학습률"}),
    ],
)
def test_whatever_starts_a_run_names_it_for_every_reader(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, press: str, first: dict[str, str]
) -> None:
    test, service = open_page("train.py")
    test.radio[0].set_value(1).run()
    button(test, press).click().run()
    name = service.started[0][-1]
    for code, read in first.items():
        monkeypatch.setattr("pages.components.language.current", lambda code=code: code)
        assert spoken(name) == read


def test_a_model_that_learned_drawings_is_called_after_the_one_before(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    runs = {"run0": named(FIVE_HUNDRED)}
    service = Mock(snapshot=lambda run_id: runs[run_id], start=Mock(return_value="new"))
    monkeypatch.setattr(learn, "st", Mock(session_state={}))
    monkeypatch.setattr(learn.state, "run_service", lambda: service)
    for part in ("model_of", "drawings_split", "relearning_config", "relearning_checkpoint"):
        monkeypatch.setattr(learn, part, Mock())
    learn._start([Mock()] * 3, Reader("run0", "its name today"))
    said = {"en": f"{READ['en']} + my drawings (3)", "ko": f"{READ['ko']} + 내 그림 3개"}
    assert spoken(service.start.call_args.kwargs["name"]) == said[language]


def test_a_run_of_the_lesson_says_on_other_pages_which_step_it_is_from(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    progress, service = LessonProgress(step=6), Mock(start=Mock(return_value="new"))
    monkeypatch.setattr(lesson_runs.state, "lesson_progress", lambda: progress)
    monkeypatch.setattr(lesson_runs.state, "run_service", lambda: service)
    lesson_runs.start_run("rung_post", TrainingConfig(), Phrase("The post's NumPy model"))
    said = {"en": "Step 6 · The post's NumPy model", "ko": "6단계 · 블로그 글의 NumPy 모델"}
    assert spoken(service.start.call_args.kwargs["name"]) == said[language]
    assert progress.runs == {"rung_post": "new"}


def test_a_name_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "_snapshot", lambda key: named(name) if key != STARTER else None)
    name: str | Phrase = learn._name_of(Reader(STARTER, ""))
    for count in range(50):
        name = Phrase(
            "{name} + my drawings ({count})", {"name": learn._name_of(Reader("run0", "")), "count": count}
        )
    assert len(str(name)) < 2 * LONGEST_NAME
    assert len(run_name(named(name))) == LONGEST_NAME


def test_a_run_from_before_names_had_languages_keeps_its_name(language: str) -> None:
    assert run_name(named("One hidden layer, Epochs: 5")) == "One hidden layer, Epochs: 5"


def test_a_typed_name_is_no_template(language: str) -> None:
    name = "{count} of {}, Softmax"
    assert run_name(named(name)) == name
    phrase = Phrase("{name}, {label}: {value}", {"name": name, "label": "a", "value": "{b}"})
    assert spoken(phrase) == f"{name}, a: {{b}}"


def test_every_setting_has_a_label() -> None:
    assert {"preset", "data", *TrainingConfig().to_dict()} == set(words._LABELS)
