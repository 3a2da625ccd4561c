"""Draw in a real browser, beyond the pad: drawings downloaded and learned from, pictures and the camera."""

from __future__ import annotations

import io
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from .conftest import Page, playwright
from .test_draw import SEVEN, draw_stroke, expect_answer

LEARNED_S = 120  # seconds; a worker starts, and a shared machine may be slow


def keep(page: Page, digit: int) -> None:
    draw_stroke(page, SEVEN)
    expect_answer(page, r"^7")
    page.get_by_role("radio", name=str(digit), exact=True).click()
    expect_answer(page, r"^Draw")


def test_kept_drawings_are_downloaded_as_strokes_as_numbers_and_as_a_picture(draw: Page) -> None:
    keep(draw, 7)
    keep(draw, 1)
    draw.get_by_text("My drawings").click()

    def downloaded(name: str) -> bytes:
        with draw.expect_download() as waiting:
            draw.get_by_role("button", name=name).click()
        return Path(waiting.value.path()).read_bytes()

    kept = json.loads(downloaded("Strokes (.json)"))["drawings"]
    assert [drawing["label"] for drawing in kept] == [7, 1]
    x, y = np.array(kept[0]["strokes"][0]).T / 1000
    assert (x[0], y[0]) == pytest.approx(SEVEN[0], abs=0.01)
    assert (x[-1], y[-1]) == pytest.approx(SEVEN[-1], abs=0.01)

    with np.load(io.BytesIO(downloaded("For Keras (.npz)"))) as arrays:
        assert arrays["x_train"].shape == (2, 28, 28)
        assert arrays["x_train"].max() == 255
        assert arrays["y_train"].tolist() == [7, 1]
        assert len(arrays["x_test"]) == 0

    with Image.open(io.BytesIO(downloaded("Picture (.png)"))) as sheet:
        assert sheet.width == 2 * sheet.height
        assert sheet.convert("L").getextrema() == (0, 255)


def test_a_model_learns_from_the_drawings_and_forgets_them_again(draw: Page) -> None:
    for _ in range(3):
        keep(draw, 1)
    draw.get_by_text("My drawings").click()
    playwright.expect(draw.locator(".st-key-gallery button")).to_have_count(3)  # they push the button down
    draw.get_by_role("button", name="Learn from my drawings (3)").click()
    learned = draw.get_by_role("button", name="Read with the new model")
    learned.wait_for(timeout=LEARNED_S * 1_000)
    for label, change in (
        ("Your drawings", r"100%.*0% before"),
        ("Test digits", r"9\d\.\d\d%.*99\.\d\d% before"),
    ):
        metric = draw.get_by_test_id("stMetric").filter(has_text=label)
        playwright.expect(metric).to_have_text(re.compile(change))

    learned.click()
    draw_stroke(draw, SEVEN)
    expect_answer(draw, r"^1")
    draw.locator(".st-key-learning_undo button").click()
    expect_answer(draw, r"^7")
    draw.get_by_role("button", name="Learn from my drawings (3)").wait_for()


def picture_of_a_seven() -> bytes:
    page = Image.new("RGB", (640, 480), (235, 228, 214))
    ImageDraw.Draw(page).line([(240, 90), (400, 90), (300, 380)], fill=(40, 50, 110), width=22, joint="curve")
    return in_format(page, "jpeg")


def in_format(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return buffer.getvalue()


def upload(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "image/jpeg", "buffer": content}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def test_a_photo_is_read_and_kept_as_the_digit_that_was_chosen_last(draw: Page) -> None:
    draw.get_by_text("Read a picture or photo").click()
    upload(draw, "seven.jpg", picture_of_a_seven())
    answers = draw.locator(".live-answers.many")
    playwright.expect(answers).to_have_text(re.compile(r"^7"))
    digits = draw.get_by_role("radiogroup", name="That was a …").last
    digits.get_by_role("radio", name="1", exact=True).click()
    digits.get_by_role("radio", name="7", exact=True).click()
    draw.get_by_text("My drawings").click()
    draw.get_by_role("button", name="7, from a picture").wait_for()
    playwright.expect(draw.locator("button.live-picture[aria-label*='from a picture']")).to_have_count(1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no picture at all", "This file is no picture, or it is damaged."),
        (picture_of_a_seven()[:700], "This file is no picture, or it is damaged."),
        (
            in_format(Image.new("1", (10_000, 9_000)), "png"),
            "This picture is too large: 10000 × 9000 pixels.",
        ),
        (in_format(Image.new("L", (300, 300), 220), "png"), "No digit stands out in this picture."),
    ],
    ids=["text", "cut off", "too many pixels", "blank"],
)
def test_what_cannot_be_read_is_said_in_a_sentence(draw: Page, content: bytes, sentence: str) -> None:
    draw.get_by_text("Read a picture or photo").click()
    upload(draw, "picture.jpg", content)
    draw.get_by_text(sentence).first.wait_for()


@pytest.mark.parametrize(("name", "size"), [("seven.jpg", 21 * 2**20), ("seven.txt", 5)])
def test_why_a_file_is_not_even_taken_is_there_to_be_read(draw: Page, name: str, size: int) -> None:
    draw.get_by_text("Read a picture or photo").click()
    upload(draw, name, bytes(size))
    draw.locator(".stFileUploader [aria-invalid=true]").wait_for()
    uploader = draw.locator(".stFileUploader")
    assert "more than 20 MB, or is of another kind" in uploader.evaluate(
        "one => getComputedStyle(one, '::after').content"
    )


@pytest.fixture
def with_camera(draw: Page) -> Page:
    """A visitor whose camera shows a picture that Chromium makes up, and who lets the page use it."""
    draw.context.grant_permissions(["camera"])
    return draw


def test_what_the_camera_sees_is_answered(with_camera: Page) -> None:
    with_camera.get_by_text("Read a picture or photo").click()
    with_camera.get_by_text("Use the camera").click()
    with_camera.wait_for_function("document.querySelector('video')?.readyState >= 2")
    button, deadline = with_camera.get_by_role("button", name="Take Photo"), time.monotonic() + 20
    while button.is_visible() and time.monotonic() < deadline:
        button.click()  # which does nothing until the camera is quite ready
        with_camera.wait_for_timeout(1_000)
    playwright.expect(with_camera.locator(".live-answers.many")).to_have_text(
        re.compile(r"^(\d|Not sure)"), timeout=20_000
    )
