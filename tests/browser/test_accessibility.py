"""axe-core, the accessibility checker of the field, finds nothing to mend on any page, light and dark."""

from __future__ import annotations

import io
import time

import pytest
from PIL import Image
from playwright.sync_api import Locator

from tests.app_server import Server

from .conftest import Browser, Page
from .test_lesson import answer

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

PAGES = ["/", "/lesson", "/train", "/browse", "/draw", "/compare"]

FOCUS = """() => {
  let element = document.activeElement;
  if (element === document.body) return null;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const isAgain = element.walk === window.walk;
  element.walk = window.walk;
  const name = element.ariaLabel || element.labels?.[0]?.innerText || element.innerText || "";
  const rings = [];
  for (let part = element; part && rings.length < 6; part = part.parentElement) {
    const style = getComputedStyle(part);
    rings.push((style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none");
  }
  const needsNone = element.matches("main, input[type=text], input[type=number]");
  return [name.trim(), rings.some(Boolean) || needsNone, isAgain];
}"""  # the name of where the keyboard is, whether a ring is drawn there (a field shows its caret), and if it was before
NOT_REACHED = """() => [...document.querySelectorAll("a[href], button, input, summary")]
  .filter(element => element.walk !== window.walk && !element.disabled && element.tabIndex >= 0)
  .filter(element => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
  .filter(element => !element.closest("details:not([open]) > :not(summary)"))
  .filter(element => !element.closest("[role=radiogroup], [role=toolbar]"))  // arrow keys move in there
  .map(element => element.outerHTML.slice(0, 200))"""


def expect_no_barriers(page: Page) -> None:
    """None once the page is complete, which may take a moment."""
    deadline = time.monotonic() + 10
    while (found := problems(page)) and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    assert found == []


def problems(page: Page) -> list[str]:
    """Each broken rule, with the first element that breaks it. What is switched off may be pale: its label too."""
    switched_off = {"exclude": [["label[disabled]"]]}
    violations = axe_playwright.Axe().run(page, context=switched_off).response["violations"]
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:200]}" for each in violations]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_barriers(path: str, scheme: str, browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, color_scheme=scheme, locale="en-US")
    page = context.new_page()
    page.goto(path)
    page.get_by_role("heading", level=1).wait_for()
    expect_no_barriers(page)
    context.close()


def test_numbers_wider_than_a_phone_can_be_pushed_aside_by_keyboard(phone: Page) -> None:
    phone.goto("/lesson?step=1")
    phone.set_default_timeout(60_000)
    answer(phone, "784")
    phone.locator(".st-key-pixels").wait_for()
    expect_no_barriers(phone)


@pytest.mark.parametrize("path", PAGES)
def test_tab_reaches_everything_that_can_be_used_and_shows_where_it_is(path: str, page: Page) -> None:
    page.goto(path)
    page.get_by_role("heading", level=1).wait_for()
    reached, missed = walk_with_tab(page)
    deadline = time.monotonic() + 20
    while (missed or not all(map(all, reached))) and time.monotonic() < deadline:
        page.wait_for_timeout(1_000)  # something came, or got its name, when the keyboard had gone by
        reached, missed = walk_with_tab(page)
    assert missed == []
    assert [name for name, is_shown in reached if not (name and is_shown)] == []


def walk_with_tab(page: Page) -> tuple[list[tuple[str, bool]], list[str]]:
    """Name of each element where the keyboard stops once round, and if one sees that it is there; what it missed."""
    page.evaluate("window.walk = (window.walk ?? 0) + 1")
    reached: list[tuple[str, bool]] = []
    for _press in range(100):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None and not reached:
            continue  # it comes from the end
        if focus is None or focus[2]:
            return reached, page.evaluate(NOT_REACHED)
        reached.append((focus[0], focus[1]))
    raise AssertionError(f"the keyboard is caught: {reached[-3:]}")


def test_a_drawing_that_was_read_has_no_barriers(page: Page) -> None:
    page.goto("/draw")
    page.get_by_role("button", name="7", exact=False).first.wait_for()
    pad = page.locator(".st-key-drawing_pad").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 150, pad["y"] + 80)
    page.mouse.down()
    page.mouse.move(pad["x"] + 150, pad["y"] + 330, steps=10)
    page.mouse.up()
    page.locator(".st-key-prediction", has_text="1").wait_for()
    expect_no_barriers(page)


def test_a_run_and_its_curves_have_no_barriers(page: Page) -> None:
    page.goto("/train?preset=softmax&epochs=1")
    page.get_by_role("button", name="Start").click()
    page.locator(".st-key-run_status", has_text="finished").wait_for(timeout=60_000)
    expect_no_barriers(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_chosen_and_how_much_shows_without_our_colours(page: Page, scheme: str) -> None:
    """High contrast: the reader's colours replace all of ours, and grounds and fills with them."""
    page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
    page.goto("/draw")
    page.locator(".st-key-examples button").first.click()
    best = page.locator(".live-best .live-track")
    best.wait_for()
    page.wait_for_timeout(500)  # the bar has grown
    assert ground(best) != ground(page.locator("li:not(.live-best) .live-track").last)
    for choice in (".st-key-lang", ".st-key-draw_tool"):
        assert ground(page.locator(f"{choice} [aria-checked=true]")) != ground(
            page.locator(f"{choice} [aria-checked=false]")
        ), choice
    page.goto("/train")
    slider = page.locator(".stSlider [role=group] > div").first
    slider.wait_for()
    assert ground(slider.locator("div:has(> div > input)")) != ground(page.locator(".stApp"))


def ground(element: Locator) -> tuple[int, ...]:
    """The most frequent colour in the middle of an element, as it is painted."""
    picture = Image.open(io.BytesIO(element.screenshot())).convert("RGB")
    inside = picture.crop((4, 4, picture.width - 4, picture.height - 4))
    _count, colour = max(inside.getcolors(inside.width * inside.height) or [])
    return tuple(colour) if isinstance(colour, tuple) else (int(colour),)
