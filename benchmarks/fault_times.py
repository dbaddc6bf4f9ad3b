"""How soon is a fault of the feed called by its name? From the fault to the class in a sample."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.media import publish
from benchmarks.rows import Row
from livedesk.rtmp.messages import AUDIO, VIDEO
from livedesk.sandbox.link import Shape
from livedesk.sandbox.supply import ConstantRate
from tests.peers.peers import (
    NginxRtmp,
    RunningPath,
    RunningRelay,
    ffmpeg_running,
    path_running,
    relay_process,
)
from tests.peers.tape import over_and_over, publishing, read_tape
from tests.waiting import wait_until

_SETTLE_S = 3.0
_HOLDS = Shape(supply=ConstantRate(2_600))
"""Slower than the feed of 4,000 kbps, and still above the contract's 2,500."""


def measure(clip: Path, folder: Path, nginx: NginxRtmp, trials: int) -> Iterator[Row]:
    yield _row("feed black-holed: STALLED", "≤ 250 ms", _path_trials(
        clip, folder, nginx, trials, lambda path: path.apply(Shape(blackhole=True)), "STALLED"
    ))  # fmt: skip
    yield _row("feed 4,000 → 2,600 kbps: STARVED, before LOW", "–", _path_trials(
        clip, folder, nginx, trials, lambda path: path.apply(_HOLDS), "STARVED"
    ))  # fmt: skip
    yield _row("feed broken off (RST): GONE", "≤ 100 ms", _path_trials(
        clip, folder, nginx, trials, lambda path: path.reset(0.1), "GONE"
    ))  # fmt: skip
    for kind, name in ((AUDIO, "sound"), (VIDEO, "picture")):
        times = [_track_trial(clip, folder, nginx, kind) for _ in range(trials)]
        yield _row(f"{name} stops, the rest goes on: named", "≤ 1,000 ms", times)


def _row(what: str, goal: str, times_ms: list[float]) -> Row:
    return Row(
        f"{what}, {len(times_ms)} trials",
        f"{median(times_ms):.0f} ms (max {max(times_ms):.0f})",
        goal=goal,
    )


def _path_trials(
    clip: Path,
    folder: Path,
    nginx: NginxRtmp,
    trials: int,
    strike: Callable[[RunningPath], None],
    name: str,
) -> list[float]:
    return [_path_trial(clip, folder, nginx, strike, name) for _ in range(trials)]


def _path_trial(
    clip: Path, folder: Path, nginx: NginxRtmp, strike: Callable[[RunningPath], None], name: str
) -> float:
    with relay_process(folder, nginx.url("faults")) as relay:
        port = int(relay.ingest_url.split(":")[2].split("/")[0])
        with path_running(port) as path:
            url = relay.ingest_url.replace(f":{port}/", f":{path.port}/")
            with ffmpeg_running(*publish(clip, url)):
                _settled(relay)
                struck_ns = time.monotonic_ns()
                strike(path)
                return _named_ms(relay, struck_ns, "feed.class", name)


def _track_trial(clip: Path, folder: Path, nginx: NginxRtmp, kind: int) -> float:
    tape = over_and_over(read_tape(clip), 60)
    with (
        relay_process(folder, nginx.url("faults")) as relay,
        publishing(relay.ingest_url, tape) as publisher,
    ):
        _settled(relay)
        struck_ns = time.monotonic_ns()
        publisher.withheld = frozenset({kind})
        return _named_ms(relay, struck_ns, "feed.track_lost", None)


def _settled(relay: RunningRelay) -> None:
    wait_until(lambda: relay.sample()["feed"].get("state") == "OK", "the feed is healthy")
    time.sleep(_SETTLE_S)


def _named_ms(relay: RunningRelay, struck_ns: int, event: str, name: str | None) -> float:
    """By the relay's own clock, which is the machine's; the name must be the first."""

    def named() -> int | None:
        for entry in tuple(relay.entries):
            if entry["mono_ns"] > struck_ns and entry.get("event") == event:
                if name is not None and entry["data"]["to"] != name:
                    raise RuntimeError(f"called {entry['data']['to']} before {name}")
                return int(entry["mono_ns"])
        return None

    found_ns: int = wait_until(named, f"{event} {name or ''}")
    return (found_ns - struck_ns) / 1e6
