"""Somebody sits before the console with a mouse and keys, and nothing else. Does the show get help?

Real processes on an X display of their own: sandbox, engine, console, and xdotool for the hands.
What came of it is read from the engine's API and from the record, never from the screen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from livedesk.core.secrets import Secret
from livedesk.demo.processes import free_ports
from livedesk.demo.script import THROTTLED_KBPS
from livedesk.demo.stage import BONDED, STORE, Stage, open_stage
from livedesk.journal.reader import SessionReader
from livedesk.ui.layouts import Layouts
from livedesk.ui.sessions.choice import ExportChoice
from tests.waiting import wait_until

pytestmark = pytest.mark.peer

SCREEN = (1366, 768)
OPERATOR = "mei"
COMMENT = {
    "id": "bad-1", "text": "this is fake, do not buy here", "kind": "person hides", "bad": True,
    "author": "anon", "author_id": "guest-1",
}  # fmt: skip
_NOTHING_THERE = (6, 6)
"""A place in the corner of the window."""

_A_MOMENT = ("shift",) * 8
"""Keys that do nothing: a second press counts when it comes 0.3 s after the first."""

_START_LIMIT_S = 60.0
_SECOND_LOOK_S = 4.0
"""So long somebody waits for what an act leads to, before it is done again."""


@dataclass(frozen=True)
class Hands:
    """One mouse and one keyboard."""

    display: str

    def click(self, x: int, y: int) -> None:
        self._do("mousemove", str(x), str(y), "click", "1")

    def keys(self, *names: str) -> None:
        """To the window: there is no window manager that gives keys back when a question closes."""
        self.click(*_NOTHING_THERE)
        self._do("key", "--delay", "60", *names)

    def windows(self) -> list[str]:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "livedesk"],
            env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return found.stdout.split()

    def _do(self, *orders: str) -> None:
        subprocess.run(["xdotool", *orders], env=self._environment, check=True)

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.display}


@dataclass(frozen=True)
class Door:
    """An API, as a witness asks it."""

    url: str
    token: Secret

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        head = {"Authorization": f"Bearer {self.token.reveal()}"}
        data = None if body is None else json.dumps(body).encode()
        head |= {} if body is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=head)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return dict(json.loads(answer.read() or b"{}"))

    def status(self) -> dict[str, Any]:
        return self.ask(f"/v1/stores/{STORE}/status")

    def alarm(self) -> dict[str, Any]:
        """The loudest; empty while there is none."""
        return next(iter(self.status()["alarms"]), {})


@pytest.fixture
def hands() -> Iterator[Hands]:
    """On a display that nobody else has."""
    if shutil.which("Xvfb") is None or shutil.which("xdotool") is None:
        pytest.fail("Xvfb and xdotool are needed: run `make test`, it installs them")
    size = "x".join(map(str, (*SCREEN, 24)))
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                yield Hands(f":{told.readline().strip()}")
        finally:
            server.terminate()


def another_store() -> str:
    """In whose show nothing happens."""
    listen, out = free_ports(2)
    return f"""
[[store]]
id = "aurora"
name = "Aurora"

[store.feed]
listen = "rtmp://127.0.0.1:{listen}/live/quiet"

