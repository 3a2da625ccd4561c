"""How fast we are beside the libraries people know: peers take turns with us in one run, medians are compared.

    pip install -r tests/benchmarks/requirements.txt
    MNIST_PATH=… pytest tests/benchmarks -m benchmark_peers -s

Each line printed is the ratio of our median to the peer's. Peers keep their own default number of threads; our
NumPy half uses one (see `mnist_core.threads`). Measure on an idle machine: other work delays those with two threads
most. Unset OPENBLAS_CORETYPE where it is set: it keeps NumPy from the kernels made for this processor.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pytest_benchmark", reason="needs tests/benchmarks/requirements.txt")
pytest.importorskip("sklearn", reason="needs tests/benchmarks/requirements.txt")
pytest.importorskip("torch", reason="needs tests/benchmarks/requirements.txt")

from threadpoolctl import threadpool_limits

from mnist_core.configuration import TrainingConfig
from mnist_core.data import load_dataset
from mnist_core.data.dataset import Dataset, Split
from mnist_core.drawing import rasterize_strokes
from mnist_core.results import BatchResult
from mnist_core.storage import load_starter_model
from mnist_core.training import Trainer
from tests.benchmarks import peers

pytestmark = [
    pytest.mark.benchmark_peers,
    pytest.mark.slow,
    pytest.mark.mnist,
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="set MNIST_PATH to a real mnist.npz"),
]
ADAM: dict[str, Any] = {"optimizer": "adam", "learning_rate": 0.001, "batch_size": 128, "epochs": 1000}
FULL_BATCH: dict[str, Any] = {"architecture": "softmax", "batch_size": "full", "epochs": 1000}
ROUNDS = int(os.environ.get("BENCHMARK_ROUNDS", "7"))


@pytest.fixture(scope="module")
def train() -> Split:
    return load_dataset("mnist").train


def part(split: Split, count: int) -> Split:
    return Split(split.images[:count], split.labels[:count])


class OurEpoch:
    """One epoch of training a call; the evaluation between epochs is done by `prepare`, which is not measured."""

    def __init__(self, split: Split, **settings: Any) -> None:
        self._trainer = Trainer(
            TrainingConfig(**settings), Dataset("mnist", "benchmark", split, part(split, 1))
        )

    def prepare(self) -> None:
        if self._trainer.batch == self._trainer.batches:
            next(self._trainer.events(chunk_seconds=math.inf))  # the whole evaluation

    def __call__(self) -> None:
        for event in self._trainer.events(chunk_seconds=math.inf):
            if isinstance(event, BatchResult) and event.batch == event.batches:
                return


def compare(benchmark: Any, name: str, ours: OurEpoch, peer: Callable[[], None], limit: float) -> None:
    """Take turns, print the ratio of the medians, and hold it under the limit."""
    peer_seconds = []

    def peers_turn() -> None:
        ours.prepare()
        if isinstance(peer, OurEpoch):
            peer.prepare()
        with threadpool_limits(limits=os.cpu_count(), user_api="blas"):
            started = time.perf_counter()
            peer()
            peer_seconds.append(time.perf_counter() - started)
        time.sleep(0.1)  # idle threads of a library go on spinning for a while

    benchmark.pedantic(ours, setup=peers_turn, rounds=ROUNDS, warmup_rounds=2)
    our_median, peer_median = benchmark.stats.stats.median, float(np.median(peer_seconds[2:]))
    ratio = our_median / peer_median
    benchmark.extra_info.update(ratio=ratio, peer_median=peer_median, limit=limit)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan
    print(
        f"\n{name}: {our_median:.3f} s / {peer_median:.3f} s = {ratio:.2f} (limit {limit}; load {load:.0f})"
    )
    assert ratio <= limit


MLP = partial(OurEpoch, architecture="mlp", **ADAM)
CNN = partial(OurEpoch, architecture="cnn", **ADAM)


def test_numpy_mlp_beside_scikit_learn(benchmark: Any, train: Split) -> None:
    compare(benchmark, "NumPy mlp / scikit-learn", MLP(train), peers.scikit_learn_mlp(train), 0.50)


def test_numpy_mlp_beside_torch(benchmark: Any, train: Split) -> None:
    compare(benchmark, "NumPy mlp / PyTorch", MLP(train), peers.torch_mlp(train), 0.90)


def test_tensorflow_mlp_beside_keras(benchmark: Any, train: Split) -> None:
    ours = MLP(train, backend="tensorflow")
    compare(benchmark, "TensorFlow mlp / Keras fit", ours, peers.keras_mlp(train), 0.35)


def test_full_batch_softmax_beside_the_post(benchmark: Any, train: Split) -> None:
    ours = OurEpoch(train, **FULL_BATCH)
    compare(benchmark, "NumPy full-batch softmax / the post", ours, peers.post_softmax(train), 0.13)


def test_numpy_cnn_beside_its_twin(benchmark: Any, train: Split) -> None:
    twin = CNN(part(train, 12_800), backend="tensorflow")
    compare(benchmark, "NumPy cnn / TensorFlow twin", CNN(part(train, 12_800)), twin, 2.5)


def test_tensorflow_cnn_beside_keras(benchmark: Any, train: Split) -> None:
    ours = CNN(part(train, 12_800), backend="tensorflow")
    peer = peers.keras_cnn(part(train, 12_800))
    compare(benchmark, "TensorFlow cnn / Keras fit", ours, peer, 0.9)


def test_one_drawing_is_read_in_three_milliseconds(benchmark: Any) -> None:
    model = load_starter_model()
    turns = np.linspace(0, 2 * np.pi, 60)
    zero = [np.stack([100 + 60 * np.cos(turns), 140 + 90 * np.sin(turns)], axis=1)]
    benchmark.pedantic(
        lambda: model.predict_proba(rasterize_strokes(zero)[None]), rounds=200, warmup_rounds=20
    )
    median = benchmark.stats.stats.median
    print(f"\nstrokes → ten probabilities: {1000 * median:.2f} ms (limit 3)")
    assert median <= 0.003


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from /proc")
def test_training_an_mlp_needs_little_memory() -> None:
    command = "import sys; from mnist_core.__main__ import main; code = main(sys.argv[1:]); "
    command += "print(open('/proc/self/status').read()); sys.exit(code)"
    options = ["train", "--architecture", "mlp", "--optimizer", "adam", "--epochs", "1", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", command, *options],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    peak = next(int(line.split()[1]) / 1024 for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    print(f"\npeak memory of a NumPy mlp training process: {peak:.0f} MB (limit 350)")
    assert peak <= 350
