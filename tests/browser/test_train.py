"""Train in a real browser: to the end, with pause, step and resume, over a page change and a reload."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core import load_model

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Browser, Page, expect = playwright.Browser, playwright.Page, playwright.expect

LONG_RUN = "/train?preset=mlp&epochs=500&augmentation=none"
TRAINING_TIMEOUT_MS = 240_000


def start(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Start", exact=True).click()


def status(page: Page) -> object:
    return page.locator(".st-key-run_status")


def metric(page: Page, label: str) -> str:
    box = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return box.get_by_test_id("stMetricValue").inner_text()


def expect_metric(page: Page, label: str, value: str) -> None:
    box = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    expect(box.get_by_test_id("stMetricValue")).to_have_text(value, timeout=TRAINING_TIMEOUT_MS)


def test_a_change_of_language_keeps_every_choice(page: Page) -> None:
    page.goto("/train?preset=mlp&epochs=1&missing_digit=3&optimizer=momentum&training_images=1000")
    for language, more in (("한국어", "설정 더 보기"), ("English", "More settings")) * 2:
        page.get_by_role("radio", name=language).click()
        page.get_by_text(more, exact=True).wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    status(page).get_by_text("finished").wait_for(timeout=TRAINING_TIMEOUT_MS)
    link = page.evaluate("location.search")
    assert all(part in link for part in ("missing_digit=3", "optimizer=momentum", "training_images=1000"))


def progress(page: Page) -> str:
    return page.locator(".st-key-run_progress").inner_text()


def wait_until_it_moves(page: Page) -> None:
    before = progress(page)
    deadline = time.monotonic() + 60
    while progress(page) == before:
        assert time.monotonic() < deadline, f"No progress: {before}"
        time.sleep(0.1)


def test_a_run_goes_to_its_end_and_shows_what_it_reached(page: Page) -> None:
    start(page, "/train?preset=softmax&epochs=3")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    assert metric(page, "Epoch") == "3"
    assert (
        float(metric(page, "Test accuracy").rstrip("%")) > 60
    )  # MNIST about 90, the built-in digits about 76
    assert 0 < float(metric(page, "Training loss")) < 1
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    page.get_by_role("radio", name="Confusion matrix").click()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)


def test_a_run_stops_at_the_accuracy_it_was_asked_for(page: Page) -> None:
    start(page, "/train?preset=softmax&epochs=50&stop_at_accuracy=0.5")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    assert int(metric(page, "Epoch")) < 50
    assert float(metric(page, "Training accuracy").rstrip("%")) >= 50


def test_more_epochs_after_the_end_and_the_same_curve_after_a_reset(page: Page) -> None:
    start(page, "/train?preset=softmax&epochs=1")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    page.get_by_role("button", name="+5 epochs").click()
    expect_metric(page, "Epoch", "6")
    expect(status(page)).to_contain_text("finished")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect_metric(page, "Epoch", "0")
    begun = metric(page, "Training loss")
    page.get_by_role("button", name="Resume", exact=True).click()
    expect_metric(page, "Epoch", "1")
    expect(status(page)).to_contain_text("finished")
    learned = metric(page, "Training loss")
    assert learned != begun
    page.get_by_role("button", name="Reset", exact=True).click()
    expect_metric(page, "Training loss", begun)
    page.get_by_role("button", name="Resume", exact=True).click()
    expect_metric(page, "Training loss", learned)


def test_the_learning_rate_is_changed_while_the_run_runs_and_stays_changed(page: Page) -> None:
    start(page, LONG_RUN)
    expect(status(page)).to_contain_text("running", timeout=60_000)
    wait_until_it_moves(page)
    rate = page.get_by_test_id("stSlider").filter(has_text="Learning rate now")
    expect(rate.get_by_test_id("stSliderThumbValue")).to_have_text("0.002")
    rate.get_by_role("slider").press("ArrowLeft")
    expect(rate.get_by_test_id("stSliderThumbValue")).to_have_text("0.001")
    wait_until_it_moves(page)
    expect(rate.get_by_role("slider")).to_be_focused()  # for the next arrow key
    page.reload()
    expect(rate.get_by_test_id("stSliderThumbValue")).to_have_text("0.001")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status(page)).to_contain_text("stopped")


def test_pause_step_resume_page_change_reload_and_stop(page: Page) -> None:
    start(page, LONG_RUN)
    expect(status(page)).to_contain_text("running", timeout=60_000)
    wait_until_it_moves(page)

    page.get_by_role("button", name="Pause", exact=True).click()
    expect(status(page)).to_contain_text("paused")
    time.sleep(1)
    still = progress(page)
    time.sleep(1)
    assert progress(page) == still
    page.get_by_role("button", name="Step", exact=True).click()
    expect(page.locator(".st-key-run_progress")).not_to_have_text(still)
    expect(status(page)).to_contain_text("paused")

    page.get_by_role("button", name="Resume", exact=True).click()
    expect(status(page)).to_contain_text("running", timeout=60_000)
    page.get_by_role("link", name=re.compile("Browse")).click()
    expect(page.get_by_role("heading", name="Browse", exact=False).first).to_be_visible()
    page.get_by_role("link", name=re.compile("Train")).first.click()
    expect(status(page)).to_contain_text("running")
    wait_until_it_moves(page)

    page.reload()
    expect(status(page)).to_contain_text("running")
    assert "epochs=500" in page.url
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status(page)).to_contain_text("stopped")


def test_a_run_is_taken_home_in_four_ways_and_one_of_them_comes_back(page: Page, tmp_path: Path) -> None:
    start(page, "/train?preset=softmax&epochs=2")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    page.get_by_role("link", name=re.compile("Compare")).first.click()
    menu = page.get_by_test_id("stPopover").filter(has_text="Download")
    menu.get_by_role("button").first.click()
    files = {}
    for label in ("Curves (CSV)", "Curves (JSON)", "Model (.npz)", "The whole run"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        files[label] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[label])
    assert len(files["Curves (CSV)"].read_text().splitlines()) == 3
    assert [result["epoch"] for result in json.loads(files["Curves (JSON)"].read_text())["history"]] == [1, 2]
    assert load_model(files["Model (.npz)"]).architecture == "softmax"
    page.keyboard.press("Escape")
    page.get_by_text("Load a run from a file").click()
    page.locator("input[type=file]").set_input_files(files["The whole run"])
    page.get_by_role("button", name="Load it").click()
    expect(page.get_by_text("Rename, share, download, delete")).to_be_visible()  # there are two runs now


def test_a_shared_link_shows_the_run_to_someone_else_and_nothing_to_press(
    page: Page, browser: Browser
) -> None:
    start(page, "/train?preset=softmax&epochs=1")
    expect(status(page)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    page.get_by_role("link", name=re.compile("Compare")).first.click()
    page.get_by_role("button", name=re.compile("Share$")).click()
    code = page.get_by_test_id("stCode").filter(has_text="http")  # there before its text is
    link = code.inner_text().strip()
    other = browser.new_context()
    guest = other.new_page()
    guest.goto(link)
    expect(status(guest)).to_contain_text("finished", timeout=60_000)
    expect(guest.get_by_test_id("stVegaLiteChart")).to_have_count(2)
    for label in ("Stop", "Reset", "Delete"):
        expect(guest.get_by_role("button", name=label, exact=True)).to_have_count(0)
    page.get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_role("button", name=re.compile("Share$"))).to_be_visible()
    guest.reload()
    expect(guest.get_by_text("not shared with you")).to_be_visible()
    other.close()


def test_the_page_renews_itself_twice_a_second_and_keeps_its_place(page: Page) -> None:
    start(page, LONG_RUN)
    expect(status(page)).to_contain_text("running", timeout=60_000)
    wait_until_it_moves(page)
    page.mouse.wheel(0, 300)
    time.sleep(0.5)
    place = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    changes = max(count_changes(page) for _attempt in range(3))
    assert changes >= 5, "ten on an idle machine; a busy one must not stop it"
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == place
    assert faintest(page) == 1
    page.mouse.wheel(0, -1000)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status(page)).to_contain_text("stopped")


def test_a_look_sends_what_changes_and_nothing_to_press(page: Page) -> None:
    sent: list[ForwardMsg] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(read(data))))
    start(page, LONG_RUN)
    expect(status(page)).to_contain_text("running", timeout=60_000)
    wait_until_it_moves(page)
    sent.clear()
    wait_until_it_moves(page)
    wait_until_it_moves(page)
    elements = [message.delta.new_element.WhichOneof("type") for message in sent]
    assert "progress" in elements
    assert not {"button", "button_group", "slider", "select_slider"} & {*elements}
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(status(page)).to_contain_text("stopped")


def read(data: bytes | str) -> ForwardMsg:
    return ForwardMsg.FromString(data) if isinstance(data, bytes) else ForwardMsg()


def count_changes(page: Page) -> int:
    """How often the line above the progress bar changes in five seconds."""
    return page.evaluate(
        """async () => {
            const box = document.querySelector('.st-key-run_progress')
            let last = box.innerText, count = 0
            const until = performance.now() + 5000
            while (performance.now() < until) {
                await new Promise(resolve => setTimeout(resolve, 30))
                const now = document.querySelector('.st-key-run_progress').innerText
                if (now !== last) { count += 1; last = now }
            }
            return count
        }"""
    )


def faintest(page: Page) -> float:
    """The lowest opacity that anything of the panel has within two seconds."""
    return page.evaluate(
        """async () => {
            let lowest = 1
            const until = performance.now() + 2000
            while (performance.now() < until) {
                await new Promise(resolve => setTimeout(resolve, 20))
                for (const element of document.querySelectorAll('.st-key-live_run .stElementContainer'))
                    lowest = Math.min(lowest, getComputedStyle(element).opacity)
            }
            return lowest
        }"""
    )


def test_a_race_is_paused_resumed_stopped_and_reset_as_one(page: Page) -> None:
    page.goto("/train?preset=mlp&epochs=200&augmentation=none")
    page.get_by_text("Race", exact=True).click()
    page.get_by_role("button", name="Start race").click()
    expect(status(page)).to_be_in_viewport(ratio=0.9, timeout=60_000)
    for order, reached in (
        (None, "running"),
        ("Pause", "paused"),
        ("Resume", "running"),
        ("Stop", "stopped"),
        ("Reset", "paused"),
        ("Stop", "stopped"),
    ):
        if order is not None:
            page.get_by_role("button", name=order, exact=True).click()
        both = re.compile(f"{reached}.*{reached}", re.DOTALL)
        expect(status(page)).to_contain_text(both, timeout=60_000)
    expect(status(page)).to_contain_text(re.compile("epoch 0 of 200.*epoch 0 of 200", re.DOTALL))


def test_on_a_phone_the_run_comes_on_screen_when_it_is_started(phone: Page) -> None:
    start(phone, "/train?preset=softmax&epochs=1")
    expect(status(phone)).to_be_in_viewport()


def test_on_a_phone_a_link_leads_to_the_run_it_names(phone: Page) -> None:
    start(phone, "/train?preset=softmax&epochs=1")
    expect(status(phone)).to_contain_text("finished", timeout=TRAINING_TIMEOUT_MS)
    phone.goto("/compare")
    phone.get_by_role("button", name=re.compile("Share$")).click()
    link = phone.get_by_test_id("stCode").filter(has_text="http").inner_text()
    phone.goto(f"/train?run={link.partition('run=')[2].strip()}")
    expect(
        phone.get_by_role("button", name="Start", exact=True)
    ).to_be_attached()  # the settings are above it
    expect(
        phone.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    ).to_have_count(2)
    phone.wait_for_timeout(1_000)
    expect(status(phone)).to_be_in_viewport()