[[store.uplink]]
name = "primary"
url = "rtmp://127.0.0.1:{out}/live/quiet"
"""


@contextmanager
def console(stage: Stage, hands: Hands, folder: Path) -> Iterator[None]:
    """As the operator opens it: with a name of their own."""
    door = Door(stage.engine_url, stage.engine_token)
    token = folder / "token"
    made = door.ask("/v1/users", {"name": OPERATOR, "role": "live_operations"})
    token.touch(mode=0o600)
    token.write_text(made["token"])
    kept = Layouts(folder / "console" / "console")
    ExportChoice(folder / "exports", ("csv",)).keep(kept)
    kept.save()
    environment = {
        **os.environ,
        "DISPLAY": hands.display,
        "QT_QPA_PLATFORM": "xcb",
        "LIVEDESK_DATA_DIR": str(folder / "console"),
        "LIVEDESK_RUNTIME_DIR": str(folder / "runtime"),
    }
    command = ["-m", "livedesk", "--engine", stage.engine_url, "--token-file", str(token)]
    with (folder / "console.log").open("w") as log:
        window = subprocess.Popen(
            [sys.executable, *command], env=environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: hands.windows() or window.poll() is not None, "a window", _START_LIMIT_S)
        assert window.poll() is None, (folder / "console.log").read_text()
        yield
        until_done(
            lambda: hands.keys("ctrl+q", "Return"),
            lambda: window.poll() is not None,
            "close the window",
        )
        assert window.returncode == 0
    finally:
        window.kill()
        window.wait()


def until_done(act: Callable[[], None], done: Callable[[], object], what: str) -> None:
    """Does it, looks, and does it again if nothing came of it: the window may not be that far."""
    for _ in range(5):
        act()
        deadline_s = time.monotonic() + _SECOND_LOOK_S
        while time.monotonic() < deadline_s:
            if done():
                return
            time.sleep(0.05)
    pytest.fail(f"by mouse and keys: {what}")


def test_an_operator_helps_a_failing_show_by_mouse_and_keys(hands: Hands, tmp_path: Path) -> None:
    (tmp_path / "show").mkdir()
    with open_stage(tmp_path / "show", more_stores=another_store()) as stage:
        engine = Door(stage.engine_url, stage.engine_token)
        sandbox = Door(stage.control_url, stage.control_token)
        sandbox.ask("/encoder", {"start": stage.ingest_url.reveal()})
        with console(stage, hands, tmp_path):
            wait_until(lambda: engine.status()["state"] == "live", "the show is on")
            engine.ask(f"/v1/stores/{STORE}/hold", {"on": True, "by": "test"})
            sandbox.ask("/path", {"rate_kbps": THROTTLED_KBPS})
            wait_until(engine.alarm, "an alarm stands")
            help_it(hands, engine, sandbox)
            export_it(hands, tmp_path / "exports")
        record = kinds_by_person(stage)
    assert record >= {
        ("alarm.acknowledged", OPERATOR), ("failover.done", OPERATOR), ("session.end", OPERATOR),
    }, sorted(kind for kind, by in record if by == OPERATOR)  # fmt: skip


def help_it(hands: Hands, engine: Door, sandbox: Door) -> None:
    middle = SCREEN[0] // 2, SCREEN[1] // 2

    def find_it_and_say_that_it_is_seen() -> None:
        hands.keys("F2", "n")
        hands.click(*middle)
        hands.keys("ctrl+k")

    def is_seen() -> bool:
        return engine.alarm().get("acknowledged_by") == OPERATOR

    until_done(find_it_and_say_that_it_is_seen, is_seen, "find the store, acknowledge")
    until_done(
        lambda: hands.keys("F8", *_A_MOMENT, "F8"),
        lambda: engine.status()["failover"]["active"] == BONDED,
        "switch the uplink",
    )
    sandbox.ask("/chat", {"say": [COMMENT]})

    def hide() -> None:
        hands.keys("q", "j", "h")

    def is_hidden() -> bool:
        found = sandbox.ask("/chat/comments")["comments"]
        return any(each["id"] == COMMENT["id"] and not each["visible"] for each in found)

    until_done(hide, is_hidden, "hide the comment")
    until_done(
        lambda: hands.keys("ctrl+e", "Tab", "Return"),
        lambda: engine.status()["state"] in ("ended", "waiting"),
        "end the session",
    )


def export_it(hands: Hands, folder: Path) -> None:
    """To the folder, and in the format, of the time before."""
    until_done(
        lambda: hands.keys("F9", *_A_MOMENT, "j", "e", *_A_MOMENT, "Return", *_A_MOMENT, "Escape"),
        lambda: list(folder.glob("*.zip")),
        "export the session",
    )
    [file] = folder.iterdir()
    with zipfile.ZipFile(file) as tables:
        acts = next(name for name in tables.namelist() if name.endswith("actions.csv"))
        assert OPERATOR in tables.read(acts).decode()


def kinds_by_person(stage: Stage) -> set[tuple[str, str | None]]:
    """What is on record, and who did it."""
    [file] = (stage.paths.data / "sessions" / STORE).glob("*.livedesk")
    with SessionReader.open(file) as record:
        return {(timed.event.kind, timed.event.actor) for timed in record.events()}
