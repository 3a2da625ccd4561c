"""Who reads the digits: the model that came with the app, or one of the visitor's own training runs."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core import Model
from mnist_core.errors import RunError
from mnist_core.messages import mark
from pages.components import state
from pages.components.language import _
from pages.components.runs.words import run_name

STARTER, STARTER_NAME = "starter", mark("Starter model")


@dataclass(frozen=True)
class Reader:
    """A model one can choose: `key` is for the address."""

    key: str
    name: str

    def model(self) -> Model | None:
        """The model as it is now; None if its run has gone."""
        if self.key == STARTER:
            return state.starter_model()
        try:
            return state.run_service().latest_model(self.key)
        except RunError:  # deleted in another tab
            return None


def readers() -> dict[str, Reader]:
    """Everyone who can read, by key: the starter first, then the visitor's runs, newest first.

    A run that is still training reads too, from its first batch on.
    """
    found = [Reader(STARTER, _(STARTER_NAME))]
    runs = sorted(state.run_service().list(state.visitor()), key=lambda run: run.created_at, reverse=True)
    for run in runs:
        if run.epoch > 0 or run.batch > 0:
            name = run_name(run)
            is_training = run.status == "running"
            found.append(Reader(run.id, _("{name} (still training)", name=name) if is_training else name))
    return {reader.key: reader for reader in found}


def percent(share: float) -> str:
    """A probability for people: no softmax is ever 1, even where a computer's number is."""
    if 0 < share < 0.01:
        return "<1%"
    if share > 0.99:
        return ">99%"
    return f"{share:.0%}"
