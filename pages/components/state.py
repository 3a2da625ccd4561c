"""What outlives one script run: the visitor, the loaded data, the starter model, the training runs.

The only place that touches `st.cache_*`.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

import streamlit as st

import mnist_core
from mnist_core.errors import DataError, MnistCoreError, RunError

if TYPE_CHECKING:  # loaded when first used: the first page does not wait for them
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from mnist_core import Dataset, Model, RunService, Split
    from mnist_core.statistics import SplitStatistics

VISITOR_KEY = "visitor"
HELD_PROGRESS_KEY = "lesson_progress_held"
VISITOR_PATTERN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class ActiveData:
    """The data set in use, and why it is not the one that was asked for, if so."""

    dataset: Dataset
    problem: MnistCoreError | None = None


@st.cache_resource(show_spinner=False)
def active_data() -> ActiveData:
    """The best data set there is. A broken `MNIST_PATH` is told, and the class goes on with the strokes."""
    try:
        return ActiveData(mnist_core.load_dataset("auto"))
    except DataError as error:
        return ActiveData(mnist_core.load_dataset("strokes"), problem=error)


@st.cache_resource(show_spinner=False)
def _named_dataset(source: str) -> Dataset:
    return mnist_core.load_dataset(source)


def dataset(source: str = "auto") -> Dataset:
    """The data set of that name, loaded once for all visitors."""
    active = active_data().dataset
    return active if source in ("auto", active.name) else _named_dataset(source)


@st.cache_resource(show_spinner=False)
def starter_model() -> Model:
    """The small model that comes with the app, so that drawing works at once."""
    return mnist_core.load_starter_model()


@st.cache_resource(show_spinner=False)
def _run_service() -> RunService:
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    return mnist_core.RunService(mnist_core.mnist_home(), scheduler_address=address)


def run_service() -> RunService:
    """The training runs of everyone on this server. It learns that this visitor is there."""
    return _presence(visitor())[0]


@st.cache_resource(
    show_spinner=False, scope="session", on_release=lambda presence: presence[0].detach(presence[1])
)
def _presence(owner: str) -> tuple[RunService, str]:
    """Held while the tab is open; after it, the visitor's unfinished runs go on for a few minutes only."""
    service = _run_service()
    service.attach(owner)
    return service, owner


def _learned(model: Model) -> tuple[str, str, float, bytes]:
    """All that its answers depend on: a run may be back at an epoch with other parameters."""
    return model.architecture, model.pixel_range, model.temperature, model.parameter_vector.tobytes()


@st.cache_resource(show_spinner=False, max_entries=16, hash_funcs={"mnist_core.model.Model": _learned})
def predictions(model: Model, dataset_name: str, split_name: str, _split: Split) -> NDArray[np.float32]:
    """What a model answers to every image of a split, (n, 10); asked once for all pages and visitors."""
    return model.predict_proba(_split.images)


@st.cache_resource(show_spinner=False, max_entries=8)
def statistics(dataset_name: str, split_name: str, _split: Split) -> SplitStatistics:
    """Counts, means and spreads of a split, computed once."""
    from mnist_core.statistics import compute_statistics

    return compute_statistics(_split)


def digit_grid(images: NDArray[np.generic], titles: Sequence[str]) -> bytes:
    """Digits in a grid as PNG, in the colours of the visitor's page."""
    return drawn_grid(images, tuple(titles), "#E8EEF4" if st.context.theme.type == "dark" else "#0F1720")


@st.cache_data(show_spinner=False, max_entries=64)
def drawn_grid(images: NDArray[np.generic], titles: tuple[str, ...], ink: str) -> bytes:
    """The same, drawn once for all visitors."""
    from pages.components.pictures import draw_digit_grid

    return draw_digit_grid(images, titles, ink)


@dataclass
class LessonProgress:
    """How far a visitor is in the lesson: the step, answers by question, runs by what they are for.

    And what they guessed of a run that was to go wrong, by its id.
    """

    step: int = 1
    answers: dict[str, int] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    guesses: dict[str, int] = field(default_factory=dict)


@st.cache_resource(show_spinner=False, max_entries=2_000)
def _lesson_progress(owner: str) -> LessonProgress:
    kept = _run_service().load_progress(owner)
    if kept is None:  # an exception is not cached: the next to ask tries again
        raise RunError("Your progress in the lesson cannot be read just now.")
    known = {each.name for each in fields(LessonProgress)}
    return LessonProgress(
        **{name: value for name, value in json.loads(kept or "{}").items() if name in known}
    )


def lesson_progress() -> LessonProgress:
    """This visitor's progress; a reload finds it again, and so does the next server.

    While it cannot be read, what the visitor does is held in the session, and added as soon as it can.
    """
    try:
        progress = _lesson_progress(visitor())
    except RunError:
        held: LessonProgress = st.session_state.setdefault(HELD_PROGRESS_KEY, LessonProgress())
        return held
    if (held_back := st.session_state.pop(HELD_PROGRESS_KEY, None)) is not None:
        progress.step = held_back.step
        progress.answers |= held_back.answers
        progress.runs |= held_back.runs
        progress.guesses |= held_back.guesses
    return progress


def keep_lesson_progress() -> None:
    """Keep what has changed in this visitor's progress, beside the runs; never over what could not be read."""
    progress = lesson_progress()
    if HELD_PROGRESS_KEY not in st.session_state:
        run_service().keep_progress(visitor(), json.dumps(asdict(progress)))


def visitor() -> str:
    """Who this browser is: a random name, kept in a cookie so that a reload finds its runs again."""
    if VISITOR_KEY not in st.session_state:
        cookie = str(st.context.cookies.get(VISITOR_KEY, ""))
        known = VISITOR_PATTERN.fullmatch(cookie)
        st.session_state[VISITOR_KEY] = cookie if known else uuid.uuid4().hex
    return str(st.session_state[VISITOR_KEY])
