"""The seven steps of the lesson, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mnist_core.messages import mark
from pages.components.lesson.questions import Question
from pages.components.lesson.steps import (
    better,
    data,
    loss,
    numpy_training,
    one_hot,
    own_hand,
    tensorflow_twin,
    unusual,
)


@dataclass(frozen=True)
class Step:
    """One step; texts are templates for `_`.

    Parameters
    ----------
    title : a few words
    aim : what one knows afterwards
    minutes : how long it takes in class
    show : draws it
    questions : asked in it
    pitfall : what tends to go wrong in class, for the teacher
    """

    title: str
    aim: str
    minutes: int
    show: Callable[[], None]
    questions: tuple[Question, ...]
    pitfall: str


STEPS = (
    Step(
        mark("The data"),
        mark("A picture is nothing but numbers."),
        6,
        data.show,
        data.QUESTIONS,
        mark("Students say “it sees a loop”. Ask them to point at the loop in the table of numbers."),
    ),
    Step(
        mark("Sigmoid and cross-entropy"),
        mark("A score becomes a probability, and a probability gets a price."),
        9,
        loss.show,
        loss.QUESTIONS,
        mark("Logarithms frighten some. Stay with the picture: sure and wrong is expensive."),
    ),
    Step(
        mark("Flatten and one-hot"),
        mark("Pictures and labels in the shape the network wants."),
        6,
        one_hot.show,
        one_hot.QUESTIONS,
        mark("Counting from 0 trips many up. Do one example at the board: row 1, column 0 is place 28."),
    ),
    Step(
        mark("Learning in NumPy"),
        mark("Answer, error, gradient, update: that is all of learning."),
        15,
        numpy_training.show,
        (*numpy_training.QUESTIONS, *unusual.QUESTIONS),
        mark(
            "A class that starts runs all at once waits in a queue. Let one group run and the others predict. "
            "The switches on the real MNIST, after 30 epochs: as posted 76%, with either fix 79%, with both 32%. "
            "That is no mistake: the steps have become short, and step 6 lets the rate grow."
        ),
    ),
    Step(
        mark("The same in TensorFlow"),
        mark("What a framework takes over, and what it does not."),
        8,
        tensorflow_twin.show,
        tensorflow_twin.QUESTIONS,
        mark(
            "The smooth curve looks better than the post's. Ask which of the two models reads more digits, and why "
            "a loss can be small all the same."
        ),
    ),
    Step(
        mark("Better"),
        mark("One change at a time, and measure."),
        10,
        better.show,
        better.QUESTIONS,
        mark(
            "The last rung takes longest. Meanwhile, let them count the mistakes that are left, not the percent."
        ),
    ),
    Step(
        mark("Your own hand"),
        mark("What a good test result does not promise."),
        6,
        own_hand.show,
        own_hand.QUESTIONS,
        mark(
            "“The model is stupid” is a common verdict. Ask instead: which hands were missing from its examples?"
        ),
    ),
)
