"""The database of the runs while the server is up: opened when first needed, begun anew when its file is lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_core.errors import MnistCoreError, RunError
from mnist_core.runs.damage import forget_deleted, is_damaged, put_aside

if TYPE_CHECKING:
    from mnist_core.runs.store import RunStore

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10.0  # after the database could not be opened, or read


class RunDatabase:
    """Holds the open store. Thread-safe; used without the lock, or with it.

    Parameters
    ----------
    changed : the lock around the service's runs
    home, url : as for `RunStore`
    on_new_file : called, with the lock held, when a new file takes the place of the one written to so far

    Attributes
    ----------
    trouble : why runs are not kept just now, or None
    notice : that a damaged file was put aside, or a deleted one replaced, or None
    """

    def __init__(
        self, changed: threading.Condition, home: Path, url: str | None, on_new_file: Callable[[], None]
    ) -> None:
        self._changed, self._on_new_file = changed, on_new_file
        self._home, self._url = home, url
        self._store: RunStore | None = None
        self._inode: int | None = None  # of the file that is open: another one may come to stand in its place
        self._opening = threading.Lock()
        self._failed_at = -1e9
        self.trouble: MnistCoreError | None = None
        self.notice: MnistCoreError | None = None

    def store(self) -> RunStore | None:
        """The open store, or None while it cannot be had."""
        with self._opening:
            if self._store is None and time.monotonic() - self._failed_at > RETRY_SECONDS:
                self._open()
            return self._store

    def heal(self, store: RunStore, error: Exception) -> bool:
        """The store has failed: whether that was because its file is damaged, so that a new one begins."""
        with self._changed, self._opening:
            if store is self._store and self._put_aside(error):
                self._begin_anew(store)
            return store is not self._store

    def replace_deleted(self) -> None:
        """Begin a new file where someone deleted ours: what is written to that one is gone with the server."""
        with self._changed, self._opening:
            if self._store is None or self._url is not None or self._find_inode() == self._inode:
                return
            self.notice = forget_deleted(self._file)
            self._begin_anew(self._store)

    def complain(self, trouble: MnistCoreError, cause: BaseException | None) -> None:
        """Runs cannot be kept just now: logged when it begins, or becomes another."""
        if str(self.trouble) != str(trouble):
            logger.warning("%s (%s)", trouble, cause)
        self.trouble = trouble

    def close(self) -> None:
        """Give the connections back."""
        if self._store is not None:
            self._store.close()

    def _open(self, *, is_second_try: bool = False) -> None:
        from mnist_core.runs.store import RunStore

        try:
            self._store = RunStore(self._home, self._url)
            self._inode = self._find_inode()
            self.trouble = None
        except RunError as error:
            if not is_second_try and self._put_aside(error.__cause__):
                self._open(is_second_try=True)
                return
            self._failed_at = time.monotonic()
            self.complain(error, error.__cause__)

    def _begin_anew(self, store: RunStore) -> None:
        """Its file is no longer there: the next to ask opens a new one (both locks held)."""
        store.close()
        self._store = None
        self._on_new_file()

    def _put_aside(self, error: BaseException | None) -> bool:
        """Whether the file is ours and damaged, and there is room for a new one now."""
        if self._url is not None or error is None or not (is_damaged(error) or self._file.is_dir()):
            return False
        try:
            self.notice = put_aside(self._file)
        except OSError:
            logger.warning("The damaged %s cannot be renamed.", self._file, exc_info=True)
            return False
        return True

    def _find_inode(self) -> int | None:
        try:
            return self._file.stat().st_ino
        except OSError:
            return None

    @property
    def _file(self) -> Path:
        from mnist_core.runs.store import FILE_NAME

        return self._home / FILE_NAME
