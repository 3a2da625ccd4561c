"""Files of real drawings are read with care, and the models that ship read them well."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from mnist_core.__main__ import main
from mnist_core.calibration import expected_calibration_error
from mnist_core.data import load_dataset
from mnist_core.data.strokes import generate_drawings
from mnist_core.drawn_sets import evaluate_drawings, load_drawings
from mnist_core.errors import DataError
from mnist_core.evaluation import evaluate
from mnist_core.storage import load_starter_model


def write_drawings(path: Path, count: int = 60, **changes) -> Path:
    drawings = generate_drawings(count, seed=21)
    strokes = [stroke for drawn, _, _ in drawings for stroke in drawn]
    arrays = {
        "strokes": np.concatenate(strokes).astype(np.float32),
        "stroke_offsets": np.cumsum([0, *map(len, strokes)]),
        "sample_offsets": np.cumsum([0, *(len(drawn) for drawn, _, _ in drawings)]),
        "labels": np.array([digit for _, digit, _ in drawings], np.uint8),
    }
    np.savez(path, **(arrays | changes))
    return path


def test_drawings_come_back_as_they_were_kept(tmp_path):
    drawings, labels = load_drawings(write_drawings(tmp_path / "drawn.npz"))
    for (strokes, digit, _), read, label in zip(
        generate_drawings(60, seed=21), drawings, labels, strict=True
    ):
        assert digit == label
        assert [len(stroke) for stroke in strokes] == [len(stroke) for stroke in read]
        assert np.allclose(strokes[0], read[0], atol=1e-3)


def test_a_file_is_judged_in_total_and_by_digit(tmp_path):
    drawn = evaluate_drawings(load_starter_model(), write_drawings(tmp_path / "drawn.npz"))
    assert drawn.name == "drawn"
    assert drawn.evaluation.count == 60
    assert drawn.evaluation.accuracy > 0.9
    assert drawn.refused < 0.1
    assert len(drawn.digit_accuracies) == 10


def test_a_digit_that_never_occurs_has_no_accuracy(tmp_path):
    drawn = evaluate_drawings(
        load_starter_model(), write_drawings(tmp_path / "a.npz", labels=np.zeros(60, np.uint8))
    )
    assert drawn.digit_accuracies[1:] == (None,) * 9


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": np.array([1, 2], np.uint8)},
        {"labels": np.full(60, 10)},
        {"labels": np.full(60, -1)},
        {"stroke_offsets": np.array(["a", "b"])},
    ],
)
def test_a_file_that_does_not_fit_is_a_data_error(tmp_path, changes):
    with pytest.raises(DataError):
        load_drawings(write_drawings(tmp_path / "wrong.npz", **changes))


def test_what_is_no_file_of_drawings_is_a_data_error(tmp_path):
    (tmp_path / "text.npz").write_text("hello")
    np.savez(tmp_path / "other.npz", images=np.zeros(3))
    for name in ("missing.npz", "text.npz", "other.npz"):
        with pytest.raises(DataError):
            load_drawings(tmp_path / name)


def test_the_command_prints_a_table_and_json(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("mnist_core.__main__._load", lambda source: small_dataset())
    path = str(write_drawings(tmp_path / "drawn.npz"))
    assert main(["evaluate", "starter", "--drawings", path]) == 0
    assert "drawn " in capsys.readouterr().out
    assert main(["evaluate", "starter", "--drawings", path, "--json"]) == 0
    (drawn,) = json.loads(capsys.readouterr().out)["drawings"]
    assert drawn["count"] == 60
    assert {"name", "accuracy", "refused", "digits", "confusion"} <= set(drawn)


def small_dataset():
    from mnist_core.data.dataset import Dataset
    from mnist_core.data.strokes import generate_digits

    return Dataset("strokes", "built in", generate_digits(20, 0), generate_digits(20, 1))


def real_drawings() -> list[Path]:
    folder = os.environ.get("DRAWN_PATH")
    return sorted(Path(folder).glob("drawn_*.npz")) if folder else []


needs_drawings = pytest.mark.skipif(
    not real_drawings(), reason="set DRAWN_PATH to a folder with drawn_*.npz, files of real drawings"
)


@pytest.mark.slow
@needs_drawings
@pytest.mark.parametrize("path", real_drawings(), ids=lambda path: path.stem)
def test_the_starter_reads_what_people_draw(path):
    drawn = evaluate_drawings(load_starter_model(), path)
    assert drawn.evaluation.accuracy >= 0.985
    assert drawn.refused <= 0.03


@pytest.mark.mnist
@pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="set MNIST_PATH to a real mnist.npz")
def test_the_starter_reads_mnist_and_is_as_sure_as_it_is_right():
    test = load_dataset("mnist").test
    evaluation = evaluate(load_starter_model(), test)
    assert evaluation.accuracy >= 0.993
    assert expected_calibration_error(evaluation.probabilities, test.labels) <= 0.02
