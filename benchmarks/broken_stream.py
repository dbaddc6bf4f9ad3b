"""What does a hostile stream cost? How soon the probe that it ended is back, and who else noticed.

A good stream turns bad for two seconds and good again, on one connection: flipped bits, messages
cut off, an absurd picture size, another codec. The relay passes on what it gets; the platform's
messages are compared with those sent.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.media import Clip, encode
from benchmarks.rows import Row
from livedesk.core.clock import NS_PER_S, SystemClock
from livedesk.core.secrets import Secret
from livedesk.monitors.probe.job import ProbeJob
from livedesk.monitors.probe.lines import EventLine, PreviewLine, SampleLine
from livedesk.monitors.probe.link import ProbeLink
from tests.monitors.probe.conftest import with_size
from tests.peers.hevc import hevc_tape
from tests.peers.peers import relay_process
from tests.peers.tape import Tape, after, damaged, over_and_over, publishing, read_tape, truncated
from tests.relay.harness import Platform
from tests.waiting import until

_CLIP = Clip(640, 360, kbps=1_500, seconds=2, keyframe_frames=30)
_GOOD_AFTERWARDS_S = 20
_MACROBLOCKS = 1_024
"""On a side, which is 16,384 points."""

_ENDS = {"probe.ended", "probe.lost", "probe.died"}


@dataclass
class _Found:
    """Seconds from each end of the probe's reading until it reads again, and from the first good
    message to all figures of it; messages that came through of those that were sent."""

    back_s: list[float] = field(default_factory=list)
    deaths: int = 0
    measures_s: list[float] = field(default_factory=list)
    sent: int = 0
    passed: int = 0


class _Ears:
    """What an engine would hear from the probe, and when."""

    def __init__(self) -> None:
        self.samples: list[SampleLine] = []
        self.ends_ns: list[int] = []
        self.opened_ns: list[int] = []
        self.link = ProbeLink(
            ProbeJob,
            SystemClock(),
            on_sample=self.samples.append,
            on_preview=_ignore,
            on_event=self._event,
        )

    def _event(self, line: EventLine) -> None:
        if line.event in _ENDS:
            self.ends_ns.append(time.monotonic_ns())
        elif line.event == "probe.opened":
            self.opened_ns.append(time.monotonic_ns())

    def measures(self, since_ns: int) -> bool:
        newest = self.samples[-1] if self.samples else None
        return (
            newest is not None
            and newest.mono_ns > since_ns
            and newest.feed.fps is not None
            and newest.sync.skew_ms is not None
            and "unknown" not in (newest.picture.state, newest.sound.state)
        )

    def back_s(self) -> list[float]:
        return [
            (next(at_ns for at_ns in self.opened_ns if at_ns > end_ns) - end_ns) / NS_PER_S
            for end_ns in self.ends_ns
        ]


def measure(folder: Path, trials: int) -> Iterator[Row]:
    source = encode(_CLIP, folder / "whole.flv")
    good, found = read_tape(source), _Found()
    absurd = with_size(source, folder / "absurd.flv", _MACROBLOCKS, _MACROBLOCKS)
    hostile: tuple[Callable[[int], Tape], ...] = (
        lambda seed: damaged(good, random.Random(seed)),
        lambda seed: truncated(good, random.Random(seed)),
        lambda _: read_tape(absurd),
        lambda _: hevc_tape(2),
    )
    for make in hostile:
        for seed in range(trials):
            asyncio.run(_trial(folder, good, make(seed), found))
    streams, ends = len(hostile) * trials, len(found.back_s)
    yield Row(
        f"{streams} hostile streams end the probe's reading {ends} times, its process "
        f"{found.deaths} times; until it reads again",
        _seconds(found.back_s),
        goal="≤ 1 s",
    )
    yield Row("… from good media on until all figures are there", _seconds(found.measures_s))
    yield Row(
        "… messages that the platform got as they were sent",
        f"{found.passed:,} of {found.sent:,}",
        goal="all",
    )


async def _trial(folder: Path, good: Tape, hostile: Tape, found: _Found) -> None:
    platform, ears = Platform(), _Ears()
    await platform.start()
    tail = hostile + over_and_over(good, _GOOD_AFTERWARDS_S)
    with relay_process(folder, platform.url) as relay:
        ears.link.play(Secret(relay.tap_url))
        tape = after(after(good, hostile), over_and_over(good, _GOOD_AFTERWARDS_S))
        with publishing(relay.ingest_url, tape) as publisher:
            await until(lambda: publisher.sent > len(good) + len(hostile), "good media again")
            begun_ns = time.monotonic_ns()
            await until(lambda: ears.measures(begun_ns), "the probe measures")
            found.measures_s.append((ears.samples[-1].mono_ns - begun_ns) / NS_PER_S)
        sent = publisher.sent - len(good)
        await until(lambda: len(platform.received) >= sent, "the platform has all")
        await ears.link.close()
    await platform.stop()
    found.back_s += ears.back_s()
    found.deaths += ears.link.restarts
    found.sent += sent
    found.passed += _passed(platform, tail[:sent])


def _passed(platform: Platform, sent: Tape) -> int:
    """Messages of the hostile and the later good stream that came as they were, in their order.

    Before that, an uplink that was just starting may begin with the newest keyframe.
    """
    got = [message.payload for message in platform.received[-len(sent) :]]
    wanted = [timed.message.payload for timed in sent]
    return sum(mine == theirs for mine, theirs in zip(got, wanted, strict=True))


def _seconds(found: list[float]) -> str:
    return f"{median(found):.2f} s (max {max(found):.2f})" if found else "–"


def _ignore(_: PreviewLine) -> None:
    """Pictures are not looked at."""
