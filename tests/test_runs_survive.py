"""Killed workers, killed servers: no run is lost, no process is left behind."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mnist_core import TrainingConfig
from mnist_core.runs.service import RunService

PROJECT = Path(__file__).parents[1]
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


@contextmanager
def dask(*arguments: str, place: Path = PROJECT) -> Iterator[None]:
    """The command, started in the checkout or elsewhere, and nothing else that would help it to find us."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [Path(sysconfig.get_path("scripts"), "dask"), *arguments, "--no-dashboard"]
    process = subprocess.Popen(command, cwd=place, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of one that stands by itself."""
    file = tmp_path / "scheduler.json"
    with dask("scheduler", "--scheduler-file", str(file), "--port", "0", "--host", "127.0.0.1"):
        wait_until(lambda: file.exists() and bool(file.read_text()))
        yield json.loads(file.read_text())["address"]


def dask_worker(scheduler: str, place: Path, scratch: Path) -> AbstractContextManager[None]:
    options = ("--nthreads", "1", "--local-directory", str(scratch), "--host", "127.0.0.1")
    return dask("worker", scheduler, *options, place=place)


def test_a_scheduler_and_a_worker_started_in_a_checkout_train(scheduler: str, tmp_path: Path) -> None:
    with dask_worker(scheduler, PROJECT, tmp_path):
        service = RunService(tmp_path, scheduler_address=scheduler)
        run = service.start(replace(ENDLESS, epochs=2), data="strokes", owner="ada")
        wait_until(lambda: service.snapshot(run).status in ("finished", "failed"))
        assert (service.snapshot(run).status, service.snapshot(run).message) == ("finished", "")
        service.close()


def test_a_worker_that_lacks_the_program_is_told_and_given_no_run_that_another_can_take(
    scheduler: str, tmp_path: Path
) -> None:
    service = RunService(tmp_path, scheduler_address=scheduler)
    run = service.start(replace(ENDLESS, epochs=2), data="strokes", owner="ada")
    with dask_worker(scheduler, tmp_path, tmp_path):
        wait_until(lambda: "do not have this program" in service.snapshot(run).message)
        assert service.snapshot(run).status == "queued"
        with dask_worker(scheduler, PROJECT, tmp_path):
            wait_until(lambda: service.snapshot(run).status in ("finished", "failed"))
            assert (service.snapshot(run).status, service.snapshot(run).message) == ("finished", "")
        service.close()


def processes_running(what: str) -> set[psutil.Process]:
    """The processes below this one with these words in their command line."""
    return {child for child in psutil.Process().children(recursive=True) if what in command_of(child)}


def cpu_seconds(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def has_checkpoint(service: RunService, run: str) -> bool:
    return "checkpoint" in zipfile.ZipFile(io.BytesIO(service.export_run(run))).namelist()


def is_told(service: RunService, run: str) -> bool:
    return "worker was lost" in service.snapshot(run).message


WORKER, SCHEDULER = "spawn_main", "distributed.Scheduler"


@pytest.fixture
def of_others() -> set[psutil.Process]:
    """Workers and schedulers of servers that other tests still have: not ours to kill."""
    return processes_running(WORKER) | processes_running(SCHEDULER)


@pytest.fixture
def service(of_others: set[psutil.Process], tmp_path: Path) -> Iterator[RunService]:
    service = RunService(tmp_path, workers=2)
    yield service
    service.close()


@pytest.fixture
def runs(service: RunService) -> list[str]:
    """Two that have a checkpoint to go back to."""
    runs = [service.start(ENDLESS, data="strokes", owner=owner) for owner in ("ada", "grace")]
    wait_until(lambda: all(has_checkpoint(service, run) for run in runs))
    return runs


@pytest.mark.slow
def test_a_killed_worker_is_noticed_and_its_run_goes_on_while_the_other_is_untouched(
    service: RunService,
    runs: list[str],
    of_others: set[psutil.Process],
    record_property: Callable[[str, object], None],
) -> None:
    max(processes_running(WORKER) - of_others, key=cpu_seconds).send_signal(signal.SIGKILL)
    noticed_after_s = wait_until(lambda: any(is_told(service, run) for run in runs))
    record_property("noticed_after_s", noticed_after_s)
    assert noticed_after_s < 20, "half a second on an idle machine"
    (victim,) = (run for run in runs if is_told(service, run))
    lost_at = service.snapshot(victim).epoch
    assert lost_at > 0
    (other,) = set(runs) - {victim}
    assert service.snapshot(other).status == "running"
    assert service.snapshot(other).message == ""
    wait_until(lambda: service.snapshot(victim).epoch > lost_at + 1)
    epochs = [result.epoch for result in service.snapshot(victim).history]
    assert epochs == list(range(1, len(epochs) + 1))


@pytest.mark.slow
def test_runs_go_on_when_the_scheduler_itself_is_killed(
    service: RunService, runs: list[str], of_others: set[psutil.Process]
) -> None:
    (scheduler,) = processes_running(SCHEDULER) - of_others
    scheduler.send_signal(signal.SIGKILL)
    wait_until(lambda: all(is_told(service, run) for run in runs))
    lost_at = [service.snapshot(run).epoch for run in runs]
    wait_until(
        lambda: all(service.snapshot(run).epoch > epoch for run, epoch in zip(runs, lost_at, strict=True))
    )


@pytest.mark.slow
def test_runs_that_train_when_the_server_ends_can_be_continued(
    service: RunService, runs: list[str], tmp_path: Path
) -> None:
    service.close()
    after = RunService(tmp_path)
    found = [after.snapshot(run) for run in runs]
    after.close()
    assert [snapshot.status for snapshot in found] == ["stopped", "stopped"]
    assert all(snapshot.can_continue and snapshot.epoch > 0 for snapshot in found)


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
