"""The command line, as a person types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

import mnist_core
from mnist_core.__main__ import JSON_FIELDS, main

PROJECT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def small_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source is one small set of noisy pictures."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 300).astype(np.uint8)
    images = (rng.integers(0, 50, (300, 28, 28)) + 20 * labels[:, None, None]).astype(np.uint8)
    split = mnist_core.Split(images, labels)
    dataset = mnist_core.Dataset("small", "made for tests", split, split)
    monkeypatch.setattr("mnist_core.__main__.load_dataset", lambda source, **_: dataset)


def test_presets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines()}
    assert {"post-numpy", "post-tensorflow", "softmax", "mlp", "cnn", "starter"} <= listed


def test_data_says_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data"]) == 0
    assert "made for tests" in capsys.readouterr().out


def test_train_prints_one_line_of_json_an_epoch_and_saves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "model.npz"
    assert main(["train", "--epochs", "2", "--batch-size", "32", "--json", "--out", str(out)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert all(tuple(line) == JSON_FIELDS for line in lines)
    assert main(["evaluate", str(out), "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)
    assert judged["accuracy"] == pytest.approx(lines[-1]["test_accuracy"])
    assert np.sum(judged["confusion"]) == 300


def test_options_change_a_preset(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--preset", "post-numpy", "--epochs", "3", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) <= 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--learning-rate", "-1"],
        ["train", "--batch-size", "301"],
        ["train", "--out", "/no/such/folder/model.npz"],
        ["train", "--out", "/tmp"],
        ["train", "--learning-rate", "1e38", "--architecture", "mlp", "--batch-size", "32"],
        ["evaluate", "missing.npz"],
        ["evaluate", "/dev/zero"],
    ],
)
def test_what_goes_wrong_is_one_sentence_and_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    message = capsys.readouterr().err.strip()
    assert len(message.splitlines()) == 1
    assert message.endswith((".", ")"))


def test_a_reader_that_leaves_early_ends_the_command_quietly() -> None:
    command = f"{sys.executable} -m mnist_core presets | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.stderr == ""


def test_a_broken_tensorflow_is_one_sentence(tmp_path: Path) -> None:
    package = tmp_path / "tensorflow"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('libcuda.so is missing\\nand more')")
    done = subprocess.run(
        [sys.executable, "-m", "mnist_core", "train", "--backend", "tensorflow", "--data", "strokes"],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 2
    assert done.stderr == (
        "TensorFlow does not work here. NumPy trains the same network. (ImportError: libcuda.so is missing)\n"
    )


@pytest.mark.parametrize("left", [None, ModuleSpec("tensorflow", None)], ids=["nothing", "an empty folder"])
def test_a_removed_tensorflow_is_known_without_importing_it(
    left: ModuleSpec | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: left)
    assert mnist_core.tensorflow_available() == "TensorFlow is not installed, so only the NumPy half works."


def test_every_public_name_is_there() -> None:
    for name in mnist_core.__all__:
        assert getattr(mnist_core, name) is not None
