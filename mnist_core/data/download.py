"""Fetch MNIST once, from the first mirror that answers; with no network, say so within seconds."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from queue import Empty, Queue

import pooch
import requests

from mnist_core.data.home import mnist_home
from mnist_core.data.mnist import ARRAYS, NPZ_NAME, read_mnist, save_mnist
from mnist_core.errors import DataError

KERAS_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
KERAS_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
IDX_URLS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
IDX_GZ_MD5 = {
    "train-images-idx3-ubyte": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte": "d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte": "ec29112dd5afa0611ce80d1b7f02629c",
}
ANSWER_TIMEOUT_S = 3.0
STALL_TIMEOUT_S = 10.0
OFFLINE_MEMORY_S = 300.0

_offline_until = 0.0


def fetch_mnist(*, progress: bool = False, patient: bool = True) -> Path:
    """Download MNIST into `mnist_home()` and give the path of the verified .npz.

    Parameters
    ----------
    progress : draw a progress bar on stderr
    patient : False gives up at once where no mirror answered in the last five minutes

    Raises
    ------
    DataError
        if no mirror answers within seconds, the transfer fails, or what came is not MNIST
    """
    global _offline_until
    if not patient and time.monotonic() < _offline_until:
        raise _no_mirror()
    mirror = _first_answering((KERAS_URL, *IDX_URLS))
    if mirror is None:
        _offline_until = time.monotonic() + OFFLINE_MEMORY_S
        raise _no_mirror()
    target = mnist_home() / NPZ_NAME
    try:
        with tempfile.TemporaryDirectory() as folder:
            save_mnist(read_mnist(_download(mirror, Path(folder), progress)), target)
    except DataError:
        raise
    except (OSError, ValueError, requests.RequestException) as error:
        raise DataError(
            "The download of MNIST from {url} broke off, or {folder} cannot be written to. Try again.",
            url=mirror,
            folder=target.parent,
        ) from error
    return target


def _no_mirror() -> DataError:
    return DataError(
        "MNIST cannot be downloaded: no mirror answers. Connect to the internet, "
        "or set MNIST_PATH to an mnist.npz you already have."
    )


def _download(mirror: str, folder: Path, progress: bool) -> Path:
    """Download into `folder`; give what `read_mnist` can read: the .npz, or the folder of IDX files."""
    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=(ANSWER_TIMEOUT_S, STALL_TIMEOUT_S))
    if mirror == KERAS_URL:
        return Path(pooch.retrieve(mirror, f"sha256:{KERAS_SHA256}", NPZ_NAME, folder, downloader=downloader))
    for stem, _, _ in ARRAYS.values():
        name = f"{stem}.gz"
        pooch.retrieve(mirror + name, f"md5:{IDX_GZ_MD5[stem]}", name, folder, downloader=downloader)
    return folder


def _first_answering(urls: Iterable[str]) -> str | None:
    """The first of `urls` to answer, asked all at once; None after a few seconds.

    Each is asked in a thread of its own that nobody waits for, because a name look-up in a network
    without internet may hang far longer than any timeout `requests` knows.
    """
    answers: Queue[str | None] = Queue()

    def ask(url: str) -> None:
        try:
            probe = url if url.endswith(".npz") else url + "train-labels-idx1-ubyte.gz"
            answered = requests.head(probe, timeout=ANSWER_TIMEOUT_S, allow_redirects=True).ok
        except requests.RequestException:
            answered = False
        answers.put(url if answered else None)

    asked = [threading.Thread(target=ask, args=(url,), daemon=True) for url in urls]
    for thread in asked:
        thread.start()
    deadline = time.monotonic() + ANSWER_TIMEOUT_S + 1
    for _ in asked:
        try:
            answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return None
        if answer is not None:
            return answer
    return None
