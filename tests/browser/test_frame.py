"""Every page opens by its own address, keeps its language and its visitor, and never shows a stack trace."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.app_server import Server, running_server

from .conftest import Browser, Page

PAGES = ["/", "/lesson", "/train", "/browse", "/draw", "/compare"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_by_its_own_address_on_a_fresh_server(
    path: str, browser: Browser, tmp_path: Path
) -> None:
    with running_server(tmp_path) as server:
        context = browser.new_context(base_url=server.url)
        page = context.new_page()
        page.goto(path)
        page.locator("h1").first.wait_for(timeout=20_000)
        page.get_by_role("link", name="Draw", exact=False).first.wait_for(timeout=20_000)
        assert page.locator("[data-testid=stException]").count() == 0
        context.close()


def test_the_first_page_is_there_three_seconds_after_the_command(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    started = time.perf_counter()
    with running_server(tmp_path) as server:
        page.goto(server.url)
        page.locator("h1").first.wait_for(timeout=20_000)
        elapsed_s = time.perf_counter() - started
    page.close()
    print(f"first page after {elapsed_s:.1f} s")
    assert elapsed_s < 15, "not a benchmark: a shared machine may be slow, but this is another order"


def test_the_language_is_chosen_kept_in_the_link_and_on_the_next_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("radio", name="한국어").click()
    page.wait_for_url("**lang=ko**")
    page.get_by_test_id("stPageLink").nth(1).click()
    page.wait_for_url("**/lesson**")
    page.wait_for_function("() => location.search.includes('lang=ko')")


def test_a_browser_set_to_korean_is_greeted_in_korean(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, locale="ko-KR")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("heading", level=1).filter(has_text="숫자").wait_for()
    page.wait_for_function("() => document.documentElement.lang === 'ko'")
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_to_the_side_on_a_phone(path: str, browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(path)
    page.get_by_text("Digits: ", exact=False).last.wait_for()
    main = page.get_by_test_id("stMain")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")
    context.close()


def test_a_reload_finds_the_same_visitor(page: Page) -> None:
    page.goto("/")
    page.wait_for_function("() => document.cookie.includes('visitor=')")
    before = visitor_cookie(page)
    page.reload()
    page.locator("h1").first.wait_for()
    time.sleep(0.5)
    assert visitor_cookie(page) == before


def visitor_cookie(page: Page) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "visitor")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the server's memory map in /proc")
def test_the_web_process_never_loads_tensorflow(page: Page, server: Server) -> None:
    for path in PAGES:
        page.goto(path)
        page.locator("h1").first.wait_for()
    memory_map = Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")
    assert "numpy" in memory_map, "the map shows what is loaded"
    assert "tensorflow" not in memory_map


def test_a_lost_connection_is_told_in_our_words(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    with running_server(tmp_path) as server:
        page.goto(server.url)
        page.get_by_role("heading", level=1).wait_for(timeout=20_000)
    title = page.get_by_test_id("stDialog").get_by_role("heading")
    title.wait_for(timeout=60_000)
    assert title.evaluate("one => getComputedStyle(one, '::after').content") == '"연결이 끊겼어요"'
    assert title.evaluate("one => getComputedStyle(one).fontSize") == "0px"
    heard = page.get_by_role("dialog").aria_snapshot()
    assert "연결이 끊겼어요" in heard
    assert not re.search(r"Connection|Streamlit", heard)
    context.close()


def test_back_and_forward_lead_through_what_was_chosen_on_a_page(page: Page) -> None:
    page.goto("/browse")
    sevens = page.locator(".st-key-browse_true").get_by_role("button", name="7", exact=True)
    sevens.click()
    expect(page).to_have_url(re.compile("true=7$"))
    page.locator(".st-key-digits_sheet button").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Image 0")
    expect(page).to_have_url(re.compile("image=0"))
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("true=7$"))
    page.go_back()
    expect(sevens).to_have_attribute("aria-pressed", "false")
    page.go_forward()
    expect(sevens).to_have_attribute("aria-pressed", "true")


def test_back_leads_from_step_to_step_of_the_lesson(page: Page) -> None:
    page.goto("/lesson?step=1")
    for number in (2, 4):
        page.locator(".st-key-lesson_step button").nth(number - 1).click()
        expect(page.locator("h2").first).to_contain_text(f"{number}. ")
    for number in (2, 1):
        page.go_back()
        expect(page.locator("h2").first).to_contain_text(f"{number}. ")
        expect(page).to_have_url(re.compile(f"step={number}"))


@pytest.mark.parametrize(("path", "name"), [("/lesson", "수업"), ("/train", "학습"), ("/browse", "둘러보기")])
def test_back_leads_out_of_a_page_in_any_language(page: Page, path: str, name: str) -> None:
    page.goto("/?lang=ko")
    page.locator(".st-key-top_bar a", has_text=name).click()
    expect(page).to_have_url(re.compile(f"{path}.*lang=ko"))
    page.wait_for_timeout(1500)  # until all that the page writes into its address stands there
    presses = 0
    while path in page.url:
        page.go_back()
        page.wait_for_timeout(1500)
        presses += 1
        assert presses <= 4, page.url


def test_what_is_typed_is_sent_when_a_finger_goes_down_elsewhere(phone: Page) -> None:
    phone.goto("/train")
    phone.get_by_text("More settings", exact=True).click()
    field = phone.get_by_test_id("stNumberInput").locator("input")
    field.fill("7")
    expect(field).to_be_focused()
    finger = phone.context.new_cdp_session(phone)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": 8, "y": 400}]})
    expect(field).not_to_be_focused()
    phone.wait_for_function("() => location.search.includes('seed=7')")
