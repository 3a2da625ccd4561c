"""Keeps runs, and how far each visitor is in the lesson, in a database.

That is SQLite under `MNIST_HOME`, or whatever a SQLAlchemy URL names.
Whoever asks reads. One thread writes (see `writer`), in small transactions, what has changed since.
"""

from __future__ import annotations

import json
import logging
import platform
import sqlite3
import time
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sql
from sqlalchemy.pool import ConnectionPoolEntry

from mnist_core.checkpoint import Checkpoint
from mnist_core.errors import MnistCoreError, RunError
from mnist_core.results import EpochResult
from mnist_core.runs.damage import is_in_use, not_kept
from mnist_core.runs.entry import PACKERS, RunEntry, Written
from mnist_core.runs.packing import THIS_SERVER, put_curves, record_from, started_at_s
from mnist_core.runs.record import UNFINISHED, RunRecord
from mnist_core.storage import model_from_bytes

logger = logging.getLogger(__name__)

FILE_NAME = "runs.sqlite"
OPEN_SECONDS = 1.0  # for another program to let go of the file: pages wait meanwhile

_tables = sql.MetaData()
_runs = sql.Table(
    "runs",
    _tables,
    sql.Column("id", sql.String(32), primary_key=True),
    sql.Column("owner", sql.String(64), index=True, nullable=False),
    sql.Column("status", sql.String(16), nullable=False),
    sql.Column("shared", sql.Boolean, nullable=False),
    sql.Column("created_at", sql.Float, nullable=False),
    sql.Column("facts", sql.Text, nullable=False),
)
_epochs = sql.Table(
    "run_epochs",
    _tables,
    sql.Column("run_id", sql.String(32), primary_key=True),
    sql.Column("epoch", sql.Integer, primary_key=True),
    sql.Column("result", sql.Text, nullable=False),
)
_parts = sql.Table(
    "run_parts",
    _tables,
    sql.Column("run_id", sql.String(32), primary_key=True),
    sql.Column("kind", sql.String(16), primary_key=True),
    sql.Column("content", sql.LargeBinary, nullable=False),
)
_visitors = sql.Table(
    "visitors",
    _tables,
    sql.Column("owner", sql.String(64), primary_key=True),
    sql.Column("progress", sql.Text, nullable=False),
)
_NOBODY = ""
_TABLES_OF_A_RUN = ((_runs, _runs.c.id), (_epochs, _epochs.c.run_id), (_parts, _parts.c.run_id))


