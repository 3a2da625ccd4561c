"""What is said of a run on Train and Compare: nothing of strangers, no Markdown of theirs, the post's table."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from mnist_core import PRESETS, RunSnapshot, Split, TrainingConfig
from mnist_core.errors import DataError, RunError
from pages.components.language import plain
from pages.components.runs import mistaken_digits, views
from pages.components.runs.words import loss_text
from tests.run_examples import OWNER, ExampleService, Open, example_history, example_run, texts


def test_the_posts_table_stands_beside_ours(open_page: Open) -> None:
    run = example_run("finished", 32, config=PRESETS["post-numpy"].config)
    test, _service = open_page("train.py", run)
    table = test.table[0].value
    assert table.loc["32"].tolist() == [
        "81.47%",
        "98.44%",
        "1.755",
        "0.07",
    ]


def earlier_runs(owner: str) -> tuple[RunSnapshot, ...]:
    """The run that is shown, a slower one before it and a still slower one after it."""
    slow, slower = (
        tuple(replace(result, test_accuracy=0.5) for result in example_history(k)) for k in (12, 30)
    )
    passes = tuple(replace(result, test_accuracy=0.95) for result in example_history(40))
    return (
        example_run(id="shown", owner=owner, created_at=1000.0, history=passes[:1], shared=True),
        example_run(id="before", owner=owner, created_at=900.0, history=(*slow, passes[12])),
        example_run(id="after", owner=owner, created_at=1100.0, history=(*slower, passes[30])),
    )


def test_a_run_is_compared_with_the_visitors_earlier_ones_only(open_page: Open) -> None:
    test, _service = open_page("train.py", *earlier_runs(OWNER), run="shown")
    assert "Your earlier runs took about 13 epochs" in texts(test)


def test_a_strangers_shared_run_tells_nothing_of_the_others(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(ExampleService, "list", lambda _self, owner: asked.append(owner) or [])
    test, _service = open_page("train.py", *earlier_runs("b" * 32), run="shown")
    assert test.metric[4].value == "95.00%"
    assert "Your earlier runs" not in texts(test)
    assert set(asked) <= {OWNER}


@pytest.mark.parametrize(("architecture", "fetches"), [("softmax", 0), ("cnn", 0), ("mlp", 1)])
def test_dead_units_are_counted_where_there_are_relus_and_again_when_the_answers_are_new(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, architecture: str, fetches: int
) -> None:
    counted: list[object] = []
    monkeypatch.setattr(views, "count_dead_units", lambda *values: counted.append(values) or (0, 128))
    run = example_run("paused", config=TrainingConfig(architecture=architecture))
    test, service = open_page("train.py", run, run=run.id)
    test.run()
    assert len(counted) == fetches
    service.runs[run.id] = replace(run, samples=replace(run.samples))
    test.run()
    assert len(counted) == 2 * fetches


HOSTILE = "![x](http://evil) **loud** + [here](http://evil)"


@pytest.mark.parametrize("page", ["train.py", "compare.py"])
def test_a_name_of_a_run_is_shown_as_it_is_and_never_as_markdown(open_page: Open, page: str) -> None:
    runs = [
        example_run("finished", id=key, name=HOSTILE, shared=True, config=TrainingConfig(seed=seed))
        for seed, key in enumerate("ab")
    ]
    links = {"race": "a-b"} if page == "train.py" else {}
    test, _service = open_page(page, *runs, **links)
    columns = [str(name) for table in test.table for name in table.value.columns]
    shown = "\n".join([texts(test), *columns, *(bar.proto.text for bar in test.get("progress"))])
    assert plain(HOSTILE) in shown
    assert "[x](" not in shown


def test_what_a_failed_run_says_is_no_markdown(open_page: Open) -> None:
    error = RunError("It failed on {name}.", name=HOSTILE)
    test, _service = open_page("train.py", example_run("failed", error=error))
    assert test.error[0].value == f"It failed on {plain(HOSTILE)}."


def test_digits_read_between_two_epochs_are_not_passed_off_as_those_of_the_matrix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = example_run("paused", batch=7)
    said = Mock()
    monkeypatch.setattr(mistaken_digits, "st", said)
    monkeypatch.setattr(mistaken_digits.state, "run_service", lambda: ExampleService(run))
    for shown in (run, replace(run, batch=0)):
        said.reset_mock()
        mistaken_digits.show_digits(shown, 4, 9)
        captions = " ".join(call.args[0] for call in said.caption.call_args_list)
        assert ("7 batches after" in captions) == (shown.batch == 7)


@pytest.mark.parametrize(("answer", "is_sorted"), [(9, True), (None, True), (4, False)])
def test_the_hardest_mistakes_come_first_here_and_in_browse(
    monkeypatch: pytest.MonkeyPatch, answer: int | None, is_sorted: bool
) -> None:
    """The digits themselves stay in their own order; a cell of them is no list of mistakes."""
    test = Split(np.zeros((200, 28, 28), np.uint8), np.full(200, 4, np.uint8))
    test.images[:, 0, 0] = np.arange(200)
    given = np.random.default_rng(0).dirichlet(np.ones(10), 200).astype(np.float32)
    model = Mock(predict_proba=lambda images: given[images[:, 0, 0]])
    shown, pictures = Mock(), Mock()
    monkeypatch.setattr(mistaken_digits, "st", shown)
    monkeypatch.setattr(mistaken_digits, "_show_pictures", pictures)
    monkeypatch.setattr(mistaken_digits.state, "run_service", lambda: Mock(latest_model=lambda _run: model))
    monkeypatch.setattr(mistaken_digits.state, "dataset", lambda _source="auto": Mock(test=test))
    mistaken_digits.show_digits(example_run("finished", id="run7"), 4, answer)

    images, truth, answers = pictures.call_args.args
    numbers = images[:, 0, 0]
    wanted = [
        i
        for i in range(200)
        if (given[i].argmax() == answer if answer is not None else given[i].argmax() != 4)
    ]
    if is_sorted:
        wanted.sort(key=lambda i: given[i, 4])
    assert numbers.tolist() == wanted[: mistaken_digits.MOST_PICTURES]
    assert (truth, answers.tolist()) == (4, given[numbers].argmax(axis=1).tolist())
    link = shown.page_link.call_args.kwargs["query_params"]
    assert (link["true"], link["reader"]) == (["4"], "run7")
    assert link["order"] == ("loss" if is_sorted else "number")


def test_digits_of_a_run_from_elsewhere_that_are_not_here_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, elsewhere = Mock(), Mock(side_effect=DataError("These digits are not here."))
    monkeypatch.setattr(mistaken_digits, "st", shown)
    monkeypatch.setattr(mistaken_digits.state, "run_service", Mock())
    monkeypatch.setattr(mistaken_digits.state, "dataset", elsewhere)
    mistaken_digits.show_digits(Mock(), truth=7, answer=1)
    shown.caption.assert_called_once_with("These digits are not here.")


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (0.07, "0.0700"),
        (9.99994, "9.9999"),
        (62.1234, "62.123"),
        (172.5432, "172.54"),
        (1234.5, "1,234"),
        (float("nan"), "nan"),
    ],
)
def test_a_loss_fits_into_its_place(loss: float, text: str) -> None:
    assert loss_text(loss) == text


@pytest.mark.parametrize(
    ("source", "active", "where"),
    [
        ("auto", "mnist", "active"),
        ("mnist", "mnist", "active"),
        ("mnist+strokes", "mnist", "active"),
        ("strokes", "mnist", "strokes"),
        ("strokes", "strokes", "active"),
        ("mnist", "strokes", None),
    ],
)
def test_browse_opens_on_the_digits_a_run_was_tested_on(
    monkeypatch: pytest.MonkeyPatch, source: str, active: str, where: str | None
) -> None:
    dataset = Mock()
    dataset.name = active
    monkeypatch.setattr(mistaken_digits.state, "dataset", lambda: dataset)
    assert mistaken_digits._set_in_browse(source) == where
