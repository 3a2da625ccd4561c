"""A run as bytes: what the database keeps, and one file to carry elsewhere. JSON and .npz, no pickle."""

from __future__ import annotations

import io
import json
import os
import platform
import time
import zipfile
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from mnist_core import errors
from mnist_core.checkpoint import Checkpoint
from mnist_core.configuration import TrainingConfig, check_learning_rate
from mnist_core.data import SOURCES
from mnist_core.errors import MnistCoreError, ModelFileError, RunError
from mnist_core.messages import Phrase
from mnist_core.results import EpochResult
from mnist_core.runs.loss_curve import BATCH_POINTS, LossCurve
from mnist_core.runs.protocol import RunSamples
from mnist_core.runs.record import RunRecord
from mnist_core.storage import DAMAGE, model_from_bytes, model_to_bytes, pack, unpack

FACTS = (
    *("name", "data", "learning_rate", "epochs", "created_at", "status", "epoch", "batch", "batches"),
    *("diverged_at", "dataset_origin", "fingerprint", "stop_at_accuracy", "has_beginning"),
)
LARGEST_RUN_FILE = 64 * 2**20
LONGEST_TEXT, MOST_EPOCHS, MOST_SAMPLES = 500, 1_000_000, 10
LONGEST_SENTENCE, DEEPEST = 2_000, 50  # a sentence may hold sentences
_DAY_S = 86_400
LONGEST_EPOCH_S = 1e9
_MEMBERS = ("facts", "curves", "model", "checkpoint", "beginning")


def started_at_s(process: psutil.Process) -> float:
    """Seconds from the boot to the start of a process: unlike the hour, they stay when the clock is set."""
    booted_at = psutil.boot_time()  # before the other, which builds on it
    return float(process.create_time() - booted_at)


THIS_SERVER = f"{platform.node()}:{os.getpid()}:{started_at_s(psutil.Process()):.2f}"


def facts_of(record: RunRecord) -> dict[str, Any]:
    """Everything small about a run but its history, JSON-able."""
    error = record.error and {
        "kind": type(record.error).__name__,
        **_plain(Phrase(record.error.template, record.error.values)),
    }
    return {
        **{name: _plain(getattr(record, name)) for name in FACTS},
        "config": record.config.to_dict(),
        "initial": record.initial and record.initial.to_dict(),
        "error": error,
        "server": THIS_SERVER,
    }


def record_from(facts: Mapping[str, Any], *, run_id: str, owner: str) -> RunRecord:
    """The run of `facts_of`, without history, curves and parameters."""
    record = RunRecord(
        id=run_id,
        owner=owner,
        **{name: _said(facts[name]) for name in FACTS if name in facts},
        config=TrainingConfig.from_dict(facts["config"]),
        initial=EpochResult(**facts["initial"]) if facts["initial"] else None,
    )
    if facts["error"]:
        kind = getattr(errors, facts["error"]["kind"], RunError)
        record.error = kind(facts["error"]["template"], **facts["error"]["values"])
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, Phrase):
        return {
            "template": value.template,
            "values": {key: _plain(part) for key, part in value.values.items()},
        }
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _said(value: Any) -> Any:
    """What `_plain` made JSON-able: a phrase again, where it was one."""
    if isinstance(value, dict):
        return Phrase(value["template"], {key: _said(part) for key, part in value["values"].items()})
    return value


def curves_to_bytes(record: RunRecord) -> bytes:
    """Batch losses, confusion matrix and sample answers."""
    arrays: dict[str, NDArray[Any]] = {"points": record.losses.points}
    if record.confusion is not None:
        arrays["confusion"] = record.confusion
    if record.samples is not None:
        samples = record.samples
        arrays |= {"images": samples.images, "labels": samples.labels, "answers": samples.probabilities}
    return pack("curves", {"stride": record.losses.stride}, arrays)


def put_curves(record: RunRecord, data: bytes) -> None:
    """Give the record what `curves_to_bytes` kept.

    Raises
    ------
    ModelFileError, ValueError, KeyError
        for anything else
    """
    facts, arrays = unpack(data, "curves", "curves")
    points = arrays["points"].astype(np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) > BATCH_POINTS:
        raise ValueError("points")
    record.losses = LossCurve(points, max(1, int(facts["stride"])))
    if "confusion" in arrays:
        record.confusion = np.asarray(arrays["confusion"].reshape(10, 10), np.int64)
    if "images" in arrays:
        images, count = arrays["images"].astype(np.uint8), len(arrays["labels"])
        record.samples = RunSamples(
            images.reshape(count, 28, 28),
            arrays["labels"].astype(np.uint8),
            arrays["answers"].astype(np.float32).reshape(count, 10),
        )


