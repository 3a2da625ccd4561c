"""Where the app keeps what it makes and fetches."""

from __future__ import annotations

import os
from pathlib import Path

import pooch


def mnist_home() -> Path:
    """The folder for downloads, generated digits, runs and drawings: `MNIST_HOME`, or the user's cache.

    It need not exist yet.
    """
    chosen = os.environ.get("MNIST_HOME")
    return Path(chosen).expanduser() if chosen else Path(pooch.os_cache("mnist-lab"))
