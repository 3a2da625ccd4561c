"""What settings and states of a run are called on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mnist_core.messages import Phrase, mark
from pages.components.language import _, spoken

if TYPE_CHECKING:
    from mnist_core import RunSnapshot

LONGEST_NAME = 80

STATUS_COLORS = {
    "queued": "gray",
    "running": "blue",
    "paused": "orange",
    "stopped": "gray",
    "finished": "green",
    "failed": "red",
}
STATUS_ICONS = {
    "queued": "⏳",
    "running": "🏃",
    "paused": "⏸️",
    "stopped": "⏹️",
    "finished": "✅",
    "failed": "⚠️",
}


_COMMON_WORDS: Mapping[Any, str] = {
    None: mark("none"),
    True: mark("yes"),
    False: mark("no"),
}
_WORDS: Mapping[str, Mapping[Any, str]] = {
    "backend": {"numpy": "NumPy", "tensorflow": "TensorFlow"},
    "architecture": {
        "sigmoid": mark("ten sigmoids"),
        "softmax": mark("softmax"),
        "mlp": mark("hidden layer"),
        "cnn": mark("convolutional"),
        "starter": mark("starter"),
    },
    "batch_size": {"full": mark("all at once")},
    "optimizer": {"sgd": mark("plain steps (SGD)"), "momentum": mark("momentum"), "adam": "Adam"},
    "stop_at_accuracy": {None: mark("never")},
    "pixel_range": {"unit": mark("0 to 1"), "raw": mark("0 to 255")},
    "initialization": {
        "scaled": mark("scaled to the layer"),
        "uniform": mark("uniform −1 to 1"),
        "normal": mark("standard normal"),
        "zeros": mark("all zero"),
    },
    "weight_gradient": {"mean": mark("mean over the pictures"), "sum": mark("sum over the pictures")},
    "schedule": {"constant": mark("constant"), "cosine": mark("falls to zero (cosine)")},
    "augmentation": {"none": mark("no"), "affine": mark("yes")},
    "training_images": {None: mark("all")},
    "data": {
        "auto": mark("the best there is"),
        "mnist": mark("MNIST"),
        "strokes": mark("built-in strokes"),
        "mnist+strokes": mark("MNIST and built-in strokes"),
    },
}
_LABELS: Mapping[str, str] = {
    "preset": mark("Recipe"),
    "data": mark("Digits"),
    "backend": mark("Backend"),
    "architecture": mark("Network"),
    "epochs": mark("Epochs"),
    "learning_rate": mark("Learning rate"),
    "batch_size": mark("Batch size"),
    "optimizer": mark("Optimizer"),
    "seed": mark("Seed"),
    "stop_at_accuracy": mark("Stop at accuracy"),
    "pixel_range": mark("Pixels"),
    "initialization": mark("First weights"),
    "weight_gradient": mark("Weight gradient"),
    "schedule": mark("Learning rate over time"),
    "augmentation": mark("Moved and turned"),
    "shuffled_labels": mark("Shuffled labels"),
    "missing_digit": mark("Missing digit"),
    "training_images": mark("Training pictures"),
}


def status_word(status: str) -> str:
    """The state of a run, as a word in the visitor's language."""
    match status:
        case "queued":
            return _("queued")
        case "running":
            return _("running")
        case "paused":
            return _("paused")
        case "stopped":
            return _("stopped")
        case "finished":
            return _("finished")
        case "failed":
            return _("failed")
    return status


def setting_label(name: str) -> str:
    """What a field of `TrainingConfig` is called."""
    return _(_LABELS[name])


def value_text(name: str, value: Any) -> str:
    """A setting's value, in words where it has some."""
    return str(spoken(_value(name, value)))


def _value(name: str, value: Any) -> Phrase | str:
    word = _WORDS.get(name, {}).get(value)
    if word is None and (value is None or isinstance(value, bool)):
        word = _COMMON_WORDS[value]
    if word is not None:
        return Phrase(word)
    return f"{value:g}" if isinstance(value, float) else str(value)


def setting_phrase(template: str, setting: str, value: Any, **values: Any) -> Phrase:
    """A phrase in which `{label}` and `{value}` are those of a setting."""
    return Phrase(template, {"label": Phrase(_LABELS[setting]), "value": _value(setting, value), **values})


def run_name(run: RunSnapshot) -> str:
    """What a run is called, as short as its place: as someone typed it, or else in the visitor's language."""
    name = str(spoken(run.name))
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def loss_text(loss: float) -> str:
    """A loss with five digits, as many as its place has room for; whole from 1,000 on."""
    places = next((places for limit, places in ((10, 4), (100, 3), (1000, 2)) if loss < limit), 0)
    return f"{loss:,.{places}f}"


def share_text(share: float) -> str:
    """A share in percent, as short as the place for it."""
    return "100%" if share == 1 else f"{share:.2%}"


def unique_names(names: Sequence[str]) -> list[str]:
    """The same names, numbered where one comes up again: they are the keys of the colours."""
    counts: dict[str, int] = {}
    found = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        found.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return found


def preset_title(name: str) -> str:
    """A recipe's title."""
    from mnist_core import PRESETS

    return _(PRESETS[name].title)


def duration(seconds: float) -> str:
    """A time span a person can read at a glance."""
    if seconds < 10:  # in a race, tenths count
        return _("{seconds:.1f} s", seconds=seconds)
    if seconds < 60:
        return _("{seconds:.0f} s", seconds=seconds)
    if seconds < 3600:
        return _("{minutes:.0f} min {seconds:.0f} s", minutes=seconds // 60, seconds=seconds % 60)
    return _("{hours:.0f} h {minutes:.0f} min", hours=seconds // 3600, minutes=seconds % 3600 // 60)
