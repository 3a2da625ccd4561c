"""The page Compare, without a browser and without training."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnist_core import RunService, TrainingConfig
from mnist_core.runs.packing import run_to_bytes
from pages.components import state
from tests.app_page import at_page
from tests.run_examples import OWNER, Open, button, example_run, make_record, texts

OTHER = TrainingConfig(epochs=10, learning_rate=0.5)


def test_compare_says_so_when_there_is_nothing_to_compare(open_page: Open) -> None:
    test, _service = open_page("compare.py")
    assert "Nothing to compare yet" in texts(test)


def test_compare_shows_what_differs_between_two_runs(open_page: Open) -> None:
    second = example_run("finished", id="run1", config=OTHER)
    test, _service = open_page("compare.py", example_run("finished"), second)
    assert "Learning rate" in test.table[0].value.index.tolist()
    assert not test.exception


def test_compare_ticks_a_run_that_has_only_just_been_started(open_page: Open) -> None:
    fresh = example_run("queued", 0, id="run1", config=OTHER, initial=None, confusion=None, name="fresh")
    test, _service = open_page("compare.py", example_run("finished"), fresh)
    assert not test.error
    assert "fresh" in test.table[0].value.columns


def test_runs_with_curves_are_ticked_before_those_that_wait(open_page: Open) -> None:
    waiting = [
        example_run("queued", 0, id=f"wait{i}", initial=None, confusion=None, name=f"waiting {i}")
        for i in range(3)
    ]
    done = example_run("finished", name="done", created_at=0.0, config=OTHER)
    test, _service = open_page("compare.py", *waiting, done)
    assert "done" in test.table[0].value.columns


def test_compare_refuses_a_run_that_is_not_shared(open_page: Open) -> None:
    theirs = example_run("finished", id="theirs", owner="b" * 32)
    test, _service = open_page("compare.py", theirs, run="theirs")
    assert "not shared" in texts(test)


@pytest.mark.parametrize(("is_deleted", "orders"), [(False, [("rename", "run0", "best")]), (True, [])])
def test_the_name_of_a_run_just_deleted_is_not_taken_for_a_wish(
    open_page: Open, is_deleted: bool, orders: list[tuple[str, ...]]
) -> None:
    test, service = open_page("compare.py", example_run("finished", id="run0"))
    if is_deleted:
        service.delete("run0")
    test.text_input[0].set_value("best").run()
    assert [order for order in service.orders if order[0] == "rename"] == orders
    assert not test.error


@pytest.mark.parametrize(
    ("press", "complaints"),
    [
        ("Share", ["This run is gone: it was deleted, perhaps in another tab."]),
        ("Delete it", []),
    ],
)
def test_a_run_deleted_in_another_tab_is_missed_only_where_it_is_wanted(
    press: str, complaints: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    service = RunService(tmp_path)
    monkeypatch.setattr(state, "run_service", lambda: service)
    monkeypatch.setattr(state, "visitor", lambda: OWNER)
    run = service.import_run(run_to_bytes(make_record()), owner=OWNER)
    test = at_page("compare.py").run()
    service.delete(run)
    button(test, press).click().run()
    assert [error.value for error in test.error] == complaints
    assert "Nothing to compare yet" in texts(test)
    service.close()
