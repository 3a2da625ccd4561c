"""Settings that cannot work are refused at once, by name and with what was received."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mnist_core.configuration import TrainingConfig
from mnist_core.errors import ConfigurationError
from mnist_core.presets import PRESETS


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("backend", "jax"),
        ("architecture", "transformer"),
        ("optimizer", "rmsprop"),
        ("pixel_range", "half"),
        ("initialization", "ones"),
        ("weight_gradient", "median"),
        ("schedule", "linear"),
        ("augmentation", "flip"),
        ("epochs", 0),
        ("epochs", 2.5),
        ("epochs", True),
        ("learning_rate", 0),
        ("learning_rate", -0.1),
        ("learning_rate", float("nan")),
        ("learning_rate", float("inf")),
        ("learning_rate", "fast"),
        ("batch_size", 0),
        ("batch_size", 12.5),
        ("batch_size", "half"),
        ("seed", -1),
        ("stop_at_accuracy", 1.5),
        ("stop_at_accuracy", float("nan")),
        ("missing_digit", 10),
        ("training_images", 0),
        ("shuffled_labels", 1),
    ],
)
def test_a_setting_that_cannot_work_is_refused_and_shown(setting: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match="Received: ") as caught:
        TrainingConfig(**{setting: value})
    assert str(value) in str(caught.value)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_settings_survive_json(preset: Any) -> None:
    assert TrainingConfig.from_dict(json.loads(json.dumps(preset.config.to_dict()))) == preset.config


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Received: learning_speed"):
        TrainingConfig.from_dict({"learning_speed": 1})
