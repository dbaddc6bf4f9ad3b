"""A whole engine is killed again and again during a show: what is lost, and how soon is it back?

The watch starts it again, as in production. Its relay is the tests' double, which goes on; its
probe dies with it, and tells with each reading when that was made.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.rows import Row, percentile
from livedesk.core.process import is_alive
from livedesk.core.runtime import EngineRuntime, engine_file, read_runtime_file
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import list_sessions
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE

ENGINE: Final = Path(__file__).parents[1] / "tests" / "engine" / "engine_process.py"
_FEED: Final = {"connected": True, "kbps": 4000.0, "goodput_kbps": 3990.0, "age_ms": 20.0}
_PATIENCE_S: Final = 30.0


@dataclass(slots=True)
class Killed:
    lost_ms: list[float] = field(default_factory=list)
    """From the newest of the probe's readings on record to the kill."""
    up_ms: list[float] = field(default_factory=list)
    """From the kill to the first answer of the next engine."""
    live_ms: list[float] = field(default_factory=list)
    """To an answer that shows the show again."""
    missing_s: int = 0
    """Seconds without the relay's figures, from the first to the last on record."""
    problems: list[str] = field(default_factory=list)


def measure(folder: Path, kills: int) -> Iterator[Row]:
    killed = kill_engines(folder / "engine-crash", kills)
    what = f"engine killed {kills} times in a show"
    problems = str(len(killed.problems)) + "".join(f"; {each}" for each in killed.problems[:3])
    yield Row(f"{what}: records damaged or with a broken seal", problems, goal="0")
    yield Row(f"{what}: the probe's newest samples lost", _told(killed.lost_ms), goal="≤ 1,000 ms")
    missing = str(killed.missing_s)
    yield Row(f"{what}: seconds without the relay's samples", missing, goal="0")
    yield Row(f"{what}: next engine answers", _told(killed.up_ms), goal="≤ 2,000 ms")
    yield Row(f"{what}: next engine shows the show", _told(killed.live_ms), goal="≤ 2,000 ms")


def _told(values: list[float]) -> str:
    return f"most {max(values):,.0f} ms, p50 {percentile(values, 0.5):,.0f} ms"


def kill_engines(folder: Path, kills: int) -> Killed:
    chance, killed = random.Random(kills), Killed()
    with _watched(folder) as runtime_folder:
        engine = _next_engine(runtime_folder, 0)
        _until_live(engine)
        for _ in range(kills):
            # As long as the watch takes for settled: it waits after engines that die too soon.
            time.sleep(3.0 + chance.random() * 2.0)
            os.kill(engine.pid, signal.SIGKILL)
            killed_s = time.monotonic()
            _look(folder / "data", killed_s, killed)
            engine = _next_engine(runtime_folder, engine.pid)
            killed.up_ms.append((time.monotonic() - killed_s) * 1_000)
            _until_live(engine)
            killed.live_ms.append((time.monotonic() - killed_s) * 1_000)
        time.sleep(2.0)
    killed.missing_s = _missing_seconds(folder / "data")
    return killed


@contextmanager
def _watched(folder: Path) -> Iterator[Path]:
    runtime, data = folder / "runtime", folder / "data"
    runtime.mkdir(parents=True, mode=0o700)
    (runtime / "script-glow.json").write_text(json.dumps(_FEED))
    environment = os.environ | {RUNTIME_VARIABLE: str(runtime), DATA_VARIABLE: str(data)}
    command = [sys.executable, str(ENGINE), "watched", "measuring"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as watch:
        try:
            yield runtime
        finally:
            watch.send_signal(signal.SIGTERM)
            watch.wait(_PATIENCE_S)


def _next_engine(runtime_folder: Path, not_pid: int) -> EngineRuntime:
    """Once it answers."""
    deadline_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline_s:
        found = read_runtime_file(engine_file(runtime_folder))
        if (
            isinstance(found, EngineRuntime)
            and found.pid != not_pid
            and is_alive(found.pid, found.process)
            and _status(found) is not None
        ):
            return found
        time.sleep(0.01)
    raise TimeoutError("no engine came up")


def _until_live(engine: EngineRuntime) -> None:
    deadline_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline_s:
        status = _status(engine)
        if status is not None and status["state"] == "live" and status["feed"]["state"] == "OK":
            return
        time.sleep(0.01)
    raise TimeoutError("the engine does not show the show")


def _status(engine: EngineRuntime) -> dict[str, Any] | None:
    request = urllib.request.Request(
        f"{engine.url}/v1/stores/glow/status",
        headers={"Authorization": f"Bearer {engine.token.reveal()}"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return dict(json.load(answer))
    except (urllib.error.URLError, OSError):
        return None


def _look(data: Path, killed_s: float, killed: Killed) -> None:
    try:
        with SessionReader.open(list_sessions(data)[0].path) as reader:
            if (damage := reader.damage()) is not None:
                killed.problems.append(damage)
            if (seal := reader.seal()).state != "intact":
                killed.problems.append(f"seal {seal.state} at {seal.broken_seq}")
            newest_ms = max(row.max for row in reader.samples("skew_ms"))
    except JournalError as error:
        killed.problems.append(str(error))
        return
    killed.lost_ms.append(killed_s * 1_000 - newest_ms)


def _missing_seconds(data: Path) -> int:
    with SessionReader.open(list_sessions(data)[0].path) as reader:
        rows = list(reader.samples("feed_kbps"))
        return rows[-1].t_s - rows[0].t_s + 1 - len(rows)