def run_to_bytes(record: RunRecord) -> bytes:
    """A whole run as one file."""
    facts = {**facts_of(record), "history": [result.to_dict() for result in record.history]}
    members = {"facts": json.dumps(facts).encode(), "curves": curves_to_bytes(record)}
    if record.model is not None:
        members["model"] = model_to_bytes(record.model)
    for name, checkpoint in (("checkpoint", record.checkpoint), ("beginning", record.beginning)):
        if checkpoint is not None:
            members[name] = checkpoint.to_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def run_from_bytes(data: bytes, *, run_id: str, owner: str) -> RunRecord:
    """The run of `run_to_bytes`, as `owner`'s.

    Raises
    ------
    ModelFileError
        for anything else
    """
    try:
        members = _read_members(data)
        facts = json.loads(members["facts"])
        for sentence in (facts["error"], facts["name"]):
            _check_sentence(sentence)
        record = record_from(facts, run_id=run_id, owner=owner)
        record.history = [_checked(EpochResult(**result)) for result in facts["history"]]
        put_curves(record, members["curves"])
        record.model = model_from_bytes(members["model"]) if "model" in members else None
        for name in {"checkpoint", "beginning"} & set(members):
            setattr(record, name, Checkpoint.from_bytes(members[name]))
        _check(record)
        return record
    except (MnistCoreError, IndexError, OverflowError, *DAMAGE) as error:
        raise ModelFileError("This file is not a saved run, or it is damaged.") from error


def _read_members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > LARGEST_RUN_FILE:
            raise ValueError("too large")
        if len({entry.filename for entry in entries} - set(_MEMBERS)) or len(entries) > len(_MEMBERS):
            raise ValueError("unknown members")
        return {entry.filename: archive.read(entry) for entry in entries}


def _checked(result: EpochResult) -> EpochResult:
    for name, value in result.to_dict().items():
        if name == "posted_loss" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(name)
        float(value)  # an OverflowError where no curve could hold it
    if not (0 <= result.train_accuracy <= 1 and 0 <= result.test_accuracy <= 1):
        raise ValueError("accuracy")
    if not 0 <= result.seconds <= LONGEST_EPOCH_S:
        raise ValueError("seconds")
    return result


def _check_history(results: Sequence[EpochResult], epochs: int) -> None:
    """Each epoch comes once and in order: the database takes no other."""
    numbers = [result.epoch for result in results]
    if not all(type(number) is int and 0 < number <= epochs for number in numbers):
        raise ValueError("epochs")
    if numbers != sorted(set(numbers)):
        raise ValueError("epochs")


def _check_sentence(sentence: Any, depth: int = DEEPEST) -> int:
    """A foreign sentence is short, said in full; its fields are names: `{a:>99999999}` would fill the memory.

    Returns its length, found without saying it.
    """
    if isinstance(sentence, dict):
        lengths = {name: _check_sentence(value, depth - 1) for name, value in sentence["values"].items()}
        length = len(sentence["template"]) + sum(lengths[name] for name in _fields(sentence["template"]))
    else:
        length = len(str(sentence))
    if depth <= 0 or length > LONGEST_SENTENCE:
        raise ValueError("sentence")
    return length


def _fields(template: str) -> list[str]:
    fields = []
    for _, field, form, conversion in Formatter().parse(template):
        if field is not None:
            if not field.isidentifier() or form or conversion:
                raise ValueError("field")
            fields.append(field)
    return fields


def _check(record: RunRecord) -> None:
    """The facts of a foreign file are what a page expects."""
    texts = (record.dataset_origin, record.status, record.fingerprint or "")
    if not all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts):
        raise TypeError("texts")
    if not isinstance(record.name, str | Phrase):
        raise TypeError("name")
    if record.data not in SOURCES:
        raise ValueError("data")
    counts = (record.epochs, record.epoch, record.batch, record.batches)
    if not all(type(count) is int and 0 <= count <= MOST_EPOCHS for count in counts) or record.epochs < 1:
        raise ValueError("counts")
    if record.epoch > record.epochs:
        raise ValueError("epoch")
    _check_history(record.history, record.epochs)
    if not 0 < record.created_at <= time.time() + _DAY_S:
        raise ValueError("created_at")
    check_learning_rate(record.learning_rate)
    if record.diverged_at is not None and type(record.diverged_at) is not int:
        raise TypeError("diverged_at")
    if record.stop_at_accuracy is not None and not 0 <= record.stop_at_accuracy <= 1:
        raise ValueError("stop_at_accuracy")
    if record.samples is not None and len(record.samples.labels) > MOST_SAMPLES:
        raise ValueError("samples")
    if record.initial is not None:
        _checked(record.initial)
    for checkpoint in (record.checkpoint, record.beginning):
        if checkpoint is not None and checkpoint.config != record.config:
            raise ValueError("checkpoint")
        if checkpoint is not None:
            checkpoint.model  # noqa: B018 - an error where its parameters are not those of its network
            _check_history([_checked(result) for result in checkpoint.history], record.epochs)
    record.has_beginning = record.beginning is not None
