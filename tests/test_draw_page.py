"""The Draw page, without a browser: a drawing in the session is read, explained, kept, and learned from."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import streamlit as st
from PIL import ExifTags, Image
from streamlit.testing.v1 import AppTest

from mnist_core import read_image
from mnist_core.data.strokes import generate_drawings
from mnist_core.drawings_store import DrawingStore
from mnist_core.errors import DrawingError
from pages.components.draw.photo import open_picture
from pages.components.draw.stroke_editor import from_fabric, to_fabric
from pages.components.drawing_pad import SESSION_KEY, Drawing
from pages.components.readers import percent
from tests.app_page import at_page

VISITOR = "0123456789abcdef" * 2
SEVEN = (np.array([[250, 220], [750, 220], [420, 820]], np.float32),)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MNIST_HOME", str(tmp_path))
    st.cache_resource.clear()
    app = at_page("draw.py")
    app.session_state["visitor"] = VISITOR
    return app


def draw(page: AppTest, strokes: tuple[np.ndarray, ...]) -> AppTest:
    page.session_state[SESSION_KEY] = Drawing(strokes, 1, 1, "a session")
    page.run()
    assert not page.exception
    assert not page.error
    return page


def component(page: AppTest, name: str, key: str = "") -> dict[str, Any]:
    protos = [element.proto for element in page.get("bidi_component")]
    found = [proto for proto in protos if proto.component_name == name and key in proto.id]
    content: dict[str, Any] = json.loads(found[0].json)
    return content


def answer(page: AppTest) -> dict[str, Any]:
    content: dict[str, Any] = component(page, "live_answer")["answers"][0]
    return content


def test_with_nothing_drawn_there_is_an_invitation_and_no_guess(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert not page.error
    assert answer(page)["title"].startswith("Draw")
    assert answer(page)["probabilities"] == [0] * 10


def test_a_seven_is_read_and_explained(page: AppTest) -> None:
    draw(page, SEVEN)
    assert answer(page)["title"] == "7"
    assert answer(page)["probabilities"][7] > 0.9
    evidence = component(page, "live_pictures", "evidence")["pictures"]
    assert [picture["title"] for picture in evidence if picture["isStrong"]] == ["7"]


def test_a_scribble_is_answered_with_not_sure_and_the_reason(page: AppTest) -> None:
    rng = np.random.default_rng(0)
    draw(page, (rng.uniform(0, 1000, (60, 2)).astype(np.float32),))
    assert answer(page)["title"] == "Not sure"
    assert "Clear it and draw one digit." in answer(page)["sentence"]
    assert set(answer(page)["shares"]) == {"–"}
    assert max(answer(page)["probabilities"]) > 0


def test_the_preparation_is_shown_step_by_step_and_each_step_can_be_left_out(page: AppTest) -> None:
    draw(page, SEVEN)
    page.session_state["draw_panel"] = "steps"
    page.run()
    steps = component(page, "live_pictures", "steps")["pictures"]
    assert [step["title"] for step in steps] == ["Plain resize", "Fit to 20 × 20", "Centre", "Pen width"]
    assert steps[-1]["note"].startswith("reads 7")
    next(toggle for toggle in page.toggle if toggle.label == "Centre").set_value(False).run()
    steps = component(page, "live_pictures", "steps")["pictures"]
    assert [step["title"] for step in steps] == ["Plain resize", "Fit to 20 × 20", "Pen width"]


def test_the_layers_are_shown_down_to_the_scores(page: AppTest) -> None:
    draw(page, SEVEN)
    page.session_state["draw_panel"] = "layers"
    page.run()
    layers = component(page, "live_pictures", "layers")["pictures"]
    assert [layer["title"] for layer in layers] == [
        "Layer 1",
        "Layer 2",
        "Layer 3",
        "Layer 4",
        "Ten scores, 0 to 9",
    ]
    assert layers[0]["note"] == "32 pictures, 12 × 12"
    assert layers[0]["width"] == 8 * 13 - 1  # eight in a row, a pixel between
    scores = [float(text.split()[1].replace("−", "-")) for text in layers[-1]["note"].split(", ")]
    assert int(np.argmax(scores)) == 7


def test_a_drawing_is_kept_with_its_label_and_the_pad_is_cleared(page: AppTest, tmp_path: Path) -> None:
    draw(page, SEVEN)
    page.pills(key="keep_drawing").set_value(7).run()
    assert [kept.label for kept in DrawingStore(tmp_path, VISITOR).load()] == [7]
    assert answer(page)["title"].startswith("Draw")


def test_a_full_disk_is_said_in_a_sentence(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(page, SEVEN)

    def full(*_: object, **__: object) -> None:
        raise DrawingError("The disk is full, so this drawing was not kept. Free some space and try again.")

    monkeypatch.setattr(DrawingStore, "keep", full)
    page.pills(key="keep_drawing").set_value(7).run()
    assert "disk is full" in page.error[0].value
    assert answer(page)["title"] == "7"


def test_examples_show_every_digit(page: AppTest) -> None:
    page.run()
    hints = [picture["hint"] for picture in component(page, "live_pictures", "examples")["pictures"]]
    assert [hint.split(":")[1].split()[0] for hint in hints] == list("0123456789")


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, ">99%"), (1.0, ">99%")]
)
def test_nearly_certain_is_not_called_certain(share: float, text: str) -> None:
    assert percent(share) == text


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png")
    return buffer.getvalue()


def test_a_picture_file_is_opened_and_shrunk() -> None:
    picture = open_picture(io.BytesIO(png(np.full((3000, 1500), 200, np.uint8))))
    assert picture.shape == (1600, 800, 3)
    assert picture.dtype == np.uint8


def test_a_photo_is_turned_upright_and_a_large_one_is_decoded_small() -> None:
    image = Image.fromarray(np.full((6000, 8000, 3), 200, np.uint8))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera lay on its side
    file = io.BytesIO()
    image.save(file, format="jpeg", exif=exif)
    assert open_picture(io.BytesIO(file.getvalue())).shape == (1600, 1200, 3)


def test_a_picture_of_sixteen_bits_keeps_its_ink() -> None:
    pixels = np.full((40, 30), 65_535, np.uint16)
    pixels[10:30, 14:17] = 2_000
    picture = open_picture(io.BytesIO(png(pixels)))
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert picture[20, 15].tolist() == [7, 7, 7]


def test_a_picture_too_large_to_decode_is_refused_with_its_size() -> None:
    file = io.BytesIO()
    Image.new("1", (8000, 6000)).save(file, format="png")
    with pytest.raises(DrawingError, match="8000 × 6000"):
        open_picture(io.BytesIO(file.getvalue()))


def test_an_uploaded_picture_is_opened_and_read_once_not_at_every_stroke(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, read = Mock(side_effect=open_picture), Mock(side_effect=read_image)
    monkeypatch.setattr("pages.components.draw.photo.open_picture", opened)
    monkeypatch.setattr("pages.components.draw.photo.read_image", read)
    page.session_state["open_photo"] = True
    page.run()
    page.file_uploader(key="picture_upload").set_value(
        ("one.png", png(np.eye(60, dtype=np.uint8) * 255), "image/png")
    )
    page.run()
    draw(page, SEVEN)
    assert opened.call_count == read.call_count == 1
    page.file_uploader(key="picture_upload").set_value(
        ("two.png", png(np.eye(50, dtype=np.uint8) * 255), "image/png")
    )
    page.run()
    assert opened.call_count == read.call_count == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        png(np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8))[:600],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 99,
    ],
    ids=["empty", "text", "cut off", "damaged"],
)
def test_what_is_no_picture_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(DrawingError, match="no picture"):
        open_picture(io.BytesIO(content))


def test_strokes_go_to_the_editor_and_come_back() -> None:
    for strokes, _, _ in generate_drawings(5, 1):
        pad = [np.asarray(stroke) * 5 + 500 for stroke in strokes]
        raw = to_fabric(pad, "#000")
        for item in raw["objects"]:  # what the canvas adds to a path it has loaded
            points = np.array([command[1:] for command in item["path"]])
            left, top = points.min(axis=0) - item["strokeWidth"] / 2
            item |= {"left": left, "top": top, "originX": "left", "originY": "top"}
        for there, back in zip(pad, from_fabric(raw) or [], strict=True):
            np.testing.assert_allclose(back, there, atol=0.1)


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"objects": 7}, {"objects": [{"type": "path", "path": [["M"]]}]}]
)
def test_what_is_no_drawing_of_the_editor_is_refused(raw: object) -> None:
    assert from_fabric(raw) is None
