"""How long from the command to the first plot that moves, with an engine already there?

A console is started as a person starts it, as a process of its own, offscreen, against an engine
that answers on a socket of this machine (the double of the tests, one store on air). It says itself
when the window of the feed page has drawn a series of two points or more; the clock is that of the
process that started it. The first start reads the files from disk, so it is told apart.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.rows import Row, percentile
from tests.desk.fake_engine import TOKEN, Script, running
from tests.ui.stage import on_air

GOAL_S = 2.0
EVERY_S = 0.25
_CONSOLE = """
import asyncio, sys
from pathlib import Path
from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.desk.link import EngineAccess
from livedesk.desk.plots import FEED
from livedesk.paths import Paths
from livedesk import app
from livedesk.ui.window import ConsoleWindow

def drawn():
    for window in app.QApplication.topLevelWidgets():
        if isinstance(window, ConsoleWindow) and window.chosen is not None:
            return len(window._source.plots(window.chosen)[FEED]) >= 2
    return False

async def watch():
    while not drawn():
        await asyncio.sleep(0.005)
    print("drawn", flush=True)
    for window in app.QApplication.topLevelWidgets():
        if isinstance(window, ConsoleWindow):
            window.leave_requested.emit()

async def both(settings, theme):
    watching = asyncio.create_task(watch())
    await app.console(settings, theme, SystemClock())
    await watching

folder, url, token = Path(sys.argv[1]), sys.argv[2], Secret(sys.stdin.readline().strip())
settings = app.ConsoleSettings(Paths(folder, folder), engine=EngineAccess(url, token),
                               offscreen=True)
qt = app._application(offscreen=True)
with asyncio.Runner(loop_factory=lambda: app.make_loop(qt)) as runner:
    runner.run(both(settings, app.dress(qt, True)))
"""


def measure(starts: int) -> Iterator[Row]:
    script = Script()
    script.statuses["lumen"] = on_air()
    stop = threading.Event()
    with running(script) as engine, tempfile.TemporaryDirectory() as folder:
        telling = threading.Thread(target=_tell, args=(script, stop))
        telling.start()
        try:
            spent_s = [_start(engine.access.url, Path(folder)) for _ in range(starts + 1)]
        finally:
            stop.set()
            telling.join()
    goal = f"≤ {GOAL_S:.0f} s"
    what = "console, from the command to the first moving plot"
    yield Row(f"{what}: first", f"{spent_s[0]:.2f} s")
    yield Row(f"{what}: p50 of {starts}", f"{percentile(spent_s[1:], 0.5):.2f} s", goal=goal)
    yield Row(f"{what}: most", f"{max(spent_s[1:]):.2f} s", goal=goal)


def _tell(script: Script, stop: threading.Event) -> None:
    """A status four times a second, as an engine publishes them."""
    while not stop.wait(EVERY_S):
        script.statuses["lumen"] = replace(script.statuses["lumen"], utc_ns=time.time_ns())


def _start(url: str, folder: Path) -> float:
    begun_s = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", _CONSOLE, str(folder), url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    ) as console:  # fmt: skip
        assert console.stdin is not None
        assert console.stdout is not None
        print(TOKEN, file=console.stdin, flush=True)
        for line in console.stdout:
            if line.strip() == "drawn":
                break
        spent_s = time.monotonic() - begun_s
        console.wait(20)
    return spent_s
