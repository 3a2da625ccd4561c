"""A class at work: thirty visitors at once, half of them training, half drawing, on one server.

    MNIST_PATH=… python tests/benchmarks/bench_class.py [--visitors 30] [--seconds 30]

Each visitor is a WebSocket that speaks Streamlit's own protocol as the browser does: it opens a page, presses
Start or sends strokes while "drawing", and lets the fragments run again when the page asks for it. Printed: how
long an answer takes, how often the training panel renews itself, and every error a visitor would have seen.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import websockets
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.app_server import running_server

SEND_EVERY_S = 0.1
PAUSE_S = 1.5
PATIENCE_S = 60
STATE = re.compile(r"-badge\[\S+ (\w+)\]")
RECIPE = "preset=mlp&epochs=200&augmentation=none"


@dataclass
class Visitor:
    """One browser tab."""

    url: str
    page: str
    query: str = ""
    errors: list[str] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    gaps_s: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def visit(self, seconds: float) -> None:
        """Open the page and use it for a while."""
        address = f"{self.url.replace('http', 'ws')}/_stcore/stream"
        async with websockets.connect(address, max_size=None) as self._socket:
            self._elements: dict[str, tuple[str, str]] = {}
            self._idle = asyncio.Event()
            self._renewing: dict[str, tuple[float, asyncio.Task[None]]] = {}
            self._token = self._script = self._state = ""
            self._renewed_at: float | None = None
            listening = asyncio.create_task(self._listen())
            await self._run()
            self.waits_s.clear()  # the first page counts apart
            until = time.monotonic() + seconds
            await (self._train(until) if self.page == "train" else self._draw(until))
            self._renew_no_more()
            listening.cancel()

    async def _train(self, until: float) -> None:
        await self._press("Start")
        self.waits_s.clear()
        await asyncio.sleep(until - time.monotonic())

    async def _draw(self, until: float) -> None:
        pad, fragment = self._elements["drawing_pad"]
        revision = itertools.count(1)
        while time.monotonic() < until:
            for points in growing_stroke():
                value = {"token": self._token, "epoch": 0, "revision": next(revision), "tries": 0}
                value |= {"isDrawing": True, "strokes": [points]}
                await self._run(fragment, pad, json_value=json.dumps({"drawing": value}))
                await asyncio.sleep(SEND_EVERY_S)
            await asyncio.sleep(PAUSE_S)

    async def _press(self, label: str) -> None:
        button, fragment = self._elements[label]
        await self._run(fragment, button, trigger_value=True)

    async def _run(self, fragment: str = "", widget: str = "", **value: object) -> None:
        """Ask for a run of the page or of a fragment, and wait for its end."""
        message = self._request(fragment)
        if widget:
            message.rerun_script.widget_states.widgets.add(id=widget, **value)
        self._idle.clear()
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        await asyncio.wait_for(self._idle.wait(), PATIENCE_S)
        self.waits_s.append(time.perf_counter() - started)

    def _request(self, fragment: str) -> BackMsg:
        """As the browser asks: a page by its name until the server has said which script that is, then by this."""
        message = BackMsg()
        request = message.rerun_script
        request.query_string, request.fragment_id = self.query, fragment
        request.page_script_hash = self._script
        request.page_name = "" if self._script else self.page
        return message

    async def _listen(self) -> None:
        async for data in self._socket:
            message = ForwardMsg.FromString(data)
            match message.WhichOneof("type"):
                case "delta":
                    self._note(message)
                case "navigation":
                    self._script = message.navigation.page_script_hash
                case "new_session" if not message.metadata.run.fragment_ids:
                    self._renew_no_more()
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    self._note_end()
                case "auto_rerun":
                    self._renew(message.auto_rerun.fragment_id, message.auto_rerun.interval)
                case "stop_auto_rerun":
                    for fragment in message.stop_auto_rerun.fragment_ids:
                        self._renewing.pop(fragment)[1].cancel()

    def _note_end(self) -> None:
        now = time.perf_counter()
        if self._renewed_at is not None:
            self.gaps_s[self._state].append(now - self._renewed_at)
        self._renewed_at = now
        self._idle.set()

    def _note(self, message: ForwardMsg) -> None:
        element, fragment = message.delta.new_element, message.delta.fragment_id
        match element.WhichOneof("type"):
            case "exception":
                self.errors.append(element.exception.message)
            case "alert" if element.alert.format in (Alert.ERROR, Alert.WARNING):
                self.errors.append(element.alert.body)
            case "markdown" if state := STATE.search(element.markdown.body):
                self._state = state[1]
            case "button":
                self._elements[element.button.label] = element.button.id, fragment
            case "bidi_component":
                pad = element.bidi_component
                self._elements[pad.component_name] = pad.id, fragment
                if pad.component_name == "drawing_pad" and not self._token:
                    self._token = json.loads(pad.json or pad.mixed.json)["token"]

    def _renew(self, fragment: str, interval: float) -> None:
        if (known := self._renewing.get(fragment)) is not None:
            if known[0] == interval:
                return
            known[1].cancel()
        self._renewing[fragment] = interval, asyncio.create_task(self._renew_always(fragment, interval))

    async def _renew_always(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            message = self._request(fragment)
            message.rerun_script.is_auto_rerun = True
            await self._socket.send(message.SerializeToString())

    def _renew_no_more(self) -> None:
        for _interval, task in self._renewing.values():
            task.cancel()
        self._renewing.clear()


def growing_stroke(steps: int = 10) -> Iterator[list[int]]:
    """A zero as it is drawn: the points so far, ten times on the way round."""
    points: list[int] = []
    for step in range(1, 8 * steps + 1):
        angle = 2 * math.pi * step / (8 * steps)
        points += [round(500 + 200 * math.sin(angle)), round(500 - 320 * math.cos(angle))]
        if step % 8 == 0:
            yield points


async def hold_class(url: str, count: int, seconds: float) -> list[Visitor]:
    """All at once; the visitors, with what they have seen."""
    visitors = [
        Visitor(url, "train", f"{RECIPE}&seed={number}") if number % 2 else Visitor(url, "draw")
        for number in range(count)
    ]
    await asyncio.gather(*(visitor.visit(seconds) for visitor in visitors))
    return visitors


def report(visitors: list[Visitor], seconds: float) -> None:
    """Print what the class has seen."""
    waits_ms = sorted(1000 * wait for v in visitors if v.page == "draw" for wait in v.waits_s)
    errors = {error for visitor in visitors for error in visitor.errors}
    p95 = waits_ms[int(0.95 * len(waits_ms))]
    print(f"{len(visitors)} visitors, {seconds:.0f} s")
    print(f"strokes answered: {len(waits_ms)}, median {statistics.median(waits_ms):.0f} ms, p95 {p95:.0f} ms")
    for state in ("running", "queued"):
        gaps_s = [gap for v in visitors if v.page == "train" for gap in v.gaps_s[state]]
        if gaps_s:
            print(f"panels of {state} runs renewed {1 / statistics.mean(gaps_s):.1f} times a second each")
    print(f"messages and errors shown: {sorted(errors) or 'none'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, running_server(Path(home)) as server:
        report(asyncio.run(hold_class(server.url, options.visitors, options.seconds)), options.seconds)


if __name__ == "__main__":
    main()
