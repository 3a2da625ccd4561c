"""The Dask cluster the runs train on: our own on this machine, or an existing scheduler elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import site
import sys
import tempfile
import uuid
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

from distributed import Client
from distributed.deploy.spec import SpecCluster
from distributed.deploy.subprocess import SubprocessScheduler, SubprocessWorker

from mnist_core.errors import RunError
from mnist_core.runs import guard
from mnist_core.runs.worker import run_ticket

START_SECONDS = 120.0  # for a process of ours to start
CONNECT_SECONDS = 10.0  # for a scheduler to answer
LOOK_SECONDS = 3.0  # for one look at the workers
LOOKS_TRIED = 3  # before the connection is thought broken
_LOOPBACK = "127.0.0.1"
_CALM = {  # Dask's processes look after themselves up to a hundred times a second: time that training wants
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__MONITOR_INTERVAL": "500ms",
}


class RunCluster:
    """A connection to a scheduler, and the scheduler with its workers where they are ours.

    Used as an asynchronous context manager, on the loop that uses `client`.

    Parameters
    ----------
    scheduler_address : an existing scheduler ("tcp://host:8786"); None starts one on this machine
    workers : worker processes to start on this machine
    """

    client: Any

    def __init__(self, scheduler_address: str | None, workers: int) -> None:
        self._address = scheduler_address
        self._workers = workers
        self._cluster: Any = None
        self._has_us: dict[str, bool] = {}  # by address: whether that worker can import this package

    async def __aenter__(self) -> RunCluster:
        try:
            if self._address is None:
                self._cluster = await _local_cluster(self._workers)
            self.client = Client(
                self._address or self._cluster,
                asynchronous=True,
                set_as_default=False,
                timeout=CONNECT_SECONDS,
            )
            await self.client
            if self._address is not None:
                await _let_find_us(self.client)
                await self.tasks()
        except RunError:
            await self.__aexit__(None, None, None)
            raise
        except Exception as error:  # whatever answers there need not be a scheduler
            await self.__aexit__(None, None, None)
            if self._address is None:
                raise RunError(
                    "The training workers could not be started: perhaps this machine has no memory or disk space "
                    "left. The server's log says more."
                ) from error
            raise RunError(
                "No Dask scheduler answers at {address}. Start one with “dask scheduler”, or unset "
                "DASK_SCHEDULER_ADDRESS to train on this machine.",
                address=self._address,
            ) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if getattr(self, "client", None) is not None:
            with contextlib.suppress(Exception):  # whatever state the connection is in
                await self.client.close(timeout=2)
        if self._cluster is not None:
            await _close(self._cluster)

    async def tasks(self) -> dict[str, Any]:
        """What every worker that has this package is doing, by its address.

        One look that fails is not yet a broken connection, unless our own scheduler has ended.

        Raises
        ------
        OSError
            if the scheduler does not answer any more
        RunError
            if there are workers, and none of them has this package
        """
        for _ in range(LOOKS_TRIED - 1):
            if self._cluster is not None and _has_ended(self._cluster.scheduler):
                raise ConnectionError("The scheduler has ended.")
            with contextlib.suppress(OSError):  # a TimeoutError is one, too
                return await self._look()
        return await self._look()

    async def _look(self) -> dict[str, Any]:
        tasks: dict[str, Any] = await asyncio.wait_for(self.client.processing(), LOOK_SECONDS)
        return tasks if self._address is None else await self._with_us(tasks)

    async def _with_us(self, tasks: dict[str, Any]) -> dict[str, Any]:
        """The workers that have this package; one that has not would end over the first run it is given."""
        self._has_us = {address: has_us for address, has_us in self._has_us.items() if address in tasks}
        strangers = list(tasks.keys() - self._has_us.keys())
        if strangers:
            ask = partial(self.client.run, workers=strangers, on_error="return")
            await ask(site.addsitedir, os.curdir)  # one that has just joined may not have been told yet
            replies = await asyncio.wait_for(ask(import_module, run_ticket.__module__), LOOK_SECONDS)
            for address, reply in replies.items():
                self._has_us[address] = not isinstance(reply, ImportError)
        if tasks and not any(self._has_us.values()):
            raise _lacking()
        return {address: keys for address, keys in tasks.items() if self._has_us.get(address)}
        return tasks

    def replace_dead_workers(self) -> None:
        """Start workers again whose nanny has ended too (a nanny restarts its worker by itself)."""
        if self._cluster is None:
            return
        dead = [name for name, worker in self._cluster.workers.items() if _has_ended(worker)]
        for name in dead:
            del self._cluster.workers[name]
        if dead:
            self._cluster.scale(self._workers)


async def _let_find_us(client: Any) -> None:
    """Let those who were started in a checkout import from it: the command `dask` does not look where it is."""
    await client.run_on_scheduler(site.addsitedir, os.curdir)
    await client.register_worker_callbacks(partial(site.addsitedir, os.curdir))
    try:
        await client.run_on_scheduler(import_module, run_ticket.__module__)
    except ImportError as error:
        raise _lacking() from error


def _lacking() -> RunError:
    return RunError(
        "The Dask scheduler or its workers do not have this program. Start each of them in a checkout of it, with "
        "what requirements.txt lists installed."
    )


async def _close(cluster: Any) -> None:
    servers = [cluster.scheduler, *cluster.workers.values()]
    if _has_ended(cluster.scheduler):  # there is nobody to say goodbye to
        await cluster.scheduler.close()
        cluster.shutdown_scheduler = False
    with contextlib.suppress(Exception):
        await cluster.close(timeout=5)
    for server in servers:
        _kill(server)


def _kill(server: Any) -> None:
    """End what an orderly close has left, with its children: they share a session of their own."""
    if server is not None and server.process is not None and server.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.process.pid, signal.SIGKILL)


def _has_ended(server: Any) -> bool:
    return server.process is not None and server.process.returncode is not None


async def _local_cluster(workers: int) -> Any:
    """A `SubprocessCluster` in all but two things: its processes are guarded, and their pipes never fill."""
    scratch = os.path.join(tempfile.gettempdir(), f"mnist-runs-{os.getuid()}")
    scheduler = {"host": _LOOPBACK, "port": 0, "dashboard": False, "dashboard_address": f"{_LOOPBACK}:0"}
    worker = {
        "host": _LOOPBACK,
        "nthreads": 1,
        "dashboard": False,
        "local_directory": scratch,
        "silence_logs": logging.CRITICAL,
        "death_timeout": START_SECONDS,
        "memory_limit": f"{0.9 / workers:.2f}",
        "preload_nanny": guard.__name__,
    }
    options = {"worker_class": "distributed.Nanny", "worker_kwargs": worker}
    spec = {"cls": _Worker, "options": options}
    return await SpecCluster(
        workers=dict.fromkeys(range(workers), spec),
        worker=spec,
        scheduler={
            "cls": _Scheduler,
            "options": {"scheduler_kwargs": {**scheduler, "preload": guard.__name__}},
        },
        asynchronous=True,
        silence_logs=logging.CRITICAL,
        name="mnist-runs",
    )


class _Scheduler(SubprocessScheduler):  # type: ignore[misc]
    async def _start(self) -> None:
        file = Path(tempfile.gettempdir(), f"mnist-scheduler-{uuid.uuid4()}")
        options = {**self.scheduler_kwargs, "scheduler_file": str(file)}
        self.process = await _spawn({"cls": "distributed.Scheduler", "opts": options})
        try:
            self.address = await asyncio.wait_for(self._read_address(file), START_SECONDS)
        finally:
            file.unlink(missing_ok=True)

    async def _read_address(self, file: Path) -> str:
        while self.process.returncode is None:
            try:
                return str(json.loads(file.read_text())["address"])
            except (OSError, ValueError):
                await asyncio.sleep(0.02)
        raise RuntimeError(f"the scheduler ended with code {self.process.returncode}")


class _Worker(SubprocessWorker):  # type: ignore[misc]
    async def _start(self) -> None:
        options = {**self.worker_kwargs}
        self.process = await _spawn({"cls": self.worker_class, "opts": options}, self.scheduler)

    async def close(self) -> None:
        """End nanny and worker in one blow: one by one, Dask stumbles over a worker that is just dying."""
        _kill(self)
        if self.process is not None:
            await self.process.wait()
        await super().close()


async def _spawn(spec: dict[str, Any], *arguments: str) -> asyncio.subprocess.Process:
    """Start a Dask server in its own session, so that Ctrl+C in the terminal leaves the ending to us."""
    command = [sys.executable, "-m", "dask", "spec", *arguments, "--spec", json.dumps(spec)]
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    package_parent = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH")]))
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "DASK_LOGGING__DISTRIBUTED": "critical",
        **_CALM,
        "DASK_DISTRIBUTED__SCHEDULER__REUSE_BROADCAST_COMM": "True",
        **os.environ,
        "PYTHONPATH": path,
        guard.PARENT_VARIABLE: str(os.getpid()),
    }
