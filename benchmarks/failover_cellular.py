"""What does a recorded cellular uplink do to a show, with failover and without?

The recording is the primary's capacity, in real time over real sockets, for three relays at once
with the same feed: one has a good bonded uplink beside it and stays there until a person takes the
stream back, one goes back by itself, one has nothing. Recordings in the mahimahi
format are named by `--traces` or LIVEDESK_TRACES, a file or a folder of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
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


_WAYS: Final = {
    "by hand": (UPLINKS, {"fail_back": "manual"}),
    "by itself": (UPLINKS, {"fail_back": "automatic"}),
    "alone": (UPLINKS[:1], {}),
}


@dataclass(frozen=True, slots=True)
class _Show:
    """One relay's show, its times in seconds since the recording began."""

    arrivals: list[Arrival]
    switches: list[tuple[float, Entry]]
    lost_frames: int


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
        yield from _rows(name, seconds, asyncio.run(_shows(clip, own, recording, seconds)))


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


async def _shows(
    clip: FilePath, folder: FilePath, recording: RecordedUplink, seconds: float
) -> dict[str, _Show]:
    frames, stages = ClipFrames(clip), {}
    async with AsyncExitStack() as stack:
        for name, (uplinks, failover) in _WAYS.items():
            own = folder / name.replace(" ", "-")
            await asyncio.to_thread(own.mkdir)
            stages[name] = await stack.enter_async_context(
                stage(own, clip, frames, failover, uplinks)
            )
        await asyncio.sleep(_BEFORE_S)
        begun_ns = stages["alone"].platform.now_ns()
        for here in stages.values():
            here.paths[UPLINKS[0]].apply(Shape(supply=recording))
        await asyncio.sleep(seconds)
        return {name: _show(here, begun_ns) for name, here in stages.items()}


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
    publications = sorted({frame.publisher for frame in here.platform.frames})
    seams = [
        here.platform.clip.seam(here.platform.of(old), here.platform.of(new))
        for old, new in pairwise(publications)
    ]
    return _Show(arrivals, switches, sum(seam.lost for seam in seams))


def _rows(name: str, seconds: float, shows: Mapping[str, _Show]) -> Iterator[Row]:
    alone = shows["alone"]
    alone_low_s = low_seconds(alone.arrivals, seconds)
    polled = [each for each in noalbs(alone.arrivals, seconds, 0.0) if each.at_s >= 0]
    slid = [each for each in window(alone.arrivals, seconds) if each.at_s >= 0]
    for way in ("by hand", "by itself"):
        show = shows[way]
        low_s = low_seconds(show.arrivals, seconds)
        yield Row(
            f"{name}, {seconds:.0f} s, back {way}: switches; frames lost",
            f"{_switches(show.switches)}; {show.lost_frames}",
            f"NOALBS rule {_gone_bad(polled)}; 1 s window {_gone_bad(slid)}",
        )
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
