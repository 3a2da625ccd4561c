"""Charts stand still while data streams in, and lose nothing that matters."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mnist_core import EpochResult
from pages.components.runs import confusion_chart, curve_chart

TITLES = ("training", "test")


def history(count: int) -> list[EpochResult]:
    return [EpochResult(k, 2 / k, 1 - 1 / k, 2.1 / k, 1 - 1.1 / k, 0.5, 1000.0) for k in range(1, count + 1)]


@pytest.mark.parametrize("measure", ["loss", "accuracy"])
def test_the_spec_knows_nothing_of_the_data(measure: str) -> None:
    spec = curve_chart.curve_spec(measure, "Epoch", "Loss", TITLES, last_epoch=10)
    assert spec is curve_chart.curve_spec(measure, "Epoch", "Loss", TITLES, last_epoch=10)
    assert json.loads(json.dumps(spec)) == spec


@pytest.mark.parametrize("count", [0, 1, 10, 1000])
def test_a_table_stays_small_and_keeps_first_and_last(count: int) -> None:
    batches = np.column_stack([np.linspace(0, max(count, 1), 500), np.ones(500)])
    table = curve_chart.curve_table(history(count), "loss", batch_history=batches).to_pandas()
    assert len(table) <= 2 * curve_chart.MOST_POINTS
    if count:
        train = table[table["part"] == "train"]
        assert train["x"].iloc[0] == 1
        assert train["x"].iloc[-1] == count
        assert train["y"].iloc[-1] == pytest.approx(2 / count)


def test_by_seconds_epochs_lie_where_the_training_ended_and_batches_between() -> None:
    batches = np.array([[0.5, 1.0], [1.5, 1.0], [2.5, 1.0]])
    initial = EpochResult(0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
    table = curve_chart.curve_table(
        history(2), "loss", initial=initial, batch_history=batches, by_seconds=True
    ).to_pandas()
    assert table.loc[table["part"] == "train", "x"].tolist() == [0, 0.5, 1.0]
    assert table.loc[table["part"] == "batch", "x"].tolist() == pytest.approx([0.25, 0.75, 1.25])


def test_one_batch_with_an_enormous_loss_does_not_flatten_the_rest() -> None:
    batches = np.array([[0.1, 1e6], [0.2, 2.0]])
    table = curve_chart.curve_table(history(2), "loss", batch_history=batches).to_pandas()
    assert table.loc[table["part"] == "batch", "y"].tolist() == [1.5 * 2, 2.0]


def test_numbers_that_are_none_leave_a_gap_instead_of_an_error() -> None:
    results = [*history(2), EpochResult(3, float("nan"), 0.1, float("inf"), 0.1, 0.5, 1.0)]
    assert np.isfinite(curve_chart.curve_table(results, "loss").to_pandas()["y"]).all()


def test_smoothing_keeps_a_constant_and_flattens_noise() -> None:
    constant = np.full(50, 3.0)
    noise = np.random.default_rng(0).standard_normal(500)
    assert curve_chart.smooth(constant, 0.9) == pytest.approx(constant)
    assert curve_chart.smooth(noise, 0.9)[100:].std() < 0.4 * noise.std()
    assert curve_chart.smooth(noise, 0.0) is noise


def test_each_row_of_the_confusion_table_is_a_cell_and_shares_add_up() -> None:
    confusion = np.arange(100).reshape(10, 10)
    table = confusion_chart.confusion_table(confusion)
    assert len(table) == 100
    assert table.groupby("truth")["share"].sum().tolist() == pytest.approx([1.0] * 10)
    assert table.query("truth == 3 and answer == 4")["count"].item() == 34


def test_an_empty_confusion_matrix_divides_by_nothing() -> None:
    assert (confusion_chart.confusion_table(np.zeros((10, 10), np.int64))["share"] == 0).all()


def test_the_most_common_mistakes_come_first_and_nothing_right_is_among_them() -> None:
    confusion = np.diag(np.full(10, 900))
    confusion[4, 9], confusion[3, 5], confusion[7, 2] = 23, 40, 23
    assert confusion_chart.common_mistakes(confusion) == {(3, 5): 40, (4, 9): 23, (7, 2): 23}
    assert next(iter(confusion_chart.common_mistakes(confusion))) == (3, 5)
    assert confusion_chart.common_mistakes(np.diag(np.full(10, 900))) == {}
