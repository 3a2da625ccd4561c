"""A real server and a real browser, for the tests that need both."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app_server import Server, running_server

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Browser, Page = playwright.Browser, playwright.Page
PATIENCE_MS = 20_000  # a shared machine may be slow
playwright.expect.set_options(timeout=PATIENCE_MS)

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",  # a camera, for those whom a test permits to use it
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with a home of its own and whatever `MNIST_PATH` names."""
    with running_server(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found: install one, or name it in CHROMIUM")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A fresh visitor, with relative addresses going to the server."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": 1280, "height": 900}, locale="en-US"
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def draw(page: Page) -> Page:
    """Draw, ready, with nothing on the pad."""
    page.goto("/draw")
    page.locator(".st-key-drawing_pad canvas").first.wait_for()
    playwright.expect(page.locator(".st-key-prediction")).to_have_text(re.compile("^Draw"))
    return page


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """The same with a phone in hand."""
    context = browser.new_context(
        base_url=server.url,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=3,
        locale="en-US",
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
