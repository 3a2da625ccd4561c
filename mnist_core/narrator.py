"""What the numbers of a training run show, in sentences, and what to try next.

Pure functions from measured facts to `Remark`s. A remark is a template and its values, so that a page can
translate it. Nothing here guesses: a sentence appears only when the history meets the condition beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mnist_core.messages import mark
from mnist_core.remarks import PICTURES_FOR_UNITS, Facts, Remark

if TYPE_CHECKING:
    from mnist_core.results import EpochResult

GUESSING = 0.2  # twice chance: below it nothing has been learned
MILESTONE = 0.9  # test accuracy by which runs are compared


def narrate(facts: Facts, limit: int = 3) -> tuple[Remark, ...]:
    """At most `limit` remarks, the most important first."""
    remarks = (find(facts) for find in _FINDERS)
    return tuple(remark for remark in remarks if remark is not None)[:limit]


def find_divergence(facts: Facts) -> Remark | None:
    """The loss left the numbers, or is far above where it began and still rising."""
    values = {"rate": facts.config.learning_rate, "smaller": facts.config.learning_rate / 10}
    advice = mark("The steps are too long. Try learning rate {smaller:g} instead of {rate:g}.")
    if facts.config.pixel_range == "raw" and facts.has_hidden_layers:
        advice = mark("Pixels from 0 to 255 make every step 255 times as long. Scale them to 0–1.")
    if facts.diverged_at is not None:
        return Remark(
            template="In epoch {epoch} the loss stopped being a number: it diverged.",
            advice=advice,
            kind="diverging",
            values={"epoch": facts.diverged_at, **values},
        )
    losses = facts.curve("train_loss")
    if facts.initial is not None:
        losses = np.concatenate([[facts.initial.train_loss], losses])
    if len(losses) >= 3 and losses[-1] > 2 * losses[0] and losses[-1] > losses[-2]:
        return Remark(
            template="The training loss grows: it was {first} and is {last} now.",
            advice=advice,
            kind="diverging",
            values={"first": _loss_text(losses[0]), "last": _loss_text(losses[-1]), **values},
        )
    return None


def find_oscillation(facts: Facts) -> Remark | None:
    """The loss turns round four times at least and once in ten epochs, with a tenth of its size a step or more."""
    losses, accuracy = facts.curve("train_loss"), facts.curve("train_accuracy")
    window = losses[-max(20, len(losses) // 10) :]
    if len(window) < 6 or np.ptp(accuracy[-len(window) :]) < 0.01:
        return None
    steps = np.diff(window)
    turns = np.count_nonzero(np.sign(steps[1:]) != np.sign(steps[:-1]))
    way = np.sum(np.abs(steps))
    goes_somewhere = abs(window[-1] - window[0]) > way / 2
    if turns < max(4, len(steps) / 10) or way < 0.1 * len(steps) * np.median(window) or goes_somewhere:
        return None
    advice = mark("Each step jumps across the valley. Try a third of the learning rate.")
    if facts.config.pixel_range == "raw":
        advice = mark("Raw pixels make the steps long. Try pixels scaled to 0–1, or a smaller learning rate.")
    return Remark(
        template="The loss jumps up and down: between {low} and {high} in the last {count} epochs.",
        advice=advice,
        kind="oscillating",
        values={"low": _loss_text(window.min()), "high": _loss_text(window.max()), "count": len(window)},
    )


def find_guessing(facts: Facts) -> Remark | None:
    """After two epochs or more, no better than twice chance."""
    accuracy = facts.curve("train_accuracy")
    if len(accuracy) < 2 or accuracy[-1] >= GUESSING or accuracy.max() - accuracy.min() > 0.05:
        return None
    rate, is_adam = facts.config.learning_rate, facts.config.optimizer == "adam"
    advice = mark("Try another learning rate, three times smaller or larger.")
    if facts.config.pixel_range == "raw" and facts.has_hidden_layers:
        advice = mark("Pixels from 0 to 255 make every step 255 times as long. Scale them to 0–1.")
    elif rate >= (0.03 if is_adam else 1):
        advice = mark("The steps are too long. Try learning rate {smaller:g} instead of {rate:g}.")
    elif rate <= (0.0003 if is_adam else 0.003):
        advice = mark("The steps are too short. Try learning rate {larger:g} instead of {rate:g}.")
    if facts.config.initialization == "zeros" and facts.has_hidden_layers:
        advice = mark(
            "All weights began at zero, so no unit can become different from the others. Begin at random."
        )
    elif facts.config.shuffled_labels:
        advice = mark("The labels were shuffled: there is nothing to learn but the pictures one by one.")
    return Remark(
        template="After {epochs} epochs it still guesses: {accuracy:.0%} right, and chance is 10%.",
        advice=advice,
        kind="guessing",
        values={
            "epochs": len(accuracy),
            "accuracy": accuracy[-1],
            "rate": rate,
            "smaller": rate / 10,
            "larger": rate * 10,
        },
    )


def find_memorizing(facts: Facts) -> Remark | None:
    """Far better on the pictures it learned from than on new ones."""
    if not facts.history:
        return None
    last = facts.history[-1]
    if last.train_accuracy - last.test_accuracy < 0.05 or last.train_accuracy < 0.5:
        return None
    if facts.config.missing_digit is not None:  # it cannot know that one, by heart or otherwise
        return None
    advice = mark("Give it more pictures, or move and turn them a little in each epoch.")
    if facts.config.shuffled_labels:
        advice = mark("The labels were shuffled: it can only learn them by heart.")
    return Remark(
        template="It knows {train:.0%} of its own pictures, but only {test:.0%} of new ones: it learns by heart.",
        advice=advice,
        kind="memorizing",
        values={"train": last.train_accuracy, "test": last.test_accuracy},
    )


def find_overfitting(facts: Facts) -> Remark | None:
    """The test loss was 5% lower two epochs ago or more, while the training loss still falls."""
    test, train = facts.curve("test_loss"), facts.curve("train_loss")
    if len(test) < 4 or facts.config.shuffled_labels or facts.config.missing_digit is not None:
        return None  # a test of what it was never taught
    if find_guessing(facts) is not None:
        return None
    best = int(np.argmin(test))
    if best > len(test) - 3 or test[-1] < 1.05 * test[best] or train[-1] >= train[best]:
        return None
    accuracy = facts.curve("test_accuracy")
    advice = mark("Stop near epoch {epoch}, or give it more varied pictures.")
    if accuracy[-1] >= accuracy[best]:
        advice = mark(
            "It reads no fewer digits right than then, but is surer where it errs. Give it more varied pictures."
        )
    return Remark(
        template=(
            "Overfitting: the test loss was best after epoch {epoch} ({best}) and is {now} now, "
            "while the training loss still falls."
        ),
        advice=advice,
        kind="overfitting",
        values={
            "epoch": facts.history[best].epoch,
            "best": _loss_text(test[best]),
            "now": _loss_text(test[-1]),
        },
    )


def find_missing_answers(facts: Facts) -> Remark | None:
    """Digits that are there, but are never the answer."""
    if facts.confusion is None or len(facts.history) < 2 or find_guessing(facts) is not None:
        return None
    answers, truths = facts.confusion.sum(axis=0), facts.confusion.sum(axis=1)
    never = [str(digit) for digit in range(10) if answers[digit] == 0 and truths[digit] > 0]
    if not never:
        return None
    advice = mark("Look at the confusion matrix: which digit takes their place?")
    if facts.config.missing_digit is not None:
        advice = mark("It has never seen the digit {missing}, so it cannot answer it.")
    return Remark(
        template="It never answers {digits}.",
        advice=advice,
        kind="silent class",
        values={"digits": ", ".join(never), "missing": facts.config.missing_digit},
    )


def find_dead_units(facts: Facts) -> Remark | None:
    """A tenth of the hidden units or more are silent for every picture looked at."""
    if facts.dead_units is None:
        return None
    dead, total = facts.dead_units
    if total == 0 or dead / total < 0.1:
        return None
    advice = mark("Long steps kill ReLUs. Try a smaller learning rate.")
    if facts.config.initialization == "zeros":
        advice = mark("They began there: from weights of zero nothing moves them.")
    return Remark(
        template=(
            "{dead} of {total} hidden units are zero for each of the first {pictures} test pictures. "
            "A unit that is zero for every picture is dead: it learns no more."
        ),
        advice=advice,
        kind="dead units",
        values={"dead": dead, "total": total, "pictures": PICTURES_FOR_UNITS},
    )


def find_plateau(facts: Facts) -> Remark | None:
    """Over the last fifth of the epochs (five at least) the loss fell by less than 1%."""
    losses, accuracy = facts.curve("train_loss"), facts.curve("train_accuracy")
    span = max(5, math.ceil(len(losses) / 5))
    if len(losses) <= span or accuracy[-1] >= 0.999 or find_guessing(facts) is not None:
        return None
    fall = (losses[-span - 1] - losses[-span:].min()) / max(abs(losses[-span - 1]), 1e-12)
    if not -0.01 < fall < 0.01 or np.ptp(accuracy[-span:]) > 0.005:
        return None
    advice = mark(
        "This may be all that this network can do. Try a network with a hidden layer, or a larger learning rate."
    )
    if facts.has_hidden_layers:
        advice = mark("Try a smaller learning rate for the last steps, or stop here.")
    return Remark(
        template="A plateau: for {span} epochs the training loss has stayed near {loss}.",
        advice=advice,
        kind="plateau",
        values={"span": span, "loss": _loss_text(losses[-1])},
    )


def find_quick_start(facts: Facts) -> Remark | None:
    """It passed 90% on the test set in at most half the epochs that earlier runs took."""
    own = _epochs_to_milestone(facts.history)
    others = [count for count in map(_epochs_to_milestone, facts.earlier) if count is not None]
    if own is None or not others or own > np.median(others) / 2:
        return None
    return Remark(
        template="Faster than usual: {accuracy:.0%} in epoch {own}. Your earlier runs took about {usual} epochs.",
        kind="faster",
        values={"accuracy": MILESTONE, "own": own, "usual": math.ceil(np.median(others))},
        good=True,
    )


def find_commonest_mistake(facts: Facts) -> Remark | None:
    """How many test digits are read wrongly, and which mistake is the commonest."""
    if facts.confusion is None or not facts.history or not np.any(facts.confusion):
        return None
    mistakes = facts.confusion.copy()
    np.fill_diagonal(mistakes, 0)
    wrong, total = int(mistakes.sum()), int(facts.confusion.sum())
    if wrong == 0:
        return Remark(template="It reads every test digit right.", kind="mistakes", good=True)
    truth, answer = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return Remark(
        template=(
            "It reads {wrong:,} of {total:,} test digits wrongly. Most often it reads {truth} as {answer}: "
            "{times:,} times."
        ),
        kind="mistakes",
        values={
            "wrong": wrong,
            "total": total,
            "truth": int(truth),
            "answer": int(answer),
            "times": int(mistakes.max()),
        },
        good=True,
    )


def find_beginning(facts: Facts) -> Remark | None:
    """Before the first epoch is done."""
    if facts.history or facts.initial is None:
        return None
    return Remark(
        template="Before learning it gets {accuracy:.0%} of the test digits right. Chance is 10%.",
        kind="beginning",
        values={"accuracy": facts.initial.test_accuracy},
        good=True,
    )


_FINDERS: tuple[Callable[[Facts], Remark | None], ...] = (
    find_divergence,
    find_guessing,
    find_missing_answers,
    find_oscillation,
    find_memorizing,
    find_overfitting,
    find_dead_units,
    find_plateau,
    find_quick_start,
    find_commonest_mistake,
    find_beginning,
)


def _loss_text(loss: float) -> str:
    return f"{loss:.3g}" if loss < 1000 else f"{loss:,.0f}"


def _epochs_to_milestone(history: Sequence[EpochResult]) -> int | None:
    return next((result.epoch for result in history if result.test_accuracy >= MILESTONE), None)
