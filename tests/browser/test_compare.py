"""Compare in a real browser: what one clicks is shown."""

from __future__ import annotations

import re

from .conftest import Page, playwright
from .test_train import TRAINING_TIMEOUT_MS, start, status

expect = playwright.expect


def test_a_click_on_a_bar_and_on_a_cell_shows_those_digits(page: Page) -> None:
    start(page, "/train?preset=softmax&epochs=1")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    page.get_by_role("link", name=re.compile("Compare")).first.click()
    for chart, digits in (
        ("bars", "times 3 is read wrongly"),
        ("cells", "times 3 is read as 3"),
    ):
        expect(page.get_by_text(digits)).to_have_count(0)
        mark_of_three(page, chart).click(force=True)  # its number may lie over a cell
        expect(page.get_by_text(digits)).to_be_visible()
        expect(page.get_by_test_id("stImage").first).to_be_visible()


def mark_of_three(page: Page, chart: str) -> object:
    """The bar of the digit 3, or its cell on the diagonal: Vega draws one mark after the other."""
    marks = page.locator(f"[class*=st-key-compare_{chart}] svg .mark-rect path")
    expect(marks).to_have_count(10 if chart == "bars" else 100)
    return marks.nth(3 if chart == "bars" else 33)


def test_runs_are_ticked_by_keyboard(page: Page) -> None:
    start(page, "/train?preset=softmax&epochs=1")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    page.get_by_role("link", name=re.compile("Compare")).first.click()
    tick = page.get_by_test_id("stDataFrame").locator("[role=row][aria-selected]")
    expect(tick).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Fullscreen").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Space")
    expect(tick).to_have_attribute("aria-selected", "false")
    expect(page.get_by_text("Tick a run in the table.")).to_be_visible()


def test_why_a_file_is_refused_stays_on_screen_while_a_run_is_watched(page: Page) -> None:
    start(page, "/train?preset=cnn&epochs=30")
    page.get_by_role("link", name=re.compile("Compare")).first.click()
    page.get_by_text("Load a run from a file").click()
    page.get_by_test_id("stFileUploader").locator("input").set_input_files(
        {"name": "odd.mnistrun", "mimeType": "application/octet-stream", "buffer": b"no run"}
    )
    page.get_by_role("button", name="Load it").click()
    refusal = page.get_by_test_id("stAlert").filter(has_text="⚠️")
    expect(refusal).to_be_visible()
    page.wait_for_timeout(5000)
    expect(refusal).to_be_visible()
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Nothing to compare yet.")).to_be_visible()  # else the run keeps a worker busy
