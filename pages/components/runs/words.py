"""What settings and states of a run are called on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mnist_core.messages import mark
from pages.components.language import _

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
    return {
        "preset": _("Recipe"),
        "data": _("Digits"),
        "backend": _("Backend"),
        "architecture": _("Network"),
        "epochs": _("Epochs"),
        "learning_rate": _("Learning rate"),
        "batch_size": _("Batch size"),
        "optimizer": _("Optimizer"),
        "seed": _("Seed"),
        "stop_at_accuracy": _("Stop at accuracy"),
        "pixel_range": _("Pixels"),
        "initialization": _("First weights"),
        "weight_gradient": _("Weight gradient"),
        "schedule": _("Learning rate over time"),
        "augmentation": _("Moved and turned"),
        "shuffled_labels": _("Shuffled labels"),
        "missing_digit": _("Missing digit"),
        "training_images": _("Training pictures"),
    }.get(name, name)


def value_text(name: str, value: Any) -> str:
    """A setting's value, in words where it has some."""
    word = _WORDS.get(name, {}).get(value)
    if word is None and (value is None or isinstance(value, bool)):
        word = _COMMON_WORDS[value]
    if word is not None:
        return _(word)
    return f"{value:g}" if isinstance(value, float) else str(value)


def loss_text(loss: float) -> str:
    """A loss to four places, or whole where it is so large that they say nothing."""
    return f"{loss:.4f}" if loss < 1000 else f"{loss:,.0f}"


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
    if seconds < 60:
        return _("{seconds:.0f} s", seconds=seconds)
    if seconds < 3600:
        return _("{minutes:.0f} min {seconds:.0f} s", minutes=seconds // 60, seconds=seconds % 60)
    return _("{hours:.0f} h {minutes:.0f} min", hours=seconds // 3600, minutes=seconds % 3600 // 60)
