"""How long is it from a comment to its row on screen, at 200 comments a second over 20 stores?

All is real: the sandbox's viewers, chat and rule service, an engine with 20 stores, and the
console's own window with its desk, drawn offscreen. A comment is written when the chat says so, the
engine has its item when its event says so, and it is on screen when the list has painted its row;
all three by one clock. Beside it the limit that the chat's own polling sets: on average half of it.

The list is kept at its end, where new rows come in; every tenth comment is one for a person.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem

from benchmarks.rows import Row, percentile
from livedesk.app import dress, make_loop
from livedesk.core.clock import NS_PER_MS, Clock, SystemClock
from livedesk.core.events import Event, Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.demo.processes import free_ports
from livedesk.desk.client import HttpDoor
from livedesk.desk.desk import Desk
from livedesk.desk.engines import LocalEngine
from livedesk.desk.model import Moment
from livedesk.moderation.chats.sandbox import POLL_S
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, find_paths
from livedesk.ui.moderation.listmodel import ROW
from livedesk.ui.moderation.rowdelegate import RowDelegate
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow

STORES: Final = 20
COMMENTS_PER_S: Final = 200
FOR_PEOPLE_PER_S: Final = 20
_TEXT: Final = "is this brand a scam or what?"
"""One that a person is to look at."""

_WINDOW: Final = 1_600, 1_800
"""So high that no row comes and is pushed out of sight between two looks at the list."""

_START_LIMIT_S: Final = 120.0
_END_LIMIT_S: Final = 20.0
_GOAL_MS: Final = 200


class _Watch(RowDelegate):
    """Notes when each row was first painted."""

    def __init__(self, theme: Theme, clock: Clock) -> None:
        super().__init__(theme)
        self._clock = clock
        self.painted_ns: dict[str, int] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        row = index.data(ROW)
        if row is not None:
            self.painted_ns.setdefault(row.item_id, self._clock.utc_ns())


class _Desk(Desk):
    """Also notes when the engine had each item, and when its comment was written."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self.had_ns: dict[str, int] = {}
        self.written_ns: dict[str, int] = {}

    def event(self, event: Event) -> None:
        super().event(event)
        if event.kind == "moderation.judged":
            item: Any = event.data["item"]
            if item["state"] == "waiting":
                self.had_ns[item["id"]] = event.utc_ns
                self.written_ns[item["id"]] = item["comment"]["utc_ns"]


def measure(folder: Path, seconds: int) -> Iterator[Row]:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = dress(app, offscreen=True)
    folder = folder / "moderation-screen"
    folder.mkdir()
    with asyncio.Runner(loop_factory=partial(make_loop, app)) as runner:
        desk, watch, longest_ms = runner.run(_watched(folder, theme, seconds))
    known = [item_id for item_id in desk.had_ns if item_id in watch.painted_ns]
    what = f"{COMMENTS_PER_S} comments a second over {STORES} stores, {len(known)} rows"
    for name, begun_ns, limit_ms, goal in (
        ("item in the engine to row on screen", desk.had_ns, 0.0, f"≤ {_GOAL_MS} ms"),
        ("comment written to row on screen", desk.written_ns, POLL_S * 1000, "–"),
    ):
        took_ms = [(watch.painted_ns[each] - begun_ns[each]) / NS_PER_MS for each in known]
        for rank, share in (("p50", 0.5), ("p99", 0.99)):
            yield Row(
                f"{name} {rank}, {what}",
                f"{percentile(took_ms, share):,.0f} ms",
                f"{limit_ms * share:,.0f} ms (the chat's polling)" if limit_ms else "–",
                goal=goal if share > 0.9 else "–",
            )
    yield Row(f"rows never painted, {what}", str(len(desk.had_ns) - len(known)), goal="0")
    yield Row("the window's longest stand meanwhile", f"{longest_ms:,.0f} ms")


