"""Draw as people do it: hands leave the pad, a palm lies on it, a button is released elsewhere, the phone turns."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from .conftest import Page
from .test_draw import SEVEN, Point, draw_stroke, expect_answer, pad

POINTERS = """(canvas, events) => {
    const box = canvas.getBoundingClientRect()
    for (const [type, pointerType, x, y] of events) canvas.dispatchEvent(new PointerEvent(type, {
        pointerId: pointerType === 'pen' ? 2 : 3, pointerType, bubbles: true,
        clientX: box.left + x * box.width, clientY: box.top + y * box.height,
    }))
}"""


def pull(page: Page, points: Sequence[Point]) -> None:
    """Move the mouse over the pad, whatever its buttons do."""
    box = pad(page).bounding_box()
    for x, y in points:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)


def expect_strokes(page: Page, count: int) -> None:
    kept = "JSON.parse(sessionStorage.getItem('mnist-lab-drawing')).strokes"
    page.wait_for_function(f"() => {kept}.length === {count} && {kept}.every(stroke => stroke.length > 0)")


@pytest.mark.parametrize(("key", "left"), [("Control+z", 1), ("Delete", 0)])
def test_what_is_undone_in_mid_stroke_does_not_go_on(draw: Page, key: str, left: int) -> None:
    errors: list[str] = []
    draw.on("pageerror", lambda error: errors.append(str(error)))
    draw_stroke(draw, SEVEN)
    pull(draw, [(0.3, 0.5)])
    draw.mouse.down()
    pull(draw, [(0.7, 0.5)])
    draw.keyboard.press(key)
    pull(draw, [(0.1, 0.9), (0.9, 0.9)])
    draw.mouse.up()
    expect_strokes(draw, left)
    expect_answer(draw, r"^7" if left else r"^Draw")
    assert not errors


def test_a_mouse_button_released_unseen_ends_the_stroke(draw: Page) -> None:
    pull(draw, SEVEN[:1])
    draw.mouse.down()
    pull(draw, SEVEN[1:])
    draw.evaluate(
        "window.addEventListener('pointerup', e => e.stopImmediatePropagation(), {capture: true, once: true})"
    )
    draw.mouse.up()
    pull(draw, [(0.1, 0.9), (0.9, 0.1)])
    expect_strokes(draw, 1)
    expect_answer(draw, r"^7")


def test_a_stroke_that_leaves_the_pad_goes_on_when_it_comes_back(draw: Page) -> None:
    draw_stroke(draw, ((0.3, 0.2), (0.8, 0.2), (1.2, 0.25), (1.1, 0.5), (0.6, 0.9)))
    expect_strokes(draw, 1)
    expect_answer(draw, r"^7")


def test_the_right_button_draws_nothing(draw: Page) -> None:
    pull(draw, SEVEN[:1])
    draw.mouse.down(button="right")
    pull(draw, SEVEN[1:])
    draw.mouse.up(button="right")
    draw.wait_for_timeout(500)
    expect_answer(draw, r"^Draw")


def test_the_hand_that_holds_a_pen_leaves_no_ink(draw: Page) -> None:
    palm = [("pointerdown", "touch", 0.8, 0.9), ("pointermove", "touch", 0.85, 0.95)]
    pen = [("pointermove", "pen", *point) for point in SEVEN]
    rest = [("pointerup", "pen", *SEVEN[-1]), ("pointerup", "touch", 0.85, 0.95), *palm]
    pad(draw).evaluate(POINTERS, [*palm, ("pointerdown", "pen", *SEVEN[0]), *pen, *rest])
    expect_strokes(draw, 1)
    expect_answer(draw, r"^7")


def wait_until_it_fits(page: Page, height: int) -> None:
    """Until the pad has shrunk to the turned screen."""
    while pad(page).bounding_box()["height"] > height:
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)


class Finger:
    """Touches of the screen as a browser gets them from its device."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.device = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: Point) -> None:
        box = pad(self.page).bounding_box()
        places = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": number}
            for number, (x, y) in enumerate(points)
        ]
        self.device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


@pytest.fixture
def finger(phone: Page) -> Finger:
    phone.goto("/draw")
    expect_answer(phone, r"^Draw")
    return Finger(phone)


def test_a_second_finger_does_not_disturb_the_first(finger: Finger) -> None:
    finger.send("touchStart", SEVEN[0])
    finger.send("touchMove", SEVEN[1])
    finger.send("touchStart", SEVEN[1], (0.1, 0.9))
    finger.send("touchMove", (0.6, 0.5), (0.5, 0.9))
    finger.send("touchMove", SEVEN[2], (0.9, 0.9))
    finger.send("touchEnd")
    expect_strokes(finger.page, 1)
    expect_answer(finger.page, r"^7")


def test_a_phone_turned_within_a_stroke_keeps_the_shape(finger: Finger) -> None:
    finger.send("touchStart", SEVEN[0])
    finger.send("touchMove", SEVEN[1])
    finger.page.set_viewport_size({"width": 844, "height": 390})
    wait_until_it_fits(finger.page, 390)
    finger.send("touchMove", (0.6, 0.5))
    finger.send("touchMove", SEVEN[2])
    finger.send("touchEnd")
    expect_strokes(finger.page, 1)
    expect_answer(finger.page, r"^7")
