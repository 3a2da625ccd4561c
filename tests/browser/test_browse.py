"""Browse in a real browser: page, press a digit, see its card, with the mouse and the keyboard."""

from __future__ import annotations

import io
import re
import statistics

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, WebSocketRoute, expect


def test_a_digit_is_pressed_and_its_card_opens_and_closes(page: Page) -> None:
    page.goto("/browse")
    page.get_by_role("button", name=re.compile("^Image 3,")).click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Image 3")
    expect(page).to_have_url(re.compile("image=3"))
    card.get_by_role("button", name="Next").click()
    expect(card).to_contain_text("Image 4")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_the_second_page_begins_where_the_first_ended(page: Page) -> None:
    page.goto("/browse")
    page.get_by_role("button", name=re.compile("^Image 0,")).wait_for()
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page.get_by_role("button", name=re.compile("^Image 60,"))).to_be_visible()
    expect(page).to_have_url(re.compile("page=2"))


def test_a_digit_is_reached_and_pressed_by_keyboard(page: Page) -> None:
    page.goto("/browse?true=7")
    digits = page.locator(".st-key-digits_sheet button")
    digits.first.focus()
    for key, place in (("ArrowRight", 1), ("ArrowDown", 16), ("ArrowLeft", 15), ("Home", 0), ("End", 59)):
        page.keyboard.press(key)
        expect(digits.nth(place)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("labelled 7")


def test_the_pages_beside_are_there_before_the_server_answers(page: Page) -> None:
    is_silent = False

    def pass_on(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: None if is_silent else route.send(message))

    page.route_web_socket(re.compile("/_stcore/stream"), pass_on)
    page.goto("/browse?page=2")
    page.get_by_role("button", name=re.compile("^Image 60,")).wait_for()
    page.wait_for_timeout(1_000)
    is_silent = True
    first = page.locator(".st-key-digits_sheet button").first
    for button, number in (("Next page", 120), ("Previous page", 60), ("Page 1", 0)):
        page.get_by_role("button", name=button, exact=True).click()
        expect(first).to_have_attribute("title", re.compile(f"^Image {number},"))


def test_a_digit_of_a_page_just_turned_is_the_one_that_opens(page: Page) -> None:
    page.goto("/browse")
    page.get_by_role("button", name=re.compile("^Image 0,")).wait_for()
    page.get_by_role("button", name="Next page").wait_for()
    page.evaluate(
        """() => {
          document.querySelector(`button[aria-label="Next page"]`).click()
          document.querySelector(".st-key-digits_sheet button").click()
        }"""
    )
    expect(page.get_by_role("dialog")).to_contain_text("Image 60")
    expect(page).to_have_url(re.compile("page=2"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_wider_than_a_phone_show_on_which_side_more_of_them_are(phone: Page, scheme: str) -> None:
    phone.emulate_media(color_scheme=scheme)
    phone.goto("/browse?image=3")
    phone.get_by_role("tab", name="Pixels as numbers").click()
    table = phone.get_by_role("dialog").locator(".st-key-pixels .stCode")
    expect(table).to_be_visible()
    for place, sides in ((0, (False, True)), (100, (True, True)), (9999, (True, False))):
        table.evaluate("(table, place) => table.scrollTo(place, 0)", place)
        assert shaded_sides(table) == sides


def shaded_sides(table: Locator) -> tuple[bool, bool]:
    """Whether the left and the right edge of a table look other than its middle, below its last row."""
    picture = np.asarray(Image.open(io.BytesIO(table.screenshot())).convert("L")).astype(int)
    left, middle, right = picture[-20, [4, picture.shape[1] // 2, -5]]
    return abs(left - middle) > 10, abs(right - middle) > 10


# Press the button named `name`; resolves to the milliseconds until the sheet shows other digits, painted.
TURN_A_PAGE = """name => new Promise(done => {
  const shown = () => [...document.querySelectorAll(".st-key-digits_sheet button")].map(each => each.title).join()
  const before = shown(), start = performance.now()
  const look = () => requestAnimationFrame(() => {
    if (shown() === before) look()
    else requestAnimationFrame(() => done(performance.now() - start))
  })
  document.querySelector(`button[aria-label="${name}"]`).click()
  look()
})"""


@pytest.mark.parametrize(
    "filters", ["split=train", "split=train&order=loss", "split=train&order=loss&true=4"]
)
def test_a_page_is_turned_at_once(page: Page, filters: str) -> None:
    page.goto(f"/browse?{filters}")
    page.locator(".st-key-digits_sheet button").first.wait_for(timeout=60_000)
    page.wait_for_timeout(2_000)
    times = []
    for name in ["Next page"] * 10 + ["Previous page"] * 10:
        times.append(page.evaluate(TURN_A_PAGE, name))
        page.wait_for_timeout(100)
    print(f"{filters}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms")
    assert statistics.median(times) < 500
