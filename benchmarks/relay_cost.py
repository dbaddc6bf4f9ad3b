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
    ours, warm, peers, memory = [], [], [], []
    for _ in range(pairs):
        ours.append(_relay(clip, folder, nginx, seconds, ("primary",))[0])
        share, resident = _relay(clip, folder, nginx, seconds, ("primary", "bonded"))
        warm.append(share)
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
        Row(
            "… with a warm standby beside it",
            f"{median(warm):.2%} of a core",
            f"{median(ours):.2%} (one uplink)",
            f"{median(warm) / median(ours):.2f}",
        ),
        Row("relay memory, with a warm standby", f"{median(memory):.0f} MB"),
    ]


def _relay(
    clip: Path, folder: Path, nginx: NginxRtmp, seconds: float, uplinks: tuple[str, ...]
) -> tuple[float, float]:
    url = nginx.url("relay")
    job = [{"name": name, "url": url, "bind": None, "max_backlog_ms": 10_000} for name in uplinks]
    with (
        relay_process(folder, url, uplinks=job) as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url)),
    ):
        wait_until(lambda: relay.uplink.get("state") == "carrying", "the relay carries")
        wait_until(lambda: all(up["ready"] for up in relay.sample()["uplinks"]), "all are ready")
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
