"""Are the rates right? Feed rate and goodput against bytes that others have counted.

nginx-rtmp counts the payload of what it takes, ffprobe the packets of the file that was sent. Ours
is a one-second window read four times a second, so its mean over a stretch is the rate of that
stretch, moved by half a window.
"""

from __future__ import annotations

import csv
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.media import FEED_KBPS, publish
from benchmarks.rows import Row
from livedesk.core.clock import NS_PER_S
from livedesk.sandbox.link import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.peers.peers import NginxRtmp, RunningRelay, ffmpeg_running, path_running, relay_process
from tests.waiting import wait_until

_THROTTLED_KBPS = 3_000
_SETTLE_S = 3.0
_HALF_WINDOW_S = 0.5


def measure(clip: Path, folder: Path, nginx: NginxRtmp, seconds: float) -> list[Row]:
    return [
        *_feed(clip, folder, nginx, seconds),
        _goodput(clip, folder, nginx, min(seconds, 20.0)),
    ]


def _feed(clip: Path, folder: Path, nginx: NginxRtmp, seconds: float) -> list[Row]:
    with (
        relay_process(folder, nginx.url("rates")) as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url)),
    ):
        wait_until(lambda: relay.sample()["feed"].get("kbps") is not None, "the feed is measured")
        time.sleep(_SETTLE_S)
        counted, ours = _stretch(nginx, "rates", relay, seconds, _feed_kbps)
    sent = _packets_kbps(clip)
    return [
        _row(f"feed rate, {seconds:.0f} s", ours, counted, "nginx-rtmp's bytes", "within 1 %"),
        _row("… against the file that was sent", ours, sent, "ffprobe's packets", "within 1 %"),
    ]


def _goodput(clip: Path, folder: Path, nginx: NginxRtmp, seconds: float) -> Row:
    with (
        path_running(nginx.port) as path,
        relay_process(folder, f"rtmp://127.0.0.1:{path.port}/live/goodput") as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url)),
    ):
        path.apply(Shape(supply=ConstantRate(_THROTTLED_KBPS)))
        wait_until(lambda: relay.uplink.get("goodput_kbps") is not None, "goodput is known")
        time.sleep(_SETTLE_S)
        counted, ours = _stretch(nginx, "goodput", relay, seconds, _goodput_kbps)
    what = f"goodput, {FEED_KBPS:,} kbps into {_THROTTLED_KBPS:,}, {seconds:.0f} s"
    return _row(what, ours, counted, "nginx-rtmp's bytes", "within 3 %")


def _stretch(
    nginx: NginxRtmp,
    key: str,
    relay: RunningRelay,
    seconds: float,
    figure: Callable[[dict[str, object]], float | None],
) -> tuple[float, float]:
    """kbps over one stretch of time: as the server counted, and the mean of ours."""
    first, first_s = int(nginx.streams()[key]["bytes_in"]), time.monotonic()
    time.sleep(seconds)
    last, last_s = int(nginx.streams()[key]["bytes_in"]), time.monotonic()
    time.sleep(2 * _HALF_WINDOW_S)
    ours = [
        kbps
        for entry in tuple(relay.entries)
        if entry["kind"] == "sample"
        and first_s + _HALF_WINDOW_S <= entry["mono_ns"] / NS_PER_S <= last_s + _HALF_WINDOW_S
        and (kbps := figure(entry)) is not None
    ]
    return (last - first) * 8 / 1000 / (last_s - first_s), sum(ours) / len(ours)


def _feed_kbps(sample: dict[str, object]) -> float | None:
    feed = sample["feed"]
    return feed["kbps"] if isinstance(feed, dict) else None


def _goodput_kbps(sample: dict[str, object]) -> float | None:
    uplinks = sample["uplinks"]
    return uplinks[0]["goodput_kbps"] if isinstance(uplinks, list) else None


def _packets_kbps(clip: Path) -> float:
    """What ffprobe counts in the file, over the time that it plays."""
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=dts_time,size", "-of", "csv=p=0"]
    done = subprocess.run([*command, str(clip)], capture_output=True, text=True, check=True)
    packets = [(float(row[0]), int(row[1])) for row in csv.reader(done.stdout.splitlines()) if row]
    times = [at_s for at_s, _ in packets]
    return sum(size for _, size in packets) * 8 / 1000 / (max(times) - min(times))


def _row(what: str, ours: float, counted: float, counter: str, goal: str) -> Row:
    off_pct = (ours / counted - 1) * 100
    return Row(what, f"{ours:,.1f} kbps", f"{counted:,.1f} ({counter})", f"{off_pct:+.2f} %", goal)
