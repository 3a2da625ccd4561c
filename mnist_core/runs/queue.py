"""Who is next: fair between owners, in order of arrival within one owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol


class Queued(Protocol):
    """What the queue needs to know of a run."""

    @property
    def id(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def queued_at(self) -> float: ...


def fair_order(
    waiting: Iterable[Queued], running_by_owner: Mapping[str, int], served_at: Mapping[str, float]
) -> list[str]:
    """Ids of the waiting runs, the next one first.

    Each owner's runs keep their order of arrival. An owner's nth run (those that run already counted) comes
    after every other owner's runs with a smaller n; among equals the owner who has waited longest since being
    served last comes first.
    """
    turn: Counter[str] = Counter(dict(running_by_owner))
    ranked = []
    for run in sorted(waiting, key=lambda run: run.queued_at):
        ranked.append((turn[run.owner], served_at.get(run.owner, 0.0), run.queued_at, run.id))
        turn[run.owner] += 1
    return [identity for *_, identity in sorted(ranked)]
