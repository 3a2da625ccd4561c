"""What of a run goes into the database: an entry is what there is at one moment, `Written` what is there already."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mnist_core.checkpoint import Checkpoint
from mnist_core.results import EpochResult
from mnist_core.runs.packing import curves_to_bytes, facts_of
from mnist_core.runs.record import RunRecord
from mnist_core.storage import model_to_bytes


@dataclass
class Written:
    """What the database holds of a run: no need to write that again."""

    generation: int = 0
    rewinds: int = -1
    epochs: int = 0
    parts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RunEntry:
    """What is to be written of a run, taken at one moment."""

    row: dict[str, Any]
    history: list[EpochResult]
    generation: int
    rewinds: int
    parts: dict[str, object]

    @classmethod
    def of(cls, record: RunRecord, *, with_parameters: bool) -> RunEntry:
        """The entry of the record (lock held); parameters are large and need not be written each time."""
        row = {
            "id": record.id,
            "owner": record.owner,
            "status": record.status,
            "shared": record.shared,
            "created_at": record.created_at,
            "facts": json.dumps(facts_of(record)),
        }
        parts: dict[str, object] = {"curves": curves_to_bytes(record)}
        if with_parameters:
            large = {"model": record.model, "checkpoint": record.checkpoint, "beginning": record.beginning}
            parts |= {kind: part for kind, part in large.items() if part is not None}
        return cls(row, list(record.history), record.generation, record.rewinds, parts)


PACKERS: dict[str, Callable[[Any], bytes]] = {
    "curves": lambda curves: curves,
    "model": model_to_bytes,
    "checkpoint": Checkpoint.to_bytes,
    "beginning": Checkpoint.to_bytes,
}
