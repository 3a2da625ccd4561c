"""How long a queue of runs takes on 1, 2 and 4 workers of a separate Dask scheduler, and that none is lost.

    python tests/benchmarks/bench_runs.py [--runs 32] [--workers 1 2 4] [--epochs 3]

Every worker is a `dask worker` process of its own, started as on another machine. With more workers than cores
the time cannot fall further.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mnist_core import TrainingConfig
from mnist_core.runs.service import RunService


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def dask(*arguments: str) -> Iterator[None]:
    """A `dask …` process for as long as the block."""
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        env={**os.environ, "PYTHONPATH": root},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def measure(runs: int, workers: int, config: TrainingConfig) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with contextlib.ExitStack() as stack:
        port = address.rsplit(":", 1)[1]
        stack.enter_context(dask("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"))
        for _ in range(workers):
            stack.enter_context(dask("worker", address, "--nthreads", "1", "--no-dashboard"))
        home = stack.enter_context(tempfile.TemporaryDirectory())
        service = RunService(Path(home), scheduler_address=address)
        stack.callback(service.close)
        warm = [service.start(config, data="strokes", owner=f"w{n}") for n in range(workers * 2)]
        wait_for_all(service, warm)
        started_at = time.perf_counter()
        queued = [service.start(config, data="strokes", owner=f"owner {n % 8}") for n in range(runs)]
        wait_for_all(service, queued)
        elapsed_s = time.perf_counter() - started_at
        statuses = [service.snapshot(run).status for run in queued]
        epochs = {len(service.snapshot(run).history) for run in queued}
        print(
            f"{workers} workers: {statuses.count('finished')} of {runs} finished, "
            f"epochs {epochs}, {elapsed_s:.1f} s",
            flush=True,
        )


def wait_for_all(service: RunService, runs: list[str]) -> None:
    while any(service.snapshot(run).is_unfinished for run in runs):
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=32)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args()
    config = TrainingConfig(epochs=options.epochs, training_images=1000)
    for workers in options.workers:
        measure(options.runs, workers, config)


if __name__ == "__main__":
    main()
