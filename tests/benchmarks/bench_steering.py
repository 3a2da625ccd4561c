"""How long an order takes to a running worker and back, what a look at a run costs the server, and what training
under the app costs beside the shell.

    python tests/benchmarks/bench_steering.py [--preset mlp] [--epochs 8] [--orders 30]

A look is paid for by the web process, all its threads: its processor time while a browser watches a run, less the
same run unwatched. The speed compares the median epochs of five turns: `python -m mnist_core train`, then the same
run in the app with a browser that watches it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import Page, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mnist_core import PRESETS, RunService
from tests.app_server import PROJECT, Server, running_server
from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

TURNS = 5
WATCHED_S = 20
ORDERED = ("mlp", "cnn", "starter", "post-tensorflow")


def measure_orders(preset: str, count: int, home: Path) -> list[float]:
    """Seconds from an order to the answer that it is carried out, from pause to resume and back."""
    service = RunService(home, workers=1)
    run = service.start(PRESETS[preset].config, data=PRESETS[preset].data, owner="bench")
    while service.snapshot(run).batch == 0:
        time.sleep(0.05)
    seconds = []
    for order in (service.pause, service.resume) * (count // 2):
        time.sleep(0.7)
        started_at = time.monotonic()
        order(run)
        turn = service._dispatcher.turn_of(service._shelf.find(run))
        while turn is not None and not turn.is_settled:
            time.sleep(0.001)
        seconds.append(time.monotonic() - started_at)
    service.close()
    return sorted(seconds)


@contextmanager
def training_page(url: str, address: str) -> Iterator[Page]:
    """Chromium at a run that was just started."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(base_url=url)
        page.set_default_timeout(300_000)
        page.goto(address)
        page.get_by_role("button", name="Start", exact=True).click()
        yield page
        browser.close()


def measure_look(preset: str, server: Server) -> tuple[float, float]:
    """Processor seconds of the web process for one look, and looks a second."""
    looks = 0

    def count(data: bytes | str) -> None:
        nonlocal looks
        looks += isinstance(data, bytes) and ForwardMsg.FromString(data).HasField("script_finished")

    with training_page(server.url, f"/train?preset={preset}&epochs=500") as page:
        status = page.locator(".st-key-run_status").get_by_text("running")
        status.wait_for()
        page.wait_for_timeout(5_000)
        page.goto("about:blank")
        page.wait_for_timeout(2_000)
        unwatched = processor_seconds(page, server)
        page.on("websocket", lambda socket: socket.on("framereceived", count))
        page.goto("/train")
        status.wait_for()
        page.wait_for_timeout(5_000)
        looks = 0
        watched = processor_seconds(page, server)
        seen = looks
        page.get_by_role("button", name="Stop", exact=True).click()
        page.locator(".st-key-run_status").get_by_text("stopped").wait_for()
    return (watched - unwatched) / seen, seen / WATCHED_S


def processor_seconds(page: Page, server: Server) -> float:
    """Of the web process, while the page waits."""
    process = psutil.Process(server.process.pid)
    before = sum(process.cpu_times()[:2])
    page.wait_for_timeout(1_000 * WATCHED_S)
    return sum(process.cpu_times()[:2]) - before


def epoch_in_the_shell(preset: str, epochs: int) -> float:
    """Median seconds of an epoch of training alone."""
    options = ["--preset", preset, "--epochs", str(epochs), "--json"]
    command = [sys.executable, "-m", "mnist_core", "train", *options]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return statistics.median(json.loads(line)["seconds"] for line in done.stdout.splitlines())


def epoch_in_the_app(preset: str, epochs: int, url: str) -> float:
    """The same, from the run's own JSON, with Chromium watching all the time."""
    with training_page(url, f"/train?preset={preset}&epochs={epochs}") as page:
        page.locator(".st-key-run_status").get_by_text("finished").wait_for()
        page.get_by_role("link", name="Compare").first.click()
        page.get_by_test_id("stPopover").filter(has_text="Download").get_by_role("button").first.click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Curves (JSON)").click()
        history = json.loads(Path(download.value.path()).read_text())["history"]
    return statistics.median(result["seconds"] for result in history)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default="mlp")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--orders", type=int, default=30)
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp())
    print(f"load at the beginning: {os.getloadavg()[0]:.1f}")
    for preset in ORDERED:
        orders = measure_orders(preset, arguments.orders, home)
        median, worst = statistics.median(orders), orders[-1]
        print(f"{len(orders)} orders to {preset}: median {1000 * median:.0f} ms, worst {1000 * worst:.0f} ms")
    shell, app = [], []
    with running_server(home) as server:
        seconds, rate = measure_look(arguments.preset, server)
        print(f"a look costs the server {1000 * seconds:.1f} ms of processor time, {rate:.1f} looks a second")
        for _turn in range(TURNS):
            shell.append(epoch_in_the_shell(arguments.preset, arguments.epochs))
            app.append(epoch_in_the_app(arguments.preset, arguments.epochs, server.url))
    ratio = statistics.median(alone / watched for alone, watched in zip(shell, app, strict=True))
    print(
        f"epoch in the shell {statistics.median(shell):.3f} s, in the app {statistics.median(app):.3f} s: ",
        end="",
    )
    print(f"{ratio:.0%} of the shell's speed (each: {shell} {app})")


if __name__ == "__main__":
    main()
