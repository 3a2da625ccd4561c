"""The address bar and back: a link says which recipe, and what is different from it.

`/train?preset=cnn&epochs=3` is the preset `cnn` with three epochs. Names are those of `TrainingConfig`.
What comes in from a link is not trusted: each value that cannot be becomes one sentence, and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mnist_core import PRESETS, TrainingConfig
from mnist_core.data import SOURCES
from mnist_core.errors import ConfigurationError

DEFAULT_PRESET = "softmax"
RECIPES = {name: preset for name, preset in PRESETS.items() if preset.data in SOURCES}
LONGEST_ECHO = 40
LIMITS: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "learning_rate": (1e-6, 100),
    "seed": (0, 2**31 - 1),
    "training_images": (10, 100_000),
    "batch_size": (1, 60_000),
}


@dataclass(frozen=True)
class Request:
    """What a visitor wants to train: a recipe, its settings as changed, and the data."""

    preset: str
    config: TrainingConfig
    data: str
    problems: tuple[ConfigurationError, ...] = field(default=(), compare=False)


def read_request(parameters: Mapping[str, str]) -> Request:
    """Read a link. Strangers' parameters (language, run) are passed over."""
    problems: list[ConfigurationError] = []
    preset = parameters.get("preset", DEFAULT_PRESET)
    if preset not in RECIPES:
        problems.append(_problem("preset", preset))
        preset = DEFAULT_PRESET
    config, data = PRESETS[preset].config, PRESETS[preset].data
    changes: dict[str, Any] = {}
    for name, kind in _KINDS.items():
        if name in parameters:
            try:
                changes[name] = _within_limits(name, kind(parameters[name]))
                TrainingConfig.from_dict({**config.to_dict(), name: changes[name]})
            except ValueError:  # a ConfigurationError is one, too
                problems.append(_problem(name, parameters[name]))
                changes.pop(name, None)
    if "data" not in parameters or parameters["data"] in SOURCES:
        data = parameters.get("data", data)
    else:
        problems.append(_problem("data", parameters["data"]))
    return Request(preset, TrainingConfig.from_dict({**config.to_dict(), **changes}), data, tuple(problems))


def write_request(request: Request) -> dict[str, str]:
    """The link's parameters: the recipe, then only what differs from it."""
    preset = PRESETS[request.preset]
    written = {"preset": request.preset}
    usual = asdict(preset.config)
    for name, value in asdict(request.config).items():
        if value != usual[name]:
            written[name] = _as_text(value)
    if request.data != preset.data:
        written["data"] = request.data
    return written


def _as_text(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value).lower()


def _within_limits(name: str, value: Any) -> Any:
    low, high = LIMITS.get(name, (None, None))
    if low is not None and high is not None and isinstance(value, int | float) and not low <= value <= high:
        raise ValueError(name)
    return value


def _problem(name: str, received: str) -> ConfigurationError:
    return ConfigurationError(
        "The link asks for {name} = {received}, which cannot be. The usual value is used instead.",
        name=name,
        received=received[:LONGEST_ECHO],
    )


def _or_none(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: None if text == "none" else kind(text)


def _whole(text: str) -> int:
    if len(text) > LONGEST_ECHO:
        raise ValueError(text)
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_KINDS: dict[str, Callable[[str], Any]] = {
    "backend": str,
    "architecture": str,
    "epochs": _whole,
    "learning_rate": float,
    "batch_size": lambda text: text if text == "full" else _whole(text),
    "optimizer": str,
    "seed": _whole,
    "stop_at_accuracy": _or_none(float),
    "pixel_range": str,
    "initialization": str,
    "weight_gradient": str,
    "schedule": str,
    "augmentation": str,
    "shuffled_labels": _truth,
    "missing_digit": _or_none(_whole),
    "training_images": _or_none(_whole),
}
