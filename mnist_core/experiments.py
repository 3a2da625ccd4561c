"""Break it: training runs that go wrong in a way worth seeing, each with a question asked before it shows."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.configuration import TrainingConfig


@dataclass(frozen=True)
class Experiment:
    """A failure that can be repeated: equal settings, equal end.

    Parameters
    ----------
    title : a few words
    question : what will happen?
    first, second, third : three ends to choose from
    explanation : what happens, and why
    name : the key in `EXPERIMENTS`
    right : 0, 1 or 2: the end that comes true
    config : the settings
    """

    title: str
    question: str
    first: str
    second: str
    third: str
    explanation: str
    name: str
    right: int
    config: TrainingConfig

    @property
    def answers(self) -> tuple[str, str, str]:
        """The three ends to choose from."""
        return self.first, self.second, self.third


EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment(
            "Learning rate too high",
            "The learning rate is 10 instead of 0.1. What will happen?",
            "It learns a hundred times as fast",
            "It ends up guessing",
            "It learns as well, only less smoothly",
            "Each step is so long that it jumps far over the valley. The numbers explode, or the hidden "
            "units die: they are zero for every picture and never move again. What is left is a guess. Try "
            "1, then 0.1.",
            name="high-rate",
            right=1,
            config=TrainingConfig(architecture="mlp", epochs=5, learning_rate=10.0),
        ),
        Experiment(
            "No normalisation",
            "Pixels stay 0 to 255 instead of 0 to 1. Everything else is as usual. What will happen?",
            "Nothing changes: the picture is the same",
            "It learns faster, because the numbers are larger",
            "It fails, although the learning rate is the usual one",
            "Inputs 255 times as large make gradients 255 times as large, so the usual learning rate is far "
            "too high. Scale the pixels, and the same settings reach 95%.",
            name="raw-pixels",
            right=2,
            config=TrainingConfig(architecture="mlp", epochs=5, learning_rate=0.1, pixel_range="raw"),
        ),
        Experiment(
            "All weights begin at zero",
            "A network with a hidden layer begins with every weight at zero. What will happen?",
            "It begins a little later, then catches up",
            "It never gets better than a guess",
            "It learns as usual: training moves the weights anyway",
            "With zero weights the hidden units are all alike and pass nothing on, so no gradient reaches "
            "them: they stay zero for ever. Only the ten output biases learn, and they say the same for "
            "every picture. Random numbers at the beginning make the units different.",
            name="zero-start",
            right=1,
            config=TrainingConfig(architecture="mlp", epochs=5, learning_rate=0.1, initialization="zeros"),
        ),
        Experiment(
            "Shuffled labels",
            "1,000 pictures get their labels at random: a 3 may be called 8. Can the network learn them?",
            "No: there is nothing to learn",
            "It learns them by heart, and cannot read new digits",
            "It sees through it, and reads new digits anyway",
            "The training accuracy climbs towards 100%, the test accuracy stays at chance. A network with "
            "100,000 numbers can learn any 1,000 answers by heart. A good training accuracy alone proves "
            "nothing. (Zhang et al. 2017, arXiv:1611.03530)",
            name="shuffled",
            right=1,
            config=TrainingConfig(
                architecture="mlp",
                epochs=60,
                learning_rate=0.003,
                optimizer="adam",
                batch_size=50,
                training_images=1000,
                shuffled_labels=True,
            ),
        ),
        Experiment(
            "A missing digit",
            "No 7 is in the training data. What does it say when it is tested with a 7?",
            "Another digit, and often quite sure of it",
            "“Not sure”: it notices that this is new",
            "7: it works it out from the other digits",
            "It has never seen a 7, so it never answers 7. It knows no “something else”: it says what "
            "looks like it, such as 9, often with great confidence. What is not in the data, a network cannot "
            "know.",
            name="missing-digit",
            right=0,
            config=TrainingConfig(
                architecture="mlp", epochs=5, learning_rate=0.002, optimizer="adam", missing_digit=7
            ),
        ),
        Experiment(
            "Too few pictures",
            "It gets only 100 pictures to learn from. How well does it read new digits?",
            "Hardly at all: near 10%",
            "As well as ever: near 97%",
            "In between: 50% to 70%",
            "It soon knows all its 100 pictures by heart: training accuracy 100%. New digits look different "
            "from those few: up to half of them are read wrongly. The gap between the two curves is called "
            "overfitting.",
            name="few-images",
            right=2,
            config=TrainingConfig(
                architecture="mlp",
                epochs=50,
                learning_rate=0.002,
                optimizer="adam",
                batch_size=10,
                training_images=100,
            ),
        ),
    )
}
