"""How long from the command to the first plot that moves, with an engine already there?

A console is started as a person starts it, as a process of its own, offscreen, against an engine
that answers on a socket of this machine (the double of the tests, one store on air). It says itself
when the plot of the feed's rate was painted with a curve of two points or more, and painted again
with a newer point; the clock is that of the process that started it. Byte code is kept, as in every
installed program: the start that writes it is told apart, and so is the CPU time of the others.
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
import asyncio, sys, time
from pathlib import Path
from PySide6.QtCore import QEvent, QObject, QTimer
from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.desk.link import EngineAccess
from livedesk.paths import Paths
from livedesk import app
from livedesk.ui.window import ConsoleWindow

class Eye(QObject):
    # Done when a frame with a newer point follows a painted one.

    def __init__(self, plot, done):
        super().__init__(plot.view)
        self._plot, self._done, self._ends = plot, done, set()
        plot.view.viewport().installEventFilter(self)

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            curves = [curve.getData()[0] for curve in self._plot._curves.values()]
            self._ends |= {t[-1] for t in curves[:1] if t is not None and len(t) >= 2}
            if len(self._ends) >= 2:
                QTimer.singleShot(0, self._done.set)
        return False

async def watch():
    windows = []
    while not windows:
        await asyncio.sleep(0)
        windows = [w for w in app.QApplication.topLevelWidgets() if isinstance(w, ConsoleWindow)]
    done = asyncio.Event()
    eye = Eye(windows[0].page.plots.rate, done)
    await done.wait()
    print("drawn", time.process_time(), flush=True)
    windows[0].leave_requested.emit()

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
            spent = [_start(engine.access.url, Path(folder)) for _ in range(starts + 1)]
        finally:
            stop.set()
            telling.join()
    goal = f"≤ {GOAL_S:.0f} s"
    what = "console, from the command to the first moving plot"
    took_s, cpu_s = zip(*spent[1:], strict=True)
    yield Row(f"{what}: first, which writes the byte code", f"{spent[0][0]:.2f} s")
    yield Row(f"{what}: p50 of {starts}", f"{percentile(took_s, 0.5):.2f} s", goal=goal)
    yield Row(f"{what}: most", f"{max(took_s):.2f} s", goal=goal)
    yield Row(f"{what}: CPU time, p50", f"{percentile(cpu_s, 0.5):.2f} s")


def _tell(script: Script, stop: threading.Event) -> None:
    """A status four times a second, as an engine publishes them."""
    while not stop.wait(EVERY_S):
        script.statuses["lumen"] = replace(script.statuses["lumen"], utc_ns=time.time_ns())


def _start(url: str, folder: Path) -> tuple[float, float]:
    """Seconds by the clock, and of the CPU."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen",
                                "PYTHONPYCACHEPREFIX": str(folder / "code")}  # fmt: skip
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun_s = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", _CONSOLE, str(folder), url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as console:  # fmt: skip
        assert console.stdin is not None
        assert console.stdout is not None
        print(TOKEN, file=console.stdin, flush=True)
        told = next((line for line in console.stdout if line.startswith("drawn ")), "")
        spent_s = time.monotonic() - begun_s
        console.wait(20)
    if not told:
        raise RuntimeError("the console ended without a painted plot")
    return spent_s, float(told.split()[1])
