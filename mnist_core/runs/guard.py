"""Preloaded into the local scheduler and the nannies: they end when the process that started them is gone.

A server that is killed outright (SIGKILL, out of memory) cannot clean up after itself. A worker process
ends with its nanny, by Dask's own doing.
"""

from __future__ import annotations

import os
import threading
import time

PARENT_VARIABLE = "MNIST_RUNS_PARENT"
_CHECK_SECONDS = 0.5


def dask_setup(server: object) -> None:
    """Dask calls this when the scheduler or nanny has started."""
    parent = int(os.environ.get(PARENT_VARIABLE, "0"))
    if parent:
        threading.Thread(target=_end_with, args=(parent,), name="parent-watch", daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_CHECK_SECONDS)
    os._exit(0)
