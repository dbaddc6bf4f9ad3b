"""What does the probe cost on a live feed, by decode setting? Beside ffmpeg's null decode."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import cpu_share, resident_mb
from benchmarks.media import publish
from benchmarks.rows import Row
from livedesk.core.secrets import Secret
from livedesk.core.settings import Decode
from livedesk.monitors.probe.job import ProbeJob, job_line
from tests.peers.peers import NginxRtmp, ffmpeg_running
from tests.waiting import wait_until

_MODES: tuple[Decode, ...] = ("all", "keyframes", "none")


def measure(clip: Path, folder: Path, nginx: NginxRtmp, seconds: float) -> list[Row]:
    url = nginx.url("probe")
    rows: list[Row] = []
    with ffmpeg_running(*publish(clip, url)):
        wait_until(lambda: "probe" in nginx.streams(), "the feed is up")
        with ffmpeg_running("-i", url, "-f", "null", "-") as decoding:
            wait_until(lambda: cpu_share(decoding.pid, 1.0) > 0.01, "ffmpeg decodes")
            peer = cpu_share(decoding.pid, seconds)
        for mode in _MODES:
            with _probe(ProbeJob(Secret(url), decode=mode)) as pid:
                share, memory = cpu_share(pid, seconds), resident_mb(pid)
            rows.append(
                Row(
                    f"probe CPU, 720p30, decode {mode} ({memory:.0f} MB)",
                    f"{share:.1%} of a core",
                    f"{peer:.1%} (ffmpeg, decode all)",
                    f"{share / peer:.2f}",
                )
            )
    return rows


@contextmanager
def _probe(job: ProbeJob) -> Iterator[int]:
    """A probe process that is measuring."""
    process = subprocess.Popen(
        [sys.executable, "-m", "livedesk.monitors.probe"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    lines: list[bytes] = []
    assert process.stdin is not None
    assert process.stdout is not None
    output = process.stdout
    reader = threading.Thread(target=lambda: lines.extend(output), daemon=True)
    try:
        process.stdin.write(job_line(job))
        process.stdin.flush()
        reader.start()
        wait_until(lambda: len(lines) > 12, "the probe measures")
        yield process.pid
    finally:
        process.stdin.close()
        process.wait(10)
        reader.join(10)
        output.close()
