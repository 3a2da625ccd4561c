"""Models and checkpoints as .npz files: no pickle, a format version, written whole or not at all."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.errors import MnistCoreError, ModelFileError
from mnist_core.files import write_atomically
from mnist_core.model import Model

FORMAT_VERSION = 1
LARGEST_FILE = 64 * 2**20  # bytes, unpacked: anything larger is no file of ours
STARTER_PATH = Path(__file__).with_name("starter.npz")
METADATA = "metadata"
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError),
    *(NotImplementedError, MemoryError, RuntimeError),
)
"""What zipfile, NumPy and json raise for bytes that are not theirs."""


def save_model(model: Model, path: str | Path) -> None:
    """Write a model; the file appears complete, or not at all.

    Raises
    ------
    ModelFileError
        if it cannot be written
    """
    try:
        write_atomically(Path(path), model_to_bytes(model))
    except OSError as error:
        raise ModelFileError("The file cannot be written. Received: {path}.", path=str(path)) from error


def load_model(path: str | Path) -> Model:
    """Read a model that `save_model` wrote.

    Raises
    ------
    ModelFileError
        for a file that is missing, damaged or not a model
    """
    path = Path(path)
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:  # a device or a pipe might never end
            raise OSError("not a file of ours")
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError("The model file cannot be read. Received: {path}.", path=str(path)) from error
    return model_from_bytes(data, name=path.name)


def load_starter_model() -> Model:
    """Read the small model that comes with this package."""
    return load_model(STARTER_PATH)


def model_to_bytes(model: Model) -> bytes:
    """A model as the bytes of an .npz file."""
    facts = {
        "architecture": model.architecture,
        "pixel_range": model.pixel_range,
        "temperature": model.temperature,
        "metadata": dict(model.metadata),
    }
    return pack("model", facts, model.parameters)


def model_from_bytes(data: bytes, *, name: str = "upload") -> Model:
    """A model from the bytes of an .npz file; `name` is for the error message.

    Raises
    ------
    ModelFileError
        for anything else
    """
    facts, arrays = unpack(data, "model", name)
    try:
        return Model(
            facts["architecture"], arrays, facts["pixel_range"], facts["temperature"], facts["metadata"]
        )
    except (KeyError, TypeError, ValueError, MnistCoreError) as error:
        raise ModelFileError(
            "The model in this file is damaged, or of another version. Received: {name}.", name=name
        ) from error


def pack(kind: str, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Facts (JSON-able) and arrays as the bytes of an .npz file.

    It is not compressed: that would save 10% of a network's parameters and take 50 times as long.
    """
    text = json.dumps({"kind": kind, "format_version": FORMAT_VERSION, **facts})
    buffer = io.BytesIO()
    contents: dict[str, Any] = {METADATA: np.frombuffer(text.encode(), np.uint8), **arrays}
    np.savez(buffer, **contents)
    return buffer.getvalue()


def unpack(data: bytes, kind: str, name: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The facts and arrays of `pack`.

    Parameters
    ----------
    name : of the file, for the error message

    Raises
    ------
    ModelFileError
        for anything else
    """
    try:
        arrays = _read_arrays(data)
        facts = json.loads(arrays.pop(METADATA).tobytes())
        found = facts.pop("kind"), facts.pop("format_version")
    except DAMAGE as error:
        raise ModelFileError(
            "This is not one of our files, or it is damaged. Received: {name}.", name=name
        ) from error
    if found != (kind, FORMAT_VERSION):
        raise ModelFileError(
            "The file must hold a {kind}, format {version}. Received: {found} in {name}.",
            kind=kind,
            version=FORMAT_VERSION,
            found=" ".join(map(str, found)),
            name=name,
        )
    return facts, arrays


def _read_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked_size = sum(entry.file_size for entry in archive.infolist())
    if unpacked_size > LARGEST_FILE:
        raise ValueError(f"{unpacked_size} bytes")
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return {key: file[key] for key in file.files}
