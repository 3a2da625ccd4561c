"""The real MNIST: read from files, believed only when every byte is MNIST's, fetched where it can be had.

MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges, CC BY-SA 3.0.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_core.data.dataset import Dataset, Split
from mnist_core.data.home import mnist_home
from mnist_core.errors import DataError
from mnist_core.files import npz_bytes, write_atomically

ARRAYS = {
    # name in Keras's .npz: (IDX file, shape, MD5 of the uncompressed IDX file)
    "x_train": ("train-images-idx3-ubyte", (60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
    "y_train": ("train-labels-idx1-ubyte", (60000,), "a25bea736e30d166cdddb491f175f624"),
    "x_test": ("t10k-images-idx3-ubyte", (10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
    "y_test": ("t10k-labels-idx1-ubyte", (10000,), "27ae3e4e09519cfbb04c329615203637"),
}
NPZ_NAME = "mnist.npz"


def mnist_locations() -> Iterator[tuple[str, Path]]:
    """Where MNIST may lie on this machine, best first, as (name of the place, path)."""
    if chosen := os.environ.get("MNIST_PATH"):
        yield "MNIST_PATH", Path(chosen).expanduser()
    keras_home = os.environ.get("KERAS_HOME")
    keras = Path(keras_home).expanduser() if keras_home else Path.home() / ".keras"
    yield "Keras", keras / "datasets" / NPZ_NAME
    yield "MNIST_HOME", mnist_home() / NPZ_NAME


def read_mnist(path: Path) -> Dataset:
    """Read MNIST from an .npz in Keras's layout or a folder of IDX files, gzipped or not.

    Raises
    ------
    DataError
        if the file is missing, damaged, too large, or its arrays are not MNIST's
    """
    if not path.is_dir() and not path.is_file():  # a device or a pipe might never end
        raise DataError("There is no file or folder {path} to read MNIST from.", path=path)
    read = _read_idx if path.is_dir() else _read_npz
    try:
        arrays = {name: read(path, name) for name in ARRAYS}
    except DataError:
        raise
    except PermissionError as error:
        raise DataError("This account may not read {path}. Allow it, or copy the file.", path=path) from error
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(
            "{path} cannot be read as MNIST: it is damaged or something else. "
            "Give an .npz in Keras's layout or a folder of IDX files.",
            path=path,
        ) from error
    return Dataset(
        name="mnist",
        origin=str(path),
        train=Split(arrays["x_train"], arrays["y_train"]),
        test=Split(arrays["x_test"], arrays["y_test"]),
    )


def save_mnist(dataset: Dataset, path: Path) -> None:
    """Write a data set as an .npz in Keras's layout, whole or not at all."""
    content = npz_bytes(
        x_train=dataset.train.images,
        y_train=dataset.train.labels,
        x_test=dataset.test.images,
        y_test=dataset.test.labels,
    )
    write_atomically(path, content)


def _read_npz(path: Path, name: str) -> NDArray[np.uint8]:
    shape = ARRAYS[name][1]
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        header = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        found, fortran_order, dtype = header(member)
        if found != shape or dtype != np.uint8 or fortran_order:
            raise DataError(
                "{path} is not MNIST: {name} is {dtype} {found} instead of uint8 {shape}.",
                path=path,
                name=name,
                dtype=dtype,
                found=found,
                shape=shape,
            )
        return _verified(member.read(_size(shape) + 1), path, name)


def _read_idx(folder: Path, name: str) -> NDArray[np.uint8]:
    stem, shape, _ = ARRAYS[name]
    for spelling in (stem, stem.replace("-idx", ".idx")):
        for path, opener in ((folder / spelling, open), (folder / f"{spelling}.gz", gzip.open)):
            if path.is_file():
                with opener(path, "rb") as file:
                    content = file.read(len(_idx_header(shape)) + _size(shape) + 1)
                return _verified(content.removeprefix(_idx_header(shape)), path, name)
    raise DataError("{path} holds no {name} (or {name}.gz).", path=folder, name=stem)


def _verified(content: bytes, path: Path, name: str) -> NDArray[np.uint8]:
    _, shape, md5 = ARRAYS[name]
    if hashlib.md5(_idx_header(shape) + content, usedforsecurity=False).hexdigest() != md5:
        raise DataError(
            "{path} is damaged or not MNIST: the contents of {name} are not the published ones. "
            "Get the file again.",
            path=path,
            name=name,
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _idx_header(shape: tuple[int, ...]) -> bytes:
    """The first bytes of an IDX file of unsigned bytes: magic number 0x0800 + dimensions, then the shape."""
    return struct.pack(f">I{len(shape)}I", 0x0800 + len(shape), *shape)


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))
