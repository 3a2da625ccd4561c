"""Who gets a worker next, and who gives one back: fair between owners, in order of arrival within one owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_core.runs.record import RunRecord
    from mnist_core.runs.turn import Turn

GREEDY_SECONDS = 2.0  # a run may keep its worker, whatever else its owner has
SLICE_SECONDS = 30.0  # a run may keep its worker while another owner waits


def fair_order(
    waiting: Iterable[RunRecord], running_by_owner: Mapping[str, int], served_at: Mapping[str, float]
) -> list[RunRecord]:
    """The waiting runs, the next one first.

    Each owner's runs keep their order of arrival. An owner's nth run (those that run already counted) comes
    after every other owner's runs with a smaller n; among equals the owner who has waited longest since being
    served last comes first.
    """
    nth: Counter[str] = Counter(dict(running_by_owner))
    arrivals = sorted(waiting, key=lambda run: run.queued_at)
    ranks = {}
    for run in arrivals:
        ranks[run.id] = nth[run.owner], served_at.get(run.owner, 0.0), run.queued_at, run.id
        nth[run.owner] += 1
    return sorted(arrivals, key=lambda run: ranks[run.id])


def turn_to_release(turns: Sequence[Turn], waiting: RunRecord, now: float) -> Turn | None:
    """Which turn is to hand back its worker for `waiting`; None while one is about to, or where none has to.

    The oldest one whose run is held still, whose owner has more than a fair share of the workers for longer than
    a moment, or that has had its slice of time while another owner waits.

    Parameters
    ----------
    turns : those on a worker now
    now : on the clock of `Turn.started_at`
    """
    if any(turn.is_releasing for turn in turns):
        return None
    share = Counter(turn.record.owner for turn in turns)
    for turn in sorted(turns, key=lambda turn: turn.started_at):
        owner, age_s = turn.record.owner, now - turn.started_at
        is_greedy = share[owner] > share[waiting.owner] + 1 and age_s > GREEDY_SECONDS
        has_had_its_time = owner != waiting.owner and age_s > SLICE_SECONDS
        if turn.record.status == "paused" or is_greedy or has_had_its_time:
            return turn
    return None
