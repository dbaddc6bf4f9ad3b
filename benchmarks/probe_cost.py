"""What does the probe cost on a live feed, 1080p30 at 6,000 kbps? Beside ffmpeg, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.machine import cpu_share, resident_mb
from benchmarks.media import publish
from benchmarks.probing import probe_running
from benchmarks.rows import Row
from livedesk.core.settings import Decode
from tests.peers.peers import NginxRtmp, ffmpeg_running, relay_process
from tests.waiting import wait_until

_SETTLE_S = 2.0
_COPY = ("-c", "copy", "-f", "null", "-")
_DECODE = ("-threads", "1", "-f", "null", "-")
_WORDS: dict[Decode, str] = {
    "none": "packets and sound",
    "keyframes": "keyframes and sound",
    "all": "all frames and sound",
}


def measure(clip: Path, folder: Path, nginx: NginxRtmp, rounds: int, seconds: float) -> list[Row]:
    """Probe and ffmpeg play the relay's tap, as the engine's probe does."""
    with (
        relay_process(folder, nginx.url("probe-cost")) as relay,
        ffmpeg_running(*publish(clip, relay.ingest_url)),
    ):
        wait_until(lambda: relay.sample()["feed"].get("kbps") is not None, "the feed is up")
        return _in_turns(relay.tap_url, rounds, seconds)


def _in_turns(url: str, rounds: int, seconds: float) -> list[Row]:
    memory: dict[Decode, float] = {}

    def probe(decode: Decode) -> float:
        with probe_running(url, decode) as running:
            time.sleep(_SETTLE_S)
            share = cpu_share(running.pid, seconds)
            memory[decode] = resident_mb(running.pid)
            return share

    def peer(*options: str) -> float:
        with ffmpeg_running("-i", url, *options) as running:
            wait_until(lambda: cpu_share(running.pid, 0.5) > 0, "ffmpeg plays")
            time.sleep(_SETTLE_S)
            return cpu_share(running.pid, seconds)

    turns: dict[str, Callable[[], float]] = {
        "copy": lambda: peer(*_COPY),
        "none": lambda: probe("none"),
        "keyframes": lambda: probe("keyframes"),
        "decode": lambda: peer(*_DECODE),
        "all": lambda: probe("all"),
    }
    shares: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(rounds):
        for name, turn in turns.items():
            shares[name].append(turn())
    return [
        _row("none", shares, memory, "copy", "ffmpeg -c copy", "≤ 2.0 of -c copy, packets alone"),
        _row("keyframes", shares, memory, "decode", "ffmpeg -f null", "–"),
        _row("all", shares, memory, "decode", "ffmpeg -f null", "–"),
    ]


def _row(
    decode: Decode,
    shares: dict[str, list[float]],
    memory: dict[Decode, float],
    beside: str,
    name: str,
    goal: str,
) -> Row:
    ours, peers = shares[decode], shares[beside]
    ratios = [mine / peer for mine, peer in zip(ours, peers, strict=True)]
    return Row(
        f"probe CPU, 1080p30 6 Mb/s, {_WORDS[decode]}, {len(ours)} pairs ({memory[decode]:.0f} MB)",
        f"{median(ours):.1%} of a core",
        f"{median(peers):.1%} ({name})",
        f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
        goal,
    )
