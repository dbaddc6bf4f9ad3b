"""How soon is a killed part back? From SIGKILL to the first fresh status that shows it working."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.media import publish
from benchmarks.rows import Row
from livedesk.paths import DATA_VARIABLE, RUNTIME_VARIABLE, find_paths
from tests.peers.installation import Installation, installation
from tests.peers.peers import NginxRtmp, ffmpeg_running
from tests.waiting import wait_until

_SETTLE_S = 3.0


def measure(clip: Path, folder: Path, nginx: NginxRtmp, trials: int) -> Iterator[Row]:
    os.environ[RUNTIME_VARIABLE] = str(folder / "runtime")
    os.environ[DATA_VARIABLE] = str(folder / "data")
    with (
        installation(find_paths(os.environ), nginx, folder) as here,
        ffmpeg_running(*publish(clip, here.ingest_url)),
    ):
        wait_until(here.is_measuring, "everything measures")
        yield _row("probe killed, measuring again", here, lambda: here.probe_pid, trials, "≤ 1 s")
        what = "engine killed, answering and measuring again"
        yield _row(what, here, lambda: here.engine_pid, trials, "≤ 2 s")


def _row(what: str, here: Installation, victim: Callable[[], int], trials: int, goal: str) -> Row:
    found = []
    for _ in range(trials):
        time.sleep(_SETTLE_S)
        pid = victim()
        killed_s = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: victim() not in (0, pid), "a successor runs")  # type: ignore[misc]
        wait_until(here.is_measuring, "it works again")
        found.append(time.monotonic() - killed_s)
    return Row(
        f"{what}, {trials} trials", f"{median(found):.2f} s (max {max(found):.2f})", goal=goal
    )