async def _watched(folder: Path, theme: Theme, seconds: int) -> tuple[_Desk, _Watch, float]:
    clock, tasks, calls = SystemClock(), Tasks(), Tasks()
    async with _installed(folder) as (control, rooms):
        runtime = find_paths(os.environ).runtime
        locate = LocalEngine(runtime, None, folder / "engine.log").locate
        desk = _Desk(locate, clock, tasks, Random(7), calls=calls)
        watch = _Watch(theme, clock)
        window = ConsoleWindow(desk, theme)
        rows = window.queue.list
        rows.delegate = watch
        rows.setItemDelegate(watch)
        rows.rows.rowsInserted.connect(rows.scrollToBottom)
        window.resize(*_WINDOW)
        window.show()
        desk.start()
        try:
            window.open_page("queue")
            await _until(
                lambda: _all_up(window, desk.now(), rooms),
                _START_LIMIT_S,
                "all stores are moderated",
            )
            await control.post("/chat", {"rate_per_s": COMMENTS_PER_S / rooms, "bad_pct": 0})
            await asyncio.sleep(2)
            desk.had_ns.clear()
            count = FOR_PEOPLE_PER_S * seconds
            for each in range(rooms):
                burst: dict[str, Json] = {
                    "count": count // rooms,
                    "seconds": seconds,
                    "text": _TEXT,
                }
                await control.post("/chat", {"room": f"room{each}", "burst": burst})
                # Not all of them in the same instant.
                await asyncio.sleep(1 / rooms)
            standing = asyncio.create_task(_longest_stand_ms())
            await asyncio.sleep(seconds)
            standing.cancel()
            longest_ms = await standing
            await _until(
                lambda: len(desk.had_ns) >= count and set(desk.had_ns) <= set(watch.painted_ns),
                _END_LIMIT_S,
            )
            await control.post("/chat", {"clear": True})
        finally:
            window.close_for_good()
            await tasks.close()
            await desk.close()
            window.deleteLater()
        return desk, watch, longest_ms


def _all_up(window: ConsoleWindow, now: Moment, count: int) -> bool:
    stores = window.queue.view.health(now)
    return len(stores) == count and all(each.fetched and each.look == "ok" for each in stores)


async def _longest_stand_ms() -> float:
    """For how long the window's loop did nothing else, at most."""
    longest_ms, before = 0.0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.005)
            longest_ms = max(longest_ms, (time.monotonic() - before) * 1000 - 5)
            before = time.monotonic()
    except asyncio.CancelledError:
        return longest_ms


async def _until(condition: Callable[[], bool], limit_s: float, what: str = "") -> None:
    """Raises TimeoutError when it has to hold and does not."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            if what:
                raise TimeoutError(f"within {limit_s:.0f} s it did not happen that {what}")
            return
        await asyncio.sleep(0.05)


@asynccontextmanager
async def _installed(folder: Path) -> AsyncIterator[tuple[HttpDoor, int]]:
    """Chat, rule service and engine, as processes; the chat's control and how many rooms it has."""
    os.environ[RUNTIME_VARIABLE] = str(folder / "runtime")
    os.environ[DATA_VARIABLE] = str(folder / "data")
    find_paths(os.environ).prepare()
    rooms = [f"room{each}" for each in range(STORES)]
    (folder / "rules").mkdir()
    with ExitStack() as stack:
        job = json.dumps({"rooms": rooms, "token": secrets.token_urlsafe(12)})
        chat = stack.enter_context(_child(folder, "chat", "livedesk.sandbox.chat", job=job))
        rules = stack.enter_context(
            _child(folder, "rules", "livedesk.sandbox.rules", "--data", str(folder / "rules"))
        )
        told = await asyncio.to_thread(_first_line, chat)
        service = await asyncio.to_thread(_first_line, rules)
        config = folder / "livedesk.toml"
        await asyncio.to_thread(_write, config, _settings(rooms, told["chat"], service))
        arguments = ("engine", "--end-with-input", "--config", str(config))
        engine = stack.enter_context(_child(folder, "engine", "livedesk", *arguments))
        assert engine.poll() is None
        control = HttpDoor(told["control_url"], Secret(told["token"]))
        try:
            yield control, len(rooms)
        finally:
            await control.close()


@contextmanager
def _child(
    folder: Path, name: str, module: str, *arguments: str, job: str = ""
) -> Iterator[subprocess.Popen[str]]:
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        try:
            if job:
                process.stdin.write(job + "\n")
                process.stdin.flush()
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def _write(config: Path, text: str) -> None:
    config.touch(mode=0o600)
    config.write_text(text)


def _settings(rooms: list[str], chat: dict[str, Any], rules: dict[str, Any]) -> str:
    token = json.loads(Path(rules["tokens"]).read_text())["engine"]
    *ports, nowhere = free_ports(len(rooms) + 1)
    return "".join(
        f"""\
[[store]]
id = "{room}"
name = "Store {room}"
platform = "sandbox"
sandbox = true

[store.feed]
listen = "rtmp://127.0.0.1:{port}/live/feed"

[[store.uplink]]
name = "primary"
url = "rtmp://127.0.0.1:{nowhere}/live/key"

[store.moderation]
url = "{rules["url"]}"
token = "{token}"
chat = "sandbox"

[store.moderation.sandbox]
url = "{chat["url"]}"
room = "{room}"
token = "{chat["token"]}"

"""
        for room, port in zip(rooms, ports, strict=True)
    )
