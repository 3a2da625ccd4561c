"""Killed workers, killed servers: no run is lost, no process is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mnist_core import TrainingConfig
from mnist_core.runs.service import RunService

PATIENCE_SECONDS = 120.0
ENDLESS = TrainingConfig(training_images=500, batch_size=50, epochs=100_000)

SERVER = """
import sys, time
from pathlib import Path
from mnist_core import TrainingConfig
from mnist_core.runs.service import RunService

if __name__ == "__main__":
    service = RunService(Path(sys.argv[1]), workers=1)
    config = TrainingConfig(training_images=500, batch_size=50, epochs=100_000)
    run = service.start(config, data="strokes", owner="ada")
    while service.snapshot(run).epoch < 3:
        time.sleep(0.05)
    time.sleep(3)
    print(run, flush=True)
    time.sleep(600)
"""


def wait_until(is_reached: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> float:
    """Seconds it took."""
    started_at = time.monotonic()
    while not is_reached():
        assert time.monotonic() - started_at < seconds
        time.sleep(0.02)
    return time.monotonic() - started_at


def worker_processes() -> list[psutil.Process]:
    """The busy worker processes below this one, not their nannies."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(_command(child))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.slow
def test_a_killed_worker_is_noticed_and_its_run_goes_on_while_the_other_is_untouched(tmp_path: Path) -> None:
    service = RunService(tmp_path, workers=2)
    try:
        runs = [service.start(ENDLESS, data="strokes", owner=owner) for owner in ("ada", "grace")]
        wait_until(lambda: all(service.snapshot(run).epoch > 3 for run in runs))
        time.sleep(3)  # for a checkpoint
        max(worker_processes(), key=lambda process: sum(process.cpu_times()[:2])).send_signal(signal.SIGKILL)

        def told() -> list[str]:
            return [run for run in runs if "worker was lost" in service.snapshot(run).message]

        noticed_after_s = wait_until(lambda: bool(told()))
        (victim,) = told()
        lost_at = service.snapshot(victim).epoch
        assert lost_at > 0
        assert noticed_after_s < 5
        (other,) = set(runs) - {victim}
        assert service.snapshot(other).status == "running"
        wait_until(lambda: service.snapshot(victim).epoch > lost_at + 1)
        epochs = [result.epoch for result in service.snapshot(victim).history]
        assert epochs == list(range(1, len(epochs) + 1))
    finally:
        service.close()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_server_leaves_no_process_and_its_run_can_be_continued(
    tmp_path: Path, how: signal.Signals
) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    root = Path(__file__).parents[1]
    server = subprocess.Popen(
        [sys.executable, str(tmp_path / "server.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdout is not None
        run = server.stdout.readline().strip()
        children = psutil.Process(server.pid).children(recursive=True)
        assert len(children) >= 3
        server.send_signal(how)
    _gone, alive = psutil.wait_procs(children, timeout=15)
    assert alive == []
    service = RunService(tmp_path)
    snapshot = service.snapshot(run)
    service.close()
    assert snapshot.status == "stopped"
    assert snapshot.can_continue
    assert snapshot.epoch >= 1
