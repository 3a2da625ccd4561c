"""The lesson in a real browser: answer, reveal, move, next step, projector, both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.components.lesson.steps import STEPS
from tests.app_server import running_server

from .conftest import Browser


def answer(page: Page, choice: str) -> None:
    page.get_by_text(choice, exact=True).click()
    page.get_by_role("button", name="Check my answer").click()


def test_an_answer_reveals_what_follows_and_next_goes_on(page: Page) -> None:
    page.goto("/lesson")
    expect(page.get_by_role("heading", name="1. The data")).to_be_visible()
    answer(page, "784")
    expect(page.get_by_text("28 × 28 = 784 numbers")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="2. Sigmoid")).to_be_visible()
    expect(page).to_have_url(re.compile("step=2"))
    expect(page.get_by_role("heading", name="2. Sigmoid")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="2. Sigmoid")).to_be_focused()  # Tab goes on from there


def test_a_link_opens_its_step_for_the_projector_without_navigation(page: Page) -> None:
    page.goto("/lesson?step=3&projector=1")
    expect(page.get_by_role("heading", name="3. Flatten")).to_be_visible()
    expect(page.locator(".st-key-top_bar")).to_be_hidden()


def test_the_lesson_speaks_korean_when_the_link_says_so(page: Page) -> None:
    page.goto("/lesson?step=4&lang=ko")
    expect(page.get_by_role("heading", name="NumPy로 학습하기")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "menu", "worksheet"), [("en", "For the teacher", "Worksheet"), ("ko", "교사용", "활동지")]
)
def test_the_worksheet_is_downloaded_in_the_language_of_the_page_and_fits_one_sheet_of_paper(
    page: Page, language: str, menu: str, worksheet: str
) -> None:
    page.goto(f"/lesson?lang={language}")
    page.get_by_text(menu).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=worksheet).click()
    assert download.value.suggested_filename == "worksheet.html"
    html = download.value.path().read_text(encoding="utf-8")
    assert worksheet in html
    page.set_content(html)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) == 2, "front and back"


@pytest.mark.parametrize(("number", "charts"), [(2, 3), (3, 1), (5, 1)])
def test_every_chart_of_a_step_is_drawn(page: Page, number: int, charts: int) -> None:
    page.goto(f"/lesson?step={number}")
    for question in STEPS[number - 1].questions:
        answer(page, question.choices[question.right])
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg.marks")).to_have_count(charts)


def test_a_pixel_that_is_tapped_is_framed(phone: Page) -> None:
    phone.goto("/lesson?step=3")
    answer(phone, "At 285")
    squares = phone.locator(".st-key-lesson_flat_map .mark-rect path")
    expect(squares).to_have_count(784)
    squares.first.tap()
    expect(phone.get_by_text("Place 0 = row 0 × 28 + column 0")).to_be_visible()


def test_step_answers_and_runs_outlive_the_server(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    context.set_default_timeout(60_000)
    page = context.new_page()
    with running_server(tmp_path) as server:
        page.goto(f"{server.url}/lesson?step=4")
        answer(page, "About 10%")
        page.get_by_role("button", name="Run the post's loop").click()
        page.get_by_text("Stopped after epoch").wait_for()
    with running_server(tmp_path) as server:
        page.goto(f"{server.url}/lesson")
        expect(page.get_by_role("heading", name="4. Learning in NumPy")).to_be_visible()
        expect(page.get_by_role("radio", name="About 10%")).to_be_checked()
        expect(page.get_by_text("Stopped after epoch")).to_be_visible()
    context.close()
