"""A run as one file: it comes back whole, and a hostile file is only refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mnist_core import EpochResult
from mnist_core.checkpoint import Checkpoint
from mnist_core.errors import ModelFileError
from mnist_core.messages import Phrase
from mnist_core.runs.packing import run_from_bytes, run_to_bytes
from tests.run_examples import assert_same, make_record


def test_a_run_as_a_file_comes_back_as_someone_elses() -> None:
    record = make_record()
    copy = run_from_bytes(run_to_bytes(record), run_id="run2", owner="grace")
    assert_same(record, copy)
    assert (copy.id, copy.owner) == ("run2", "grace")
    assert copy.model is not None
    assert copy.checkpoint is not None


def nested(depth: int, template: str) -> Any:
    name: Any = "x"
    for _ in range(depth):
        name = {"template": template, "values": {"a": name}}
    return name


def test_a_name_for_every_language_comes_back_as_one() -> None:
    said = Phrase(
        "{name}, {label}: {value}", {"name": Phrase("Softmax"), "label": Phrase("Epochs"), "value": 5}
    )
    copy = run_from_bytes(run_to_bytes(make_record(name=said)), run_id="run2", owner="grace")
    assert copy.name == said
    assert str(copy.name) == "Softmax, Epochs: 5"


def rezip(change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(run_to_bytes(make_record()))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_facts(**changes: Any) -> bytes:
    def change(members: dict[str, bytes]) -> None:
        members["facts"] = json.dumps({**json.loads(members["facts"]), **changes}).encode()

    return rezip(change)


def result(epoch: float, **changes: float) -> dict[str, Any]:
    return {**make_record().history[0].to_dict(), "epoch": epoch, **changes}


def with_checkpoint_of(history: list[dict[str, Any]]) -> bytes:
    def change(members: dict[str, bytes]) -> None:
        checkpoint = Checkpoint.from_bytes(members["checkpoint"])
        results = tuple(EpochResult(**values) for values in history)
        members["checkpoint"] = replace(checkpoint, history=results).to_bytes()

    return rezip(change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a zip file",
        run_to_bytes(make_record())[:-100],
        rezip(lambda members: members.update({"../evil": b"x"})),
        rezip(lambda members: members.pop("curves") and None),
        rezip(lambda members: members.update(facts=b"[" * 100_000)),
        rezip(lambda members: members.update(facts=b"0" * 70 * 2**20)),
        rezip(lambda members: members.update(model=b"\x80\x04pickle")),
        with_facts(config={"epochs": -1}),
        with_facts(name=["a list"]),
        with_facts(name="x" * 10_000),
        with_facts(name={"template": "{a:>300000000}", "values": {"a": 1}}),
        with_facts(name={"template": "{a}", "values": {}}),
        with_facts(name={"template": ["a list"], "values": {}}),
        with_facts(name={"template": "x", "values": {"a": "y" * 10_000}}),
        with_facts(name=nested(30, "{a}{a}")),  # a thousand million letters
        with_facts(name=nested(60, "{a}")),
        with_facts(history=[{"epoch": "one"}]),
        with_facts(epochs="many"),
        with_facts(status="x" * 1000),
        with_facts(error={"kind": "os", "template": "{", "values": {}}),
        with_facts(error={"kind": "annotations", "template": "x", "values": {}}),
        with_facts(initial=3),
        with_facts(error={"kind": "RunError", "template": "{a:>300000000}", "values": {"a": 1}}),
        with_facts(error={"kind": "RunError", "template": "{a.__class__}", "values": {"a": 1}}),
        with_facts(epochs=0),
        with_facts(epoch=3),
        with_facts(created_at=1e300),
        with_facts(data="kinds"),
        with_facts(stop_at_accuracy="high"),
        with_facts(history=[result(1), result(1)]),  # no database takes an epoch twice
        with_facts(history=[result(2), result(1)]),
        with_facts(history=[result(10**30)]),
        with_facts(history=[result(True)]),
        with_facts(history=[result(1.5)]),
        with_facts(history=[result(1, train_loss=10**400)]),
        with_facts(history=[result(1, test_accuracy=5.0)]),
        with_facts(history=[result(1, seconds=-1.0)]),
        with_facts(history=[result(1, seconds=float("nan"))]),
        with_checkpoint_of([result(1), result(1)]),
    ],
    ids=lambda data: str(len(data)),
)
def test_a_hostile_file_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError):
        run_from_bytes(data, run_id="run2", owner="grace")