class RunStore:
    """The database of one server's runs.

    Parameters
    ----------
    home : folder of the SQLite file
    url : another database

    Raises
    ------
    RunError
        where the database cannot be opened
    """

    def __init__(self, home: Path, url: str | None = None) -> None:
        try:
            if url is None:
                home.mkdir(parents=True, exist_ok=True)
                url = f"sqlite:///{home / FILE_NAME}"
            self._engine = sql.create_engine(url, pool_pre_ping=True)
            if self._engine.dialect.name == "sqlite":
                sql.event.listen(self._engine, "connect", _set_up_sqlite)
            self._make_tables()
        except (OSError, sql.exc.SQLAlchemyError, ModuleNotFoundError) as error:
            raise not_kept(error) from error

    def _make_tables(self) -> None:
        """Where they are not there yet; `create_all` would stumble over another server that makes them just now."""
        with self._engine.begin() as connection:
            for table in _tables.sorted_tables:
                connection.execute(sql.schema.CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(sql.schema.CreateIndex(index, if_not_exists=True))

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    # --- reading ----------------------------------------------------------------------------------

    def load_owned(self, owner: str) -> list[RunRecord]:
        """The owner's runs, oldest first, without parameters."""
        return self._load(_runs.c.owner == owner)

    def load_one(self, run_id: str) -> RunRecord | None:
        """One run, without parameters."""
        return next(iter(self._load(_runs.c.id == run_id)), None)

    def load_parameters(self, record: RunRecord) -> None:
        """Give the record its model, checkpoint and beginning, where they are kept and it has none."""
        query = sql.select(_parts.c.kind, _parts.c.content).where(_parts.c.run_id == record.id)
        with self._engine.connect() as connection:
            parts = {row.kind: row.content for row in connection.execute(query)}
        if "model" in parts and record.model is None:
            record.model = model_from_bytes(parts["model"])
        for kind in ("checkpoint", "beginning"):
            if kind in parts and getattr(record, kind) is None:
                setattr(record, kind, Checkpoint.from_bytes(parts[kind]))
        record.is_unloaded = False

    def load_progress(self, owner: str) -> str:
        """What `write_progress` wrote last; "" where it never did."""
        query = sql.select(_visitors.c.progress).where(_visitors.c.owner == owner)
        with self._engine.connect() as connection:
            return connection.scalar(query) or ""

    def _load(self, which: sql.ColumnElement[bool]) -> list[RunRecord]:
        with self._engine.connect() as connection:
            rows = connection.execute(sql.select(_runs).where(which).order_by(_runs.c.created_at)).all()
            found = (self._load_sound_row(connection, row) for row in rows)
            return [record for record in found if record is not None]

    def _load_sound_row(self, connection: sql.Connection, row: Any) -> RunRecord | None:
        """The run; None where another server has it, or where it is not as we wrote it: the others are shown."""
        try:
            if row.status in UNFINISHED and _is_alive_elsewhere(json.loads(row.facts)["server"]):
                return None
            return self._load_row(connection, row)
        except (MnistCoreError, ValueError, KeyError, TypeError, AttributeError):
            logger.warning("The run %s in the database is damaged, and is not shown.", row.id, exc_info=True)
            return None

    def _load_row(self, connection: sql.Connection, row: Any) -> RunRecord:
        record = record_from(json.loads(row.facts), run_id=row.id, owner=row.owner)
        record.shared = row.shared
        results = sql.select(_epochs.c.result).where(_epochs.c.run_id == row.id).order_by(_epochs.c.epoch)
        record.history = [EpochResult(**json.loads(text)) for text in connection.scalars(results)]
        curves = sql.select(_parts.c.content).where(_parts.c.run_id == row.id, _parts.c.kind == "curves")
        content = connection.scalar(curves)
        if content is not None:
            put_curves(record, content)
        record.is_unloaded = True
        if record.status in UNFINISHED:
            self._recover(record)
        return record

    def _recover(self, record: RunRecord) -> None:
        """The server this run was on has ended: it goes on from its last checkpoint, if someone asks."""
        self.load_parameters(record)
        record.rewind()
        record.status = "stopped"
        record.error = RunError(
            "The server was restarted while this run trained. It can go on from epoch {epoch}.",
            epoch=record.epoch,
        )

    # --- writing ----------------------------------------------------------------------------------

    def write(self, entry: RunEntry, written: Written) -> Written:
        """Write what is new in a run since `written`; what is written then."""
        run_id, epochs, parts = entry.row["id"], written.epochs, written.parts
        with self._engine.begin() as connection:
            connection.execute(sql.delete(_runs).where(_runs.c.id == run_id))
            connection.execute(sql.insert(_runs).values(entry.row))
            if entry.generation != written.generation:
                connection.execute(sql.delete(_parts).where(_parts.c.run_id == run_id))
                parts = {}
            if entry.rewinds != written.rewinds:
                connection.execute(sql.delete(_epochs).where(_epochs.c.run_id == run_id))
                connection.execute(
                    sql.delete(_parts).where(_parts.c.run_id == run_id, _parts.c.kind == "model")
                )
                epochs, parts = 0, {kind: part for kind, part in parts.items() if kind != "model"}
            self._write_epochs(connection, run_id, entry.history[epochs:])
            for kind, part in entry.parts.items():
                if parts.get(kind) is not part:
                    self._write_part(connection, run_id, kind, part)
        return Written(entry.generation, entry.rewinds, len(entry.history), {**parts, **entry.parts})

    def _write_epochs(self, connection: sql.Connection, run_id: str, results: list[EpochResult]) -> None:
        rows = [
            {"run_id": run_id, "epoch": result.epoch, "result": json.dumps(result.to_dict())}
            for result in results
        ]
        if rows:
            connection.execute(sql.insert(_epochs), rows)

    def _write_part(self, connection: sql.Connection, run_id: str, kind: str, part: Any) -> None:
        connection.execute(sql.delete(_parts).where(_parts.c.run_id == run_id, _parts.c.kind == kind))
        content = {"run_id": run_id, "kind": kind, "content": PACKERS[kind](part)}
        connection.execute(sql.insert(_parts).values(content))

    def write_progress(self, owner: str, progress: str) -> None:
        """Write how far the owner is in the lesson, in place of what was there."""
        with self._engine.begin() as connection:
            connection.execute(sql.delete(_visitors).where(_visitors.c.owner == owner))
            connection.execute(sql.insert(_visitors).values(owner=owner, progress=progress))

    def check_writable(self) -> None:
        """Write next to nothing, and take it back: an error where the database takes nothing at all."""
        with self._engine.begin() as connection:
            connection.execute(sql.insert(_visitors).values(owner=_NOBODY, progress=""))
            connection.execute(sql.delete(_visitors).where(_visitors.c.owner == _NOBODY))

    def delete(self, run_id: str) -> None:
        """Forget a run."""
        with self._engine.begin() as connection:
            for table, key in _TABLES_OF_A_RUN:
                connection.execute(sql.delete(table).where(key == run_id))


def _is_alive_elsewhere(server: str) -> bool:
    """Whether the server process that wrote this still runs here, and is another than this one."""
    host, process, started_at = server.rsplit(":", 2)
    if server == THIS_SERVER or host != platform.node():
        return False
    try:
        return abs(started_at_s(psutil.Process(int(process))) - float(started_at)) < 0.1
    except (psutil.Error, ValueError):
        return False


def _set_up_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.execute(f"PRAGMA busy_timeout={1000 * OPEN_SECONDS:.0f}")
    _write_ahead(connection)
    for pragma in ("synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: Any) -> None:
    """Two servers that begin the same file are in each other's way for a moment, and SQLite does not wait then."""
    until = time.monotonic() + OPEN_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_in_use(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
