"""Runs as the service keeps them and as the pages see them, and a service that only remembers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from mnist_core import Dataset, EpochResult, Model, RunService, RunSnapshot, Split, TrainingConfig
from mnist_core.errors import MnistCoreError
from mnist_core.network import get_architecture, initial_parameters
from mnist_core.runs.protocol import RunSamples
from mnist_core.runs.record import RunRecord
from mnist_core.runs.shelf import unknown
from mnist_core.training import Trainer

OWNER = "a" * 32
Open = Callable[..., tuple[AppTest, "ExampleService"]]


def example_history(count: int, seconds: float = 0.5) -> tuple[EpochResult, ...]:
    """A run that goes well."""
    return tuple(
        EpochResult(
            k, 2 / k, 1 - 0.5 / k, 2.1 / k, 1 - 0.55 / k, seconds, 60_000 / seconds, posted_loss=2.2 / k
        )
        for k in range(1, count + 1)
    )


def example_run(status: str = "running", epoch: int = 5, **changes: Any) -> RunSnapshot:
    """A run somewhere in the middle, with everything a page can show."""
    rng = np.random.default_rng(0)
    config = changes.pop("config", TrainingConfig(epochs=10))
    values: dict[str, Any] = {
        "id": "run0",
        "owner": OWNER,
        "name": "softmax, numpy",
        "config": config,
        "data": "auto",
        "status": status,
        "error": None,
        "message": "",
        "queue_position": 0 if status == "queued" else None,
        "epoch": epoch,
        "epochs": config.epochs,
        "batch": 100,
        "batches": 469,
        "history": example_history(epoch),
        "initial": EpochResult(0, 2.4, 0.1, 2.4, 0.1, 0.0, 0.0, posted_loss=21.0),
        "batch_history": np.column_stack([np.linspace(0, epoch, 500), rng.uniform(0, 1, 500)]),
        "images_per_second": 120_000.0,
        "seconds_left": 70.0,
        "learning_rate": config.learning_rate,
        "created_at": time.time(),
        "diverged_at": None,
        "confusion": rng.integers(0, 20, (10, 10)) + 900 * np.eye(10, dtype=np.int64),
        "samples": RunSamples(
            rng.integers(0, 255, (12, 28, 28), dtype=np.uint8),
            np.arange(12, dtype=np.uint8) % 10,
            rng.uniform(0, 1, (12, 10)).astype(np.float32),
        ),
        "shared": False,
        "dataset_origin": "tests",
        "is_on_worker": status in ("running", "paused"),
        "can_continue": status in ("paused", "stopped", "failed"),
        "not_kept": None,
    }
    return RunSnapshot(**(values | changes))


class ExampleService:
    """Stands in for `RunService`: keeps snapshots, and remembers what it was told."""

    trouble: MnistCoreError | None = None
    notice: MnistCoreError | None = None

    def __init__(self, *runs: RunSnapshot) -> None:
        self.runs = {run.id: run for run in runs}
        self.started: list[tuple[Any, ...]] = []
        self.orders: list[tuple[Any, ...]] = []

    def start(
        self, config: TrainingConfig, *, data: str = "auto", owner: str, name: str | None = None
    ) -> str:
        run_id = f"started{len(self.runs)}"
        self.started.append((run_id, config, data, name))
        self.runs[run_id] = example_run(
            "queued", 0, id=run_id, owner=owner, config=config, name=name or config.architecture, samples=None
        )
        return run_id

    def snapshot(self, run_id: str) -> RunSnapshot:
        if run_id not in self.runs:
            raise unknown()
        return self.runs[run_id]

    def list(self, owner: str) -> list[RunSnapshot]:
        return [run for run in self.runs.values() if run.owner == owner]

    def latest_model(self, run_id: str) -> Model:
        name = self.runs[run_id].config.architecture
        return Model.from_vector(name, initial_parameters(get_architecture(name), np.random.default_rng(0)))

    def _become(self, run_id: str, status: str) -> None:
        can_continue = status in ("paused", "stopped", "failed")
        self.runs[run_id] = replace(self.runs[run_id], status=status, can_continue=can_continue)

    def pause(self, run_id: str) -> None:
        self._become(run_id, "paused")

    def resume(self, run_id: str) -> None:
        self._become(run_id, "running")

    def stop(self, run_id: str) -> None:
        self._become(run_id, "stopped")

    def delete(self, run_id: str) -> None:
        self.runs.pop(run_id, None)

    def __getattr__(self, name: str) -> Any:
        if not hasattr(RunService, name):
            raise AttributeError(name)

        def remember(*values: Any) -> None:
            self.orders.append((name, *values))

        remember.__name__ = name
        return remember


def make_record(status: str = "finished", *, epoch: int = 2, **fields: Any) -> RunRecord:
    """A run of two epochs, trained here up to `epoch`, with everything a run can have."""
    rng = np.random.default_rng(0)
    labels = np.arange(200, dtype=np.uint8) % 10
    split = Split(rng.integers(0, 256, (200, 28, 28), np.uint8), labels)
    config = TrainingConfig(epochs=2, batch_size=50)
    trainer = Trainer(config, Dataset("noise", "made for tests", split, split))
    initial = trainer.initial
    while trainer.epoch < epoch:
        next(trainer.events())
    record = RunRecord(
        id="run1", owner="ada", name="Noise", config=config, data="auto", learning_rate=0.1, epochs=2
    )
    record.initial, record.history = initial, list(trainer.history)
    record.checkpoint, record.model, record.epoch = trainer.checkpoint(), trainer.model, epoch
    record.losses.extend(np.arange(8) / 4, np.ones(8, np.float32))
    record.confusion = np.eye(10, dtype=np.int64)
    record.samples = RunSamples(split.images[:10], labels[:10], np.full((10, 10), 0.1, np.float32))
    record.change(status=status, **fields)
    return record


def assert_same(one: RunRecord, other: RunRecord) -> None:
    assert (other.config, other.history, other.initial) == (one.config, one.history, one.initial)
    assert (other.name, other.status, other.epoch) == (one.name, one.status, one.epoch)
    np.testing.assert_array_equal(other.losses.points, one.losses.points)
    np.testing.assert_array_equal(other.confusion, one.confusion)
    assert other.samples is not None
    assert one.samples is not None
    np.testing.assert_array_equal(other.samples.images, one.samples.images)


def button(test: AppTest, label: str) -> object:
    return next(one for one in test.button if one.label == label)


def texts(test: AppTest) -> str:
    kinds = (test.markdown, test.caption, test.info, test.warning, test.error, test.success)
    return "\n".join(element.value for kind in kinds for element in kind)
