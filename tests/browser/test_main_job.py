"""The main job, as a visitor does it: train on real MNIST to the end, draw a seven, have one's own model read it."""

from __future__ import annotations

import os

import pytest

from tests.app_server import Server

from .conftest import Page, playwright
from .test_draw import SEVEN, draw_stroke, expect_answer, pad

TRAINING_TIMEOUT_MS = 240_000

needs_mnist = pytest.mark.skipif("MNIST_PATH" not in os.environ, reason="set MNIST_PATH to the real MNIST")


@needs_mnist
@pytest.mark.mnist
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["numpy", "tensorflow"])
def test_a_visitor_trains_a_model_and_it_reads_what_she_draws(
    backend: str, page: Page, server: Server
) -> None:
    page.goto(f"/train?preset=mlp&backend={backend}&epochs=2&augmentation=none&data=mnist")
    page.get_by_role("button", name="Start", exact=True).click()
    status = page.locator(".st-key-run_status")
    playwright.expect(status).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    page.get_by_test_id("stPageLink").filter(has_text="Draw").click()
    pad(page).wait_for()
    page.get_by_role("combobox", name="Who reads?").click()
    page.get_by_role("option").filter(has_not_text="starter").first.click()
    draw_stroke(page, SEVEN)
    expect_answer(page, r"^7")
    assert "Traceback" not in (server.home / "server.log").read_text()
