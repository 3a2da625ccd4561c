"""Models come back as they were; anything else is refused by name, never unpickled, never half written."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from mnist_core.checkpoint import Checkpoint
from mnist_core.errors import ModelFileError
from mnist_core.model import Model
from mnist_core.network import ARCHITECTURES, initial_parameters
from mnist_core.storage import load_model, model_to_bytes, save_model


def make_model(architecture: str = "mlp") -> Model:
    flat = initial_parameters(ARCHITECTURES[architecture], np.random.default_rng(1))
    return Model.from_vector(architecture, flat, pixel_range="raw", temperature=1.5, metadata={"epoch": 3})


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_a_saved_model_answers_as_before(tmp_path: Path, architecture: str) -> None:
    model = make_model(architecture)
    save_model(model, tmp_path / "model.npz")
    loaded = load_model(tmp_path / "model.npz")
    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)
    assert np.array_equal(loaded.predict_proba(images), model.predict_proba(images))
    assert (loaded.pixel_range, loaded.temperature, loaded.metadata) == ("raw", 1.5, {"epoch": 3})
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


def contents(**changes: object) -> bytes:
    facts = {
        "kind": "model",
        "format_version": 1,
        "architecture": "softmax",
        "pixel_range": "unit",
        "temperature": 1.0,
        "metadata": {},
    } | changes
    shapes = ARCHITECTURES["softmax"].parameter_shapes
    arrays = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    buffer = io.BytesIO()
    np.savez(buffer, metadata=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)
    return buffer.getvalue()


def pickled() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, metadata=np.array([object()], object))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 not a zip",
        pickle.dumps({"a": 1}),
        pickled(),
        model_to_bytes(make_model())[:-500],
        contents(format_version=2),
        contents(kind="checkpoint"),
        contents(architecture="mlp"),
        contents(architecture="transformer"),
        contents(architecture=["softmax"]),
        contents(temperature=0),
        contents(temperature="warm"),
        contents(pixel_range=None),
        contents(metadata=5),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_a_file_that_is_no_model_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "strange.npz"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match=r"strange\.npz"):
        load_model(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"nothing\.npz"):
        load_model(tmp_path / "nothing.npz")


@pytest.mark.parametrize("data", [b"", b"nonsense", contents(), contents(kind="checkpoint")])
def test_a_damaged_checkpoint_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError):
        Checkpoint.from_bytes(data)
