"""The address bar holds the whole configuration, and no link can break the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnist_core import PRESETS, TrainingConfig
from mnist_core.data import SOURCES
from mnist_core.experiments import EXPERIMENTS
from pages.components.runs.address import LIMITS, RECIPES, Request, read_request, write_request

CONFIGS = {name: preset.config for name, preset in PRESETS.items()} | {
    name: experiment.config for name, experiment in EXPERIMENTS.items()
}


@pytest.mark.parametrize("preset", RECIPES)
def test_a_recipe_as_it_is_needs_only_its_name(preset: str) -> None:
    request = Request(preset, PRESETS[preset].config, PRESETS[preset].data)
    assert write_request(request) == {"preset": preset}
    assert read_request({"preset": preset}) == request


@pytest.mark.parametrize("base", RECIPES)
def test_every_configuration_comes_back_from_its_link(base: str) -> None:
    for config in CONFIGS.values():
        for data in SOURCES:
            request = Request(base, config, data)
            returned = read_request(write_request(request))
            assert returned == request
            assert returned.problems == ()


@given(
    st.integers(1, 1000),
    st.floats(1e-6, 100).map(lambda rate: float(f"{rate:.6g}")),
    st.integers(0, 2**31 - 1),
    st.sampled_from([1, 8, 128, "full"]),
)
def test_numbers_come_back_from_a_link(epochs: int, rate: float, seed: int, batch_size: int) -> None:
    config = TrainingConfig(epochs=epochs, learning_rate=rate, seed=seed, batch_size=batch_size)
    assert read_request(write_request(Request("softmax", config, "auto"))).config == config


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("preset", "no-such"),
        ("preset", "<script>alert(1)</script>"),
        ("epochs", "-1"),
        ("epochs", "1e9"),
        ("epochs", "99999999999999999999"),
        ("epochs", "9" * 100_000),
        ("learning_rate", "nan"),
        ("learning_rate", "inf"),
        ("learning_rate", "-0.1"),
        ("learning_rate", "0"),
        ("learning_rate", ""),
        ("batch_size", "0"),
        ("batch_size", "all"),
        ("optimizer", "../../etc/passwd"),
        ("architecture", "transformer"),
        ("backend", "jax"),
        ("seed", "-3"),
        ("seed", "x" * 100_000),
        ("stop_at_accuracy", "2"),
        ("missing_digit", "10"),
        ("training_images", "1"),
        ("shuffled_labels", "perhaps"),
        ("data", "file:///etc/passwd"),
    ],
)
def test_a_hostile_value_becomes_one_short_sentence_and_the_usual_value(name: str, value: str) -> None:
    request = read_request({name: value, "unknown": "x"})
    assert request == read_request({})
    (problem,) = request.problems
    assert problem.values["name"] == name
    assert len(str(problem)) < 200


@given(st.dictionaries(st.sampled_from([*LIMITS, "preset", "data", "backend", "colour"]), st.text()))
def test_any_link_gives_settings_that_can_be_trained(parameters: dict[str, str]) -> None:
    request = read_request(parameters)
    TrainingConfig.from_dict(request.config.to_dict())
    assert request.data in SOURCES


@pytest.mark.parametrize("text", ["true", "False", "TRUE", "yes", "1", ""])
def test_yes_or_no_is_written_true_or_false(text: str) -> None:
    request = read_request({"shuffled_labels": text})
    is_known = text.lower() in ("true", "false")
    assert bool(request.problems) != is_known
    assert request.config.shuffled_labels == (text.lower() == "true")
