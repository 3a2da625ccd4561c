"""What can be wrong with the database of the runs: a sentence for each, and a damaged file is put aside."""

from __future__ import annotations

import errno
import logging
import sqlite3
import time
from pathlib import Path

from mnist_core.errors import MnistCoreError, RunError

logger = logging.getLogger(__name__)

_COMPANIONS = ("", "-wal", "-shm", "-journal")
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_FULL = {sqlite3.SQLITE_FULL}
_READ_ONLY = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
}  # a file that is there, too: its log cannot be made
_IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_damaged(error: BaseException) -> bool:
    """Whether SQLite says that its file is no database, or not a whole one; not: in use, full or read-only."""
    return bool(_codes(error) & _DAMAGED)


def is_in_use(error: BaseException) -> bool:
    """Whether SQLite says that another program holds its file."""
    return bool(_codes(error) & _IN_USE)


def is_of_all(error: BaseException) -> bool:
    """Whether the trouble is plainly the disk's or the file's; of any other the database has to be asked."""
    return bool(_codes(error) & (_DAMAGED | _FULL | _READ_ONLY | _IN_USE)) or _errno(error) is not None


def put_aside(file: Path) -> RunError:
    """Rename a damaged SQLite file, so that a new one can begin in its place; the sentence that tells visitors.

    Its write-ahead log goes with it: SQLite would play that into the new file.

    Raises
    ------
    OSError
        if the folder does not let it
    """
    name = f"{file.stem}-damaged-{time.strftime('%Y%m%d-%H%M%S')}{file.suffix}"
    for companion in _COMPANIONS:
        part = file.with_name(file.name + companion)
        if part.exists():
            part.rename(file.with_name(name + companion))
    logger.warning("%s is damaged. It is called %s now, and a new one begins.", file, name)
    return RunError("Earlier runs are missing: their file was damaged. New runs are kept as usual.")


def forget_deleted(file: Path) -> RunError:
    """Remove what is left beside a SQLite file that someone deleted; the sentence that tells visitors.

    Where another file has come to stand in its place, what is beside it is that one's.
    """
    if not file.exists():
        for companion in _COMPANIONS:
            file.with_name(file.name + companion).unlink(missing_ok=True)
    logger.warning("%s was deleted while it was in use. A new one begins.", file)
    return RunError("Earlier runs are missing: their file was deleted. New runs are kept as usual.")


def not_kept(error: Exception) -> MnistCoreError:
    """The sentence for a database that cannot be used."""
    codes = _codes(error)
    if codes & _FULL or _errno(error) == errno.ENOSPC:
        return RunError(
            "The disk is full: runs cannot be kept. They go on, and are lost when the server ends."
        )
    if codes & _READ_ONLY or _errno(error) in (errno.EACCES, errno.EPERM, errno.EROFS):
        return RunError(
            "Runs cannot be kept: their folder does not let the server write. They go on, and are lost when "
            "the server ends."
        )
    if is_in_use(error):
        return RunError(
            "Another program holds the file in which runs are kept. They go on, and are kept when it lets go."
        )
    return RunError(
        "Runs cannot be kept: the database does not work, and the server's log says why. They go on, and are lost "
        "when the server ends."
    )


def _driver_error(error: BaseException) -> BaseException:
    """What the database itself said, within what SQLAlchemy made of it."""
    original = getattr(error, "orig", None)
    return original if isinstance(original, BaseException) else error


def _codes(error: BaseException) -> set[int]:
    """SQLite's primary error code, if it is an error of SQLite."""
    code = getattr(_driver_error(error), "sqlite_errorcode", None)
    return set() if code is None else {code & 0xFF}


def _errno(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None
