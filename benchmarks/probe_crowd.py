"""Forty feeds on one machine: how old does a sample get, and what does it cost?

Relays have the feed, and forty probes play their taps: demuxed and heard, no picture decoded. The
age of the newest sample is looked at just before the next one comes, when it is at its greatest.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import cycle, islice, pairwise
from pathlib import Path
from statistics import median

from benchmarks.machine import cpu_s, resident_mb
from benchmarks.media import publish
from benchmarks.probing import Probe, probes_running
from benchmarks.rows import Row, percentile
from livedesk.core.clock import NS_PER_MS
from tests.peers.peers import NginxRtmp, ffmpeg_running, relay_process
from tests.waiting import wait_until

_SETTLE_S = 4.0
_A_TAP = 14
"""Players on one tap; it takes 16."""

_COPY = ("-c", "copy", "-f", "null", "-")


def measure(clip: Path, folder: Path, nginx: NginxRtmp, probes: int, seconds: float) -> list[Row]:
    with ExitStack() as stage:
        taps = [_tap(stage, clip, folder, nginx, number) for number in range(-(-probes // _A_TAP))]
        urls = list(islice(cycle(taps), probes))
        with probes_running(urls, "none") as running:
            time.sleep(_SETTLE_S)
            ages, share = _watch(running, seconds)
            memory = [resident_mb(probe.pid) for probe in running]
        with ExitStack() as crowd:
            players = [crowd.enter_context(ffmpeg_running("-i", url, *_COPY)) for url in urls]
            time.sleep(_SETTLE_S)
            peer = _shares([player.pid for player in players], seconds)
    return [
        Row(
            f"{probes} feeds on {os.cpu_count()} cores, oldest sample in {seconds:.0f} s",
            f"{max(ages):.0f} ms (p99 {percentile(ages, 0.99):.0f}, p50 {median(ages):.0f})",
            "250 ms (between two samples)",
            goal="≤ 500 ms",
        ),
        Row(
            f"… CPU of {probes} probes, packets and sound",
            f"{share:.0%} of a core",
            f"{peer:.0%} ({probes} × ffmpeg -c copy)",
            f"{share / peer:.2f}",
        ),
        Row("… memory of each", f"{median(memory):.0f} MB (max {max(memory):.0f})"),
    ]


def _tap(stage: ExitStack, clip: Path, folder: Path, nginx: NginxRtmp, number: int) -> str:
    """The tap of another relay with the feed."""
    own = folder / f"crowd{number}"
    own.mkdir()
    relay = stage.enter_context(relay_process(own, nginx.url(own.name)))
    stage.enter_context(ffmpeg_running(*publish(clip, relay.ingest_url)))
    wait_until(lambda: relay.sample()["feed"].get("kbps") is not None, "the feed is up")
    return relay.tap_url


def _watch(running: Sequence[Probe], seconds: float) -> tuple[list[float], float]:
    """Greatest ages of samples in ms, one for each sample, and CPU seconds a second."""
    begun_ns = time.monotonic_ns()
    share = _shares([probe.pid for probe in running], seconds)
    ages = [
        (next_read_ns - sample.mono_ns) / NS_PER_MS
        for probe in running
        for (read_ns, sample), (next_read_ns, _) in pairwise(tuple(probe.samples))
        if read_ns >= begun_ns
    ]
    return ages, share


def _shares(pids: Sequence[int], seconds: float) -> float:
    started_s, before_s = time.monotonic(), sum(map(cpu_s, pids))
    time.sleep(seconds)
    return (sum(map(cpu_s, pids)) - before_s) / (time.monotonic() - started_s)
