"""Kept drawings come back as they were, whatever happens to the disk."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.drawing import rasterize_strokes
from mnist_core.drawings_store import (
    MOST_DRAWINGS,
    DrawingStore,
    drawings_to_json,
    drawings_to_npz,
    drawings_to_png,
)
from mnist_core.errors import DrawingError

SEVEN = [[[100, 100], [800, 100], [400, 900]]]
ONE = [[[500, 100], [500, 900]]]


@pytest.fixture
def store(tmp_path: Path) -> DrawingStore:
    return DrawingStore(tmp_path, "visitor1")


def test_a_kept_drawing_comes_back(store: DrawingStore, tmp_path: Path) -> None:
    store.keep(7, SEVEN)
    store.keep(1, ONE)
    seven, one = DrawingStore(tmp_path, "visitor1").load()
    assert (seven.label, one.label) == (7, 1)
    assert seven.strokes[0].tolist() == SEVEN[0]
    np.testing.assert_array_equal(seven.image, np.round(rasterize_strokes(SEVEN) * 255))


def test_an_uploaded_picture_is_kept_without_strokes(store: DrawingStore) -> None:
    store.keep(1, image=rasterize_strokes(ONE))
    (kept,) = store.load()
    assert kept.strokes == ()
    assert kept.image.max() == 255


def test_visitors_see_their_own_drawings_only(store: DrawingStore, tmp_path: Path) -> None:
    store.keep(7, SEVEN)
    assert DrawingStore(tmp_path, "visitor2").load() == []


@pytest.mark.parametrize("owner", ["", "../other", "a/b", "x" * 65])
def test_a_visitor_cannot_name_a_place_outside(owner: str, tmp_path: Path) -> None:
    with pytest.raises(DrawingError):
        DrawingStore(tmp_path, owner)


def test_one_or_all_drawings_are_forgotten(store: DrawingStore) -> None:
    assert store.version == 0
    first = store.keep(7, SEVEN)
    store.keep(1, ONE)
    assert store.version > 0
    store.delete(first.id)
    store.delete("../../etc/passwd")
    assert [drawing.label for drawing in store.load()] == [1]
    store.clear()
    assert store.load() == []


def test_a_drawing_that_cannot_be_deleted_is_said_in_a_sentence(
    store: DrawingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.keep(7, SEVEN)

    def denied(*_values: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", denied)
    for forget in (store.clear, lambda: store.delete(kept.id)):
        with pytest.raises(DrawingError, match="could not be deleted"):
            forget()


@pytest.mark.parametrize("label", [-1, 10, "7", None])
def test_only_digits_are_labels(store: DrawingStore, label: object) -> None:
    with pytest.raises(DrawingError, match="digit from 0 to 9"):
        store.keep(label, SEVEN)  # type: ignore[arg-type]


def test_nothing_drawn_is_not_kept(store: DrawingStore) -> None:
    with pytest.raises(DrawingError, match="Nothing is drawn"):
        store.keep(7, [])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format_version": 99}', "\x00"])
def test_a_damaged_file_is_passed_over(store: DrawingStore, tmp_path: Path, text: str) -> None:
    kept = store.keep(7, SEVEN)
    store.keep(1, ONE)
    (tmp_path / "drawings" / "visitor1" / f"{kept.id}.json").write_text(text)
    assert [drawing.label for drawing in store.load()] == [1]


def test_a_full_disk_is_said_in_a_sentence_and_leaves_nothing(
    store: DrawingStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(DrawingError, match="disk is full"):
        store.keep(7, SEVEN)
    assert list((tmp_path / "drawings" / "visitor1").iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "drawings").write_text("a file where the folder should be")
    with pytest.raises(DrawingError, match="could not be kept"):
        DrawingStore(tmp_path, "visitor1").keep(7, SEVEN)


def test_there_is_an_end_to_keeping(store: DrawingStore, tmp_path: Path) -> None:
    store.keep(7, SEVEN)
    folder = tmp_path / "drawings" / "visitor1"
    for number in range(MOST_DRAWINGS):
        (folder / f"{number:016d}-00000000.json").touch()
    with pytest.raises(DrawingError, match="room for no more"):
        store.keep(7, SEVEN)


def test_downloads_hold_every_drawing(store: DrawingStore) -> None:
    drawings = [store.keep(7, SEVEN) for _ in range(12)]
    facts = json.loads(drawings_to_json(drawings))
    assert [drawing["label"] for drawing in facts["drawings"]] == [7] * 12
    with np.load(io.BytesIO(drawings_to_npz(drawings))) as arrays:
        assert arrays["x_train"].shape == (12, 28, 28)
        assert arrays["y_train"].tolist() == [7] * 12
        assert arrays["x_test"].shape == (0, 28, 28)
    assert Image.open(io.BytesIO(drawings_to_png(drawings))).size == (840, 168)
