"""CPU and memory of the relay beside `ffmpeg -c copy` on the same feed, in alternating pairs."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

from benchmarks.machine import cpu_share, resident_mb
from benchmarks.media import publish
from benchmarks.rows import Row
from tests.peers.peers import NginxRtmp, ffmpeg_running, relay_process
from tests.ports import free_port
from tests.waiting import wait_until

_SETTLE_S = 3.0


def measure(clip: Path, folder: Path, nginx: NginxRtmp, pairs: int, seconds: float) -> list[Row]:
    ours, peers, memory = [], [], []
    for _ in range(pairs):
        share, resident = _relay(clip, folder, nginx, seconds)
        ours.append(share)
        memory.append(resident)
        peers.append(_ffmpeg(clip, nginx, seconds))
    ratios = [mine / peer for mine, peer in zip(ours, peers, strict=True)]
    return [
        Row(
            f"relay CPU, 4 Mb/s, {pairs} pairs of {seconds:.0f} s",
            f"{median(ours):.2%} of a core",
            f"{median(peers):.2%} (ffmpeg -c copy)",
            f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            "≤ 2.0, better 1.5",
        ),
        Row("relay memory", f"{median(memory):.0f} MB"),
    ]


def _relay(clip: Path, folder: Path, nginx: NginxRtmp, seconds: float) -> tuple[float, float]:
    with (
        relay_process(folder, nginx.url("relay")) as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url)),
    ):
        wait_until(lambda: relay.uplink.get("state") == "carrying", "the relay carries")
        time.sleep(_SETTLE_S)
        return cpu_share(relay.process.pid, seconds), resident_mb(relay.process.pid)


def _ffmpeg(clip: Path, nginx: NginxRtmp, seconds: float) -> float:
    url = f"rtmp://127.0.0.1:{free_port()}/live/x"
    copying = ["-listen", "1", "-i", url, "-c", "copy", "-f", "flv", nginx.url("ffmpeg")]
    with ffmpeg_running(*copying) as copy:
        time.sleep(1.0)  # ffmpeg says nothing when it listens
        with ffmpeg_running(*publish(clip, url)):
            wait_until(lambda: "ffmpeg" in nginx.streams(), "ffmpeg carries")
            time.sleep(_SETTLE_S)
            return cpu_share(copy.pid, seconds)
