"""What the post printed, beside what this run gives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from mnist_core import PRESETS
from pages.components.language import _

if TYPE_CHECKING:
    from mnist_core import EpochResult, RunSnapshot

POSTED = {0: (0.0899, 21.76), 10: (0.7287, 2.35), 20: (0.7919, 1.86), 30: (0.7642, 2.05), 32: (0.8147, 1.755)}


def recipe_of(snapshot: RunSnapshot) -> str | None:
    """Which of the post's two recipes this run is, whatever its seed, its length and how much it learns from."""
    for name in ("post-numpy", "post-tensorflow"):
        posted = PRESETS[name].config
        free = {field: getattr(posted, field) for field in ("seed", "epochs", "training_images")}
        if replace(snapshot.config, **free) == posted:
            return name
    return None


def show_posted_results(snapshot: RunSnapshot) -> None:
    """The post's table beside ours, for a run of the post's recipe; nothing for others."""
    recipe = recipe_of(snapshot)
    if recipe == "post-numpy":
        st.table(posted_table(snapshot))
        st.caption(
            _(
                "The post gives no seed, so its numbers come from other first weights. Its loss has the two arguments "
                "swapped; “loss here” is computed the same way."
            )
        )
    elif recipe == "post-tensorflow":
        st.caption(
            _(
                "The post: training accuracy 90.92% after 1000 epochs; its loss wanders between 55 and 70, "
                "with spikes up to 221. Whether the last epoch falls into a spike is luck: we tried seeds 0 to 7, "
                "and four of them ended between 89% and 92%."
            )
        )


def posted_table(snapshot: RunSnapshot) -> pd.DataFrame:
    """One row for each epoch the post printed, and for our last one."""
    ours: dict[int, EpochResult] = {result.epoch: result for result in snapshot.history}
    if snapshot.initial is not None:
        ours[0] = snapshot.initial
    printed = {epoch for epoch in ours if epoch % 10 == 0}
    last = {snapshot.epoch} if not snapshot.is_unfinished else set()
    rows = []
    for epoch in sorted({*POSTED, *printed, *last} & {*POSTED, *ours}):
        accuracy, loss = POSTED.get(epoch, (None, None))
        result = ours.get(epoch)
        rows.append(
            {
                _("Epoch"): str(epoch),
                _("Accuracy, the post"): _share(accuracy),
                _("Accuracy here"): _share(result.train_accuracy if result else None),
                _("Loss, the post"): "" if loss is None else f"{loss:g}",
                _("Loss here"): _number(result.posted_loss if result else None),
            }
        )
    return pd.DataFrame(rows).set_index(_("Epoch"))


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
