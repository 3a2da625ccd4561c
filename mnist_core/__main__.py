"""The command line: python -m mnist_core data | presets | train | evaluate."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mnist_core.backends import BACKENDS
from mnist_core.calibration import calibrate, hold_back
from mnist_core.configuration import AUGMENTATIONS, SCHEDULES, TrainingConfig
from mnist_core.data import SOURCES, Dataset, fetch_mnist, load_dataset, mnist_home
from mnist_core.drawn_sets import DrawnEvaluation, evaluate_drawings
from mnist_core.errors import ConfigurationError, MnistCoreError
from mnist_core.evaluation import Evaluation, evaluate
from mnist_core.network import ARCHITECTURES
from mnist_core.optimizers import OPTIMIZERS
from mnist_core.presets import PRESETS
from mnist_core.results import BatchResult, EpochResult
from mnist_core.storage import load_model, load_starter_model, save_model
from mnist_core.training import Trainer

SETTINGS = (
    "backend",
    "architecture",
    "epochs",
    "learning_rate",
    "batch_size",
    "optimizer",
    "seed",
    "stop_at_accuracy",
    "schedule",
    "augmentation",
)
JSON_FIELDS = ("epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 2 with one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except MnistCoreError as error:
        print(_with_cause(error), file=sys.stderr)
        return 2
    except BrokenPipeError:  # who read our lines has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0


def _with_cause(error: MnistCoreError) -> str:
    """The sentence, and in brackets what a library said of it, if one did: on a page that would be its English."""
    cause: BaseException | None = error
    while isinstance(cause, MnistCoreError):
        cause = cause.__cause__
    if cause is None:
        return str(error)
    said = [type(cause).__name__, *str(cause).splitlines()[:1]]
    return f"{error} ({': '.join(said)})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mnist_core", description="Learn to read handwritten digits."
    )
    commands = parser.add_subparsers(required=True, metavar="data | presets | train | evaluate")
    data = commands.add_parser("data", help="show which digits are used and where they come from")
    data.add_argument("--data", choices=SOURCES, default="auto", help="which data set (default: auto)")
    data.add_argument("--fetch", action="store_true", help="download MNIST first")
    data.set_defaults(run=_data)
    presets = commands.add_parser("presets", help="list the named recipes")
    presets.set_defaults(run=_presets)
    train = commands.add_parser("train", help="train a network")
    _add_training_options(train)
    train.set_defaults(run=_train)
    evaluation = commands.add_parser("evaluate", help="judge a trained network")
    evaluation.add_argument("model", help='a file written by "train --out", or "starter"')
    evaluation.add_argument("--data", choices=SOURCES, default="auto", help="which data set (default: auto)")
    evaluation.add_argument(
        "--drawings", nargs="+", type=Path, default=[], metavar="FILE", help="files of real drawings (.npz)"
    )
    evaluation.add_argument("--json", action="store_true", help="print JSON")
    evaluation.set_defaults(run=_evaluate)
    return parser


def _add_training_options(train: argparse.ArgumentParser) -> None:
    train.add_argument("--preset", choices=PRESETS, help="start from this recipe; further options change it")
    train.add_argument("--backend", choices=BACKENDS)
    train.add_argument("--architecture", choices=ARCHITECTURES)
    train.add_argument("--epochs", type=int)
    train.add_argument("--learning-rate", type=float)
    train.add_argument("--batch-size", type=_batch_size, help='images per update, or "full"')
    train.add_argument("--optimizer", choices=OPTIMIZERS)
    train.add_argument("--seed", type=int)
    train.add_argument(
        "--stop-at-accuracy", type=float, help="end above this training accuracy, for example 0.8"
    )
    train.add_argument("--schedule", choices=SCHEDULES, help="how the learning rate changes")
    train.add_argument(
        "--augmentation", choices=AUGMENTATIONS, help="whether pictures are moved and turned a little"
    )
    train.add_argument("--data", choices=SOURCES, help="which data set (default: the preset's, or auto)")
    train.add_argument("--out", type=Path, help="save the trained network here (.npz)")
    train.add_argument("--json", action="store_true", help="print one line of JSON for each epoch")


def _batch_size(text: str) -> int | str:
    try:
        return text if text == "full" else int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'a whole number or "full", not {text!r}') from None


def _data(options: argparse.Namespace) -> None:
    if options.fetch:
        fetch_mnist(progress=sys.stderr.isatty(), patient=True)
    dataset = _load(options.data)
    print(f"{dataset.name}: {len(dataset.train)} training images, {len(dataset.test)} test images")
    print(f"from {dataset.origin}")
    print(f"files are kept in {mnist_home()}")


def _presets(options: argparse.Namespace) -> None:
    for preset in PRESETS.values():
        print(f"{preset.name:16} {preset.title}. {preset.description}")


def _train(options: argparse.Namespace) -> None:
    config, source = _configuration(options)
    if options.out is not None:
        _check_can_be_written(options.out)
    dataset, held_back = _load(source), None
    if options.preset is not None and PRESETS[options.preset].held_back:
        dataset, held_back = hold_back(dataset, PRESETS[options.preset].held_back, config.seed)
    trainer = Trainer(config, dataset)
    if not options.json:
        print(" epoch  train loss  accuracy   test loss  accuracy  seconds")
    for result in _epochs(trainer):
        print(_as_json(result) if options.json else _as_row(result), flush=True)
    if options.out is not None:
        model = trainer.model if held_back is None else calibrate(trainer.model, held_back)
        save_model(model, options.out)
    if trainer.diverged_at is not None:
        raise ConfigurationError(
            "Training diverged in epoch {epoch}: the loss is no longer a number. "
            "Try a smaller learning rate. Received: {received}.",
            epoch=trainer.diverged_at,
            received=trainer.learning_rate,
        )


def _check_can_be_written(path: Path) -> None:
    """Before hours of training, not after them."""
    folder = path.resolve().parent
    if not folder.is_dir():
        raise ConfigurationError("There is no such folder. Received: {received}.", received=str(path.parent))
    if path.is_dir() or not os.access(folder, os.W_OK):
        raise ConfigurationError("The file cannot be written. Received: {path}.", path=str(path))


def _configuration(options: argparse.Namespace) -> tuple[TrainingConfig, str]:
    """The recipe, changed by whatever else was said."""
    said: dict[str, Any] = {name: getattr(options, name) for name in SETTINGS}
    changes = {name: value for name, value in said.items() if value is not None}
    if options.preset is None:
        return TrainingConfig(**changes), options.data or "auto"
    preset = PRESETS[options.preset]
    return replace(preset.config, **changes), options.data or preset.data


def _load(source: str) -> Dataset:
    return load_dataset(source, progress=sys.stderr.isatty())


def _epochs(trainer: Trainer) -> Iterator[EpochResult]:
    """The results of each epoch, with a progress bar on a terminal."""
    with tqdm(total=trainer.epochs * trainer.batches, unit="batch", disable=None, leave=False) as bar:
        for event in trainer.events():
            if isinstance(event, EpochResult):
                bar.clear()
                yield event
            elif isinstance(event, BatchResult):
                bar.update(len(event.losses))
                bar.set_postfix(loss=f"{event.losses[-1]:.4f}", refresh=False)


def _as_json(result: EpochResult) -> str:
    return json.dumps({name: getattr(result, name) for name in JSON_FIELDS})


def _as_row(result: EpochResult) -> str:
    return (
        f"{result.epoch:6}  {result.train_loss:10.4f}  {result.train_accuracy:8.4f}"
        f"  {result.test_loss:10.4f}  {result.test_accuracy:8.4f}  {result.seconds:7.2f}"
    )


def _evaluate(options: argparse.Namespace) -> None:
    model = load_starter_model() if options.model == "starter" else load_model(options.model)
    dataset = _load(options.data)
    evaluation = evaluate(model, dataset.test)
    drawn = [evaluate_drawings(model, path) for path in options.drawings]
    if options.json:
        facts = {"data": dataset.name, **_evaluation_facts(evaluation)}
        if drawn:
            facts["drawings"] = [_drawn_facts(each) for each in drawn]
        print(json.dumps(facts))
    else:
        _print_evaluation(evaluation, dataset.name)
        _print_drawn(drawn)


def _evaluation_facts(evaluation: Evaluation) -> dict[str, Any]:
    facts = {"count": evaluation.count, "accuracy": evaluation.accuracy, "loss": evaluation.loss}
    return {**facts, "confusion": evaluation.confusion.tolist()}


def _drawn_facts(drawn: DrawnEvaluation) -> dict[str, Any]:
    facts = {"name": drawn.name, "refused": drawn.refused, "digits": list(drawn.digit_accuracies)}
    return facts | _evaluation_facts(drawn.evaluation)


def _print_drawn(drawn: Sequence[DrawnEvaluation]) -> None:
    """A table: for each file its accuracy, digit by digit, and the share it would answer "Not sure"."""
    if not drawn:
        return
    width = max(len(each.name) for each in drawn)
    print(f"\n{'drawings':{width}}  count  accuracy  refused" + "".join(f"{digit:7}" for digit in range(10)))
    for each in drawn:
        digits = ("" if share is None else f"{share:.3f}" for share in each.digit_accuracies)
        print(
            f"{each.name:{width}} {each.evaluation.count:6}    {each.evaluation.accuracy:.4f}   {each.refused:.4f}"
            + "".join(f"{share:>7}" for share in digits)
        )


def _print_evaluation(evaluation: Evaluation, name: str) -> None:
    print(f"{name}, {evaluation.count} test images")
    print(f"accuracy {evaluation.accuracy:.4f}, loss {evaluation.loss:.4f}")
    print("rows: true digit, columns: answer")
    print("     " + "".join(f"{digit:6}" for digit in range(10)))
    for digit, row in enumerate(evaluation.confusion):
        print(f"{digit:5}" + "".join(f"{count:6}" for count in row))


if __name__ == "__main__":
    sys.exit(main())
