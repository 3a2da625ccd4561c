"""Nothing is hidden: each page shows the code that its numbers come from, taken from the package itself."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from mnist_core.evaluation import evaluate_in_pieces
from mnist_core.explain import compute_evidence
from mnist_core.neighbours import nearest_neighbours
from mnist_core.optimizers import Adam


@pytest.mark.parametrize(
    ("page", "thing"),
    [
        ("train.py", Adam),
        ("browse.py", nearest_neighbours),
        ("draw.py", compute_evidence),
        ("compare.py", evaluate_in_pieces),
    ],
)
def test_a_page_shows_the_code_of_its_numbers(open_page: Callable[..., Any], page: str, thing: Any) -> None:
    app, _ = open_page(page)
    assert textwrap.dedent(inspect.getsource(thing)).strip() in [block.value for block in app.code]
    captions = [caption.value for caption in app.caption]
    assert any(caption.endswith(f"`mnist_core/{thing.__module__.split('.')[1]}.py`") for caption in captions)
