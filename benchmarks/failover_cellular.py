"""What does a recorded cellular uplink do to a show, with failover and without?

The recording is the primary's capacity, in real time over real sockets, for two relays at once with
the same feed: one has a good bonded uplink beside it, one has nothing. Recordings in the mahimahi
format are named by `--traces` or LIVEDESK_TRACES, a file or a folder of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from benchmarks.frames import ClipFrames
from benchmarks.rows import Row
from benchmarks.rules import LIMIT_KBPS, Arrival, Verdict, noalbs, window
from benchmarks.stage import UPLINKS, Entry, Stage, stage
from livedesk.core.clock import NS_PER_S
from livedesk.sandbox.recorded import RecordedUplink, RecordingError, read_recording
from livedesk.sandbox.shape import Shape

TRACES_VARIABLE: Final = "LIVEDESK_TRACES"
_BEFORE_S: Final = 12.0
"""On a good path first: the server's first block has a rate by then."""


@dataclass(frozen=True, slots=True)
class _Show:
    """One relay's show, its times in seconds since the recording began."""

    arrivals: list[Arrival]
    switches: list[tuple[float, Entry]]


def measure(
    clip: FilePath, folder: FilePath, traces: FilePath | None, seconds: float
) -> Iterator[Row]:
    """So long of each recording; a shorter one begins again."""
    recordings = [] if traces is None else _recordings(traces)
    if not recordings:
        yield Row("failover on a recorded cellular uplink", f"no trace given ({TRACES_VARIABLE})")
    for name, recording in recordings:
        own = folder / f"cellular-{name}"
        own.mkdir()
        with_standby, alone = asyncio.run(_both(clip, own, recording, seconds))
        yield from _rows(name, seconds, with_standby, alone)


def _recordings(traces: FilePath) -> list[tuple[str, RecordedUplink]]:
    """A folder may hold other files; a file that was named must be a recording."""
    if traces.is_file():
        return [(traces.name, read_recording(traces))]
    found = []
    for file in sorted(traces.iterdir()):
        try:
            found.append((file.name, read_recording(file)))
        except RecordingError:
            continue
    return found


async def _both(
    clip: FilePath, folder: FilePath, recording: RecordedUplink, seconds: float
) -> tuple[_Show, _Show]:
    frames = ClipFrames(clip)
    one, other = folder / "with", folder / "without"
    for each in (one, other):
        await asyncio.to_thread(each.mkdir)
    async with (
        stage(one, clip, frames, {}) as with_standby,
        stage(other, clip, frames, {}, UPLINKS[:1]) as alone,
    ):
        await asyncio.sleep(_BEFORE_S)
        begun_ns = alone.platform.now_ns()
        for here in (with_standby, alone):
            here.paths[UPLINKS[0]].apply(Shape(supply=recording))
        await asyncio.sleep(seconds)
        return _show(with_standby, begun_ns), _show(alone, begun_ns)


def _show(here: Stage, begun_ns: int) -> _Show:
    """What is new to the platform counts; what a new path repeats does not."""
    known: set[tuple[int, int]] = set()
    arrivals = []
    for got in here.platform.media:
        if (got.track, got.stamp_ms) not in known:
            known.add((got.track, got.stamp_ms))
            arrivals.append(Arrival((got.mono_ns - begun_ns) / NS_PER_S, got.size_bytes))
    here.told.catch_up()
    switches = [
        ((event["mono_ns"] - begun_ns) / NS_PER_S, event["data"])
        for event in here.told.events
        if event["event"] == "failover.switch"
    ]
    return _Show(arrivals, switches)


def _rows(name: str, seconds: float, ours: _Show, alone: _Show) -> Iterator[Row]:
    polled = [each for each in noalbs(alone.arrivals, seconds, 0.0) if each.at_s >= 0]
    slid = [each for each in window(alone.arrivals, seconds) if each.at_s >= 0]
    yield Row(
        f"{name}, {seconds:.0f} s: switches away from it",
        _switches(ours.switches),
        f"NOALBS rule {_gone_bad(polled)}; 1 s window {_gone_bad(slid)}",
    )
    low_s, alone_low_s = low_seconds(ours.arrivals, seconds), low_seconds(alone.arrivals, seconds)
    yield Row(
        f"… seconds under {LIMIT_KBPS:,.0f} kbps at the platform",
        f"{low_s:.1f} s",
        f"{alone_low_s:.1f} s (without failover); "
        f"{_would_be(polled, alone, seconds)} (NOALBS rule); "
        f"{_would_be(slid, alone, seconds)} (1 s window)",
        f"{alone_low_s / low_s:.1f} × less" if low_s else "–",
    )


def low_seconds(arrivals: Sequence[Arrival], until_s: float, from_s: float = 0.0) -> float:
    """For how long the bytes of the last second were under the contract."""
    low_s, since_s = 0.0, None
    for each in window(arrivals, until_s):
        if each.is_bad:
            since_s = max(from_s, each.at_s)
        elif since_s is not None:
            low_s += max(0.0, each.at_s - since_s)
            since_s = None
    return low_s + (max(0.0, until_s - since_s) if since_s is not None else 0.0)


def _would_be(verdicts: Sequence[Verdict], alone: _Show, seconds: float) -> str:
    """What a rule would have left, had it moved the stream to a good path at its first verdict."""
    left_s = next((each.at_s for each in verdicts if each.is_bad), seconds)
    return f"≥ {low_seconds(alone.arrivals, left_s):.1f} s"


def _switches(switches: Sequence[tuple[float, Entry]]) -> str:
    if not switches:
        return "none"
    times = ", ".join(f"{at_s:.1f} s ({data['cause']})" for at_s, data in switches)
    return f"{len(switches)}: {times}"


def _gone_bad(verdicts: Sequence[Verdict]) -> str:
    times = [each.at_s for each in verdicts if each.is_bad]
    return f"{len(times)}, first at {times[0]:.1f} s" if times else "none"
