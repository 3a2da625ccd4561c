"""What the narrator knows of a training run, and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mnist_core.network import get_architecture

if TYPE_CHECKING:
    from mnist_core.configuration import TrainingConfig
    from mnist_core.results import EpochResult

PICTURES_FOR_UNITS = 300  # test pictures on which hidden units are looked at


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing the numbers show.

    Parameters
    ----------
    template : the sentence, with `{fields}`
    advice : what to try, with `{fields}`; "" where there is nothing to mend
    kind : what was seen: "diverging", "oscillating", …
    values : what the fields stand for
    good : whether it is good news
    """

    template: str
    advice: str = ""
    kind: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    good: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a run.

    Parameters
    ----------
    config : its settings
    history : one result an epoch
    initial : the evaluation before the first step
    diverged_at : the epoch in which the loss ceased to be a number
    confusion : (10, 10) of the test set, rows are the truth
    dead_units : hidden units silent for `PICTURES_FOR_UNITS` test pictures, of how many; see `count_dead_units`
    earlier : histories of earlier runs of the same kind
    """

    config: TrainingConfig
    history: Sequence[EpochResult] = ()
    initial: EpochResult | None = None
    diverged_at: int | None = None
    confusion: NDArray[np.int64] | None = None
    dead_units: tuple[int, int] | None = None
    earlier: Sequence[Sequence[EpochResult]] = ()

    @property
    def has_hidden_layers(self) -> bool:
        """Whether its network has any."""
        return get_architecture(self.config.architecture).has_hidden_layers

    def curve(self, name: str) -> NDArray[np.float64]:
        """One field of the history, as float64."""
        return np.array([getattr(result, name) for result in self.history], dtype=np.float64)
