"""What a worker does with a run: in this process, without Dask."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mnist_core import BatchResult, Dataset, Model, Split, TrainingConfig
from mnist_core.batches import training_split
from mnist_core.checkpoint import Checkpoint
from mnist_core.relearning import mix_extra, relearning_checkpoint
from mnist_core.runs.protocol import RunCommand, RunTicket
from mnist_core.runs.session import RunSession
from mnist_core.runs.worker import RunDriver, run_ticket

NOISE = Split(
    np.random.default_rng(0).integers(0, 256, (200, 28, 28), np.uint8), np.arange(200, dtype=np.uint8) % 10
)


def digits_driver(
    config: TrainingConfig, beginning: Checkpoint | None = None
) -> tuple[RunDriver, RunSession]:
    """A run on 200 pictures of noise, and its mailbox."""
    ticket = RunTicket(
        key="t",
        config=config.to_dict(),
        data="strokes",
        checkpoint=beginning,
        learning_rate=config.learning_rate,
        epochs=config.epochs,
    )
    session = RunSession("t")
    return RunDriver(ticket, session, Dataset("tests", "tests", NOISE, NOISE)), session


@pytest.mark.parametrize("epoch", [0, 1])
def test_an_order_is_carried_out_in_the_middle_of_an_evaluation(
    epoch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large network takes many seconds to be evaluated, before the first epoch and after each."""
    monkeypatch.setattr("mnist_core.evaluation.PIECE", 50)
    monkeypatch.setattr("mnist_core.runs.worker.CHUNK_SECONDS", 0)
    driver, session = digits_driver(TrainingConfig(architecture="softmax", epochs=5))
    told: list[tuple[int, int]] = []

    def publish(result: object = None, evaluated: tuple[int, int] | None = None, **news: Any) -> None:
        if evaluated is not None and (news["batch"] > 0) == (epoch == 1):
            told.append(evaluated)
            session.exchange([RunCommand("stop", number=1)], acknowledged=0, watch_model=False)

    session.publish = publish  # type: ignore[method-assign]
    assert driver.drive().ended == "stopped"
    assert told == [(50, 400)]


def test_the_first_answers_are_there_before_the_first_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.runs.worker.CHUNK_SECONDS", 0)
    driver, session = digits_driver(TrainingConfig(epochs=1))
    told: list[str] = []
    session.publish = lambda result=None, **news: told.extend(news)  # type: ignore[method-assign]
    driver.drive()
    assert told.index("samples") < told.index("evaluated")


def test_who_begins_to_draw_during_an_evaluation_gets_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.evaluation.PIECE", 50)
    monkeypatch.setattr("mnist_core.runs.worker.CHUNK_SECONDS", 0)
    monkeypatch.setattr("mnist_core.runs.worker.MODEL_SECONDS", 0)
    driver, session = digits_driver(TrainingConfig(epochs=1))
    session.exchange((), acknowledged=0, watch_model=True)
    told: list[str] = []
    session.publish = lambda result=None, **news: told.extend(news)  # type: ignore[method-assign]
    driver.drive()
    assert told.index("evaluated") < told.index("model") < told.index("initial")


@pytest.mark.parametrize("missing", [None, 3])
def test_the_speed_counts_the_images_that_are_trained_on(missing: int | None) -> None:
    """Those left when a digit is missing, and the drawings mixed in."""
    config = TrainingConfig(epochs=1, missing_digit=missing)
    model = Model.from_vector("softmax", np.zeros(7850, np.float32))
    driver, session = digits_driver(config, relearning_checkpoint(model, NOISE, config))
    told: list[tuple[object, dict[str, Any]]] = []
    session.publish = lambda result=None, **news: told.append((result, news))  # type: ignore[method-assign]
    driver.drive()
    learned = mix_extra(training_split(NOISE, config), NOISE.images, NOISE.labels)
    speeds = [(result, news["images_per_second"]) for result, news in told if isinstance(result, BatchResult)]
    assert speeds
    for result, speed in speeds:
        images = len(result.losses) / result.batches * len(learned)
        assert speed == pytest.approx(images / max(result.seconds, 1e-9))


def test_an_order_whose_answer_was_lost_on_the_way_is_carried_out_once() -> None:
    session = RunSession("a turn")
    first, second = (RunCommand("mode", "batch", number) for number in (1, 2))
    session.exchange((first,), 0, watch_model=False)
    session.exchange((first, second), 0, watch_model=False)
    assert [session.next_command() for _ in range(3)] == [first, second, None]


def test_an_error_nobody_foresaw_is_told_in_our_words_and_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("mnist_core.runs.worker.shared_dataset", lambda source: {}[source])
    outcome = run_ticket(RunTicket(key="t", config={}, data="strokes", learning_rate=0.1, epochs=1))
    assert outcome.ended == "failed"
    assert "log of its worker" in str(outcome.error)
    assert "KeyError" in caplog.text
