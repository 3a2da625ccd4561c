"""Data sets are believed only when every byte is right, and come from the best place there is."""

from __future__ import annotations

import gzip
import os
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from mnist_core import data
from mnist_core.data import download
from mnist_core.data.dataset import Split
from mnist_core.data.mnist import ARRAYS, mnist_locations, read_mnist, save_mnist
from mnist_core.errors import ConfigurationError, DataError

REAL_MNIST = Path(os.environ.get("MNIST_PATH", ""))
real_mnist = pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="set MNIST_PATH to a real mnist.npz")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no MNIST and no network; gives its MNIST_HOME."""
    monkeypatch.delenv("MNIST_PATH", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("MNIST_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(download, "_offline_until", 0.0)
    monkeypatch.setattr(download, "_first_answering", lambda urls: None)
    return tmp_path / "home"


def write_npz(path: Path, **changes: np.ndarray) -> Path:
    arrays = {name: np.zeros(shape, np.uint8) for name, (_, shape, _) in ARRAYS.items()}
    np.savez_compressed(path, **{**arrays, **changes})
    return path


def test_places_come_in_the_promised_order(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_PATH", "chosen.npz")
    assert [place for place, _ in mnist_locations()] == ["MNIST_PATH", "Keras", "MNIST_HOME"]


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04cut"])
def test_a_broken_file_is_named_in_the_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.npz"):
        read_mnist(path)


def test_a_missing_file_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.npz"):
        read_mnist(tmp_path / "nowhere.npz")


def test_a_device_is_refused_instead_of_read_for_ever() -> None:
    with pytest.raises(DataError, match="/dev/zero"):
        read_mnist(Path("/dev/zero"))


def test_arrays_of_the_right_shape_that_are_not_mnist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not the published ones"):
        read_mnist(write_npz(tmp_path / "zeros.npz"))


def test_arrays_of_another_shape_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "huge.npz", x_train=np.zeros((400_000, 28, 28), np.uint8))
    started = time.process_time()
    with pytest.raises(DataError, match="x_train"):
        read_mnist(path)
    assert time.process_time() - started < 1.0


def test_pickled_arrays_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"hostile\.npz"):
        read_mnist(write_npz(tmp_path / "hostile.npz", x_train=np.array([{"a": print}], dtype=object)))


def test_a_cut_idx_file_is_refused(tmp_path: Path) -> None:
    for stem, shape, _ in ARRAYS.values():
        (tmp_path / stem).write_bytes(struct.pack(">I", 0x0800 + len(shape)))
    with pytest.raises(DataError, match=str(tmp_path.name)):
        read_mnist(tmp_path)


def test_an_empty_folder_says_which_file_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="train-images-idx3-ubyte"):
        read_mnist(tmp_path)


@real_mnist
@pytest.mark.mnist
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_idx_files_hold_the_same_mnist_as_the_npz(tmp_path: Path, packed: bool, dotted: bool) -> None:
    from_npz = read_mnist(Path(os.environ["MNIST_PATH"]))
    splits = {"x_train": from_npz.train.images, "y_train": from_npz.train.labels}
    splits |= {"x_test": from_npz.test.images, "y_test": from_npz.test.labels}
    for name, (stem, shape, _) in ARRAYS.items():
        content = struct.pack(f">I{len(shape)}I", 0x0800 + len(shape), *shape) + splits[name].tobytes()
        stem = stem.replace("-idx", ".idx") if dotted else stem
        if packed:
            (tmp_path / f"{stem}.gz").write_bytes(gzip.compress(content, compresslevel=1))
        else:
            (tmp_path / stem).write_bytes(content)
    from_idx = read_mnist(tmp_path)
    np.testing.assert_array_equal(from_idx.train.images, from_npz.train.images)
    np.testing.assert_array_equal(from_idx.test.labels, from_npz.test.labels)


@real_mnist
@pytest.mark.mnist
def test_a_saved_copy_in_mnist_home_is_found(elsewhere: Path) -> None:
    save_mnist(read_mnist(REAL_MNIST), elsewhere / "mnist.npz")
    assert data.load_dataset("auto").origin == str(elsewhere / "mnist.npz")


@pytest.mark.usefixtures("elsewhere")
def test_without_mnist_and_network_auto_gives_the_built_in_strokes() -> None:
    assert data.load_dataset("auto").name == "strokes"


@pytest.mark.usefixtures("elsewhere")
def test_without_mnist_and_network_asking_for_mnist_says_what_to_do() -> None:
    with pytest.raises(DataError, match="MNIST_PATH"):
        data.load_dataset("mnist")


@pytest.mark.usefixtures("elsewhere")
def test_a_chosen_path_that_is_not_mnist_is_an_error_not_a_silent_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_PATH", str(write_npz(tmp_path / "chosen.npz")))
    with pytest.raises(DataError, match=r"chosen\.npz"):
        data.load_dataset("auto")


def test_a_damaged_cached_copy_is_passed_over(elsewhere: Path) -> None:
    elsewhere.mkdir()
    (elsewhere / "mnist.npz").write_bytes(b"damaged")
    assert data.load_dataset("auto").name == "strokes"


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(ConfigurationError, match="cifar"):
        data.load_dataset("cifar")


def test_a_mirror_that_never_answers_costs_only_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "ANSWER_TIMEOUT_S", 0.1)
    released = threading.Event()

    def never_answers(*args: object, **options: object) -> None:
        released.wait()
        raise download.requests.ConnectionError

    monkeypatch.setattr(download.requests, "head", never_answers)
    started = time.perf_counter()
    assert download._first_answering(["https://one.invalid/", "https://two.invalid/"]) is None
    assert time.perf_counter() - started < 5
    released.set()


IMAGES = np.zeros((3, 28, 28), np.uint8)
LABELS = np.zeros(3, np.uint8)


@pytest.mark.parametrize(
    ("images", "labels", "complaint"),
    [
        (IMAGES.astype(np.float32), LABELS, "float32"),
        (IMAGES[:, :20], LABELS, "20, 28"),
        (IMAGES, LABELS[:2], "one for each"),
        (IMAGES[:0], LABELS[:0], "at least one"),
        (IMAGES, LABELS + 12, "12"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(
    images: np.ndarray, labels: np.ndarray, complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint):
        Split(images, labels)
