"""How right is the skew? Known offsets through the real probe process, in all usual feeds.

Audio messages are re-stamped after muxing, in their place in the stream: `ffmpeg -itsoffset` does
not serve, because its muxer sorts, so that equal timestamps arrive together whatever the offset.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from benchmarks.media import Clip, encode
from benchmarks.probing import Probe, measure_file, probe_running
from benchmarks.rows import Row, percentile
from tests.peers.peers import NginxRtmp
from tests.peers.tape import over_and_over, publishing, read_tape, skewed, write_tape
from tests.waiting import wait_until

_RATES = ("25", "30000/1001", "30", "50", "60")
_SHAPES = tuple(product(_RATES, (0, 2), (48_000, 44_100)))
_OFFSETS_MS = (-500, -263, -125, -45, 0, 45, 137, 250, 500)
_BASE_MS = 1_000
"""So that no timestamp of a late sound is negative."""

_LIVE_OFFSETS_MS = (137, -263)


def measure(folder: Path, nginx: NginxRtmp, quick: bool) -> Iterator[Row]:
    shapes = _SHAPES[::6] if quick else _SHAPES
    offsets = _OFFSETS_MS[::4] if quick else _OFFSETS_MS
    errors = [abs(error) for shape in shapes for error in _errors(folder, shape, offsets)]
    yield Row(
        f"skew error, {len(shapes)} feeds × {len(offsets)} offsets, −500 to +500 ms",
        f"p95 {percentile(errors, 0.95):.2f} ms (max {max(errors):.2f})",
        goal="p95 ≤ 2 ms",
    )
    for offset_ms in _LIVE_OFFSETS_MS:
        yield _live(folder, nginx, offset_ms, 4.0 if quick else 10.0)


def _errors(folder: Path, shape: tuple[str, int, int], offsets: tuple[int, ...]) -> list[float]:
    """Of every reading of a feed of this shape, once the window of the meter is full."""
    fps, bframes, sample_rate = shape
    clip = Clip(320, 180, fps, 500, bframes, sample_rate, seconds=7, keyframe_frames=30)
    tape = read_tape(encode(clip, folder / "shape.flv"))
    errors: list[float] = []
    for offset in offsets:
        file = write_tape(skewed(tape, offset, _BASE_MS), folder / "skewed.flv")
        readings = [s.sync.skew_ms for s in measure_file(file) if s.sync.skew_ms is not None]
        if not readings:
            raise RuntimeError(f"no skew was read of {fps} fps, {bframes} B-frames, {sample_rate}")
        errors += [reading - offset for reading in readings]
    return errors


def _live(folder: Path, nginx: NginxRtmp, offset_ms: int, seconds: float) -> Row:
    """The same beside nginx-rtmp's own figure, on a feed that arrives by the clock."""
    name = f"skew{offset_ms}"
    clip = Clip(640, 360, kbps=1_000, seconds=4, keyframe_frames=30)
    tape = over_and_over(read_tape(encode(clip, folder / "live.flv")), seconds + 30)
    with publishing(nginx.url(name), skewed(tape, offset_ms, _BASE_MS)):
        wait_until(lambda: name in nginx.streams(), "the feed is up")
        with probe_running(nginx.url(name), "none") as probe:
            ours, peer = _side_by_side(nginx, name, probe, seconds)
    mine = percentile([abs(reading - offset_ms) for reading in ours], 0.95)
    theirs = percentile([abs(reading - offset_ms) for reading in peer], 0.95)
    return Row(
        f"skew error live, {offset_ms:+d} ms, p95",
        f"{mine:.1f} ms",
        f"{theirs:.1f} ms (nginx-rtmp avsync)",
        f"{mine / theirs:.2f}" if theirs else "–",
        "≤ 2 ms",
    )


def _side_by_side(
    nginx: NginxRtmp, name: str, probe: Probe, seconds: float
) -> tuple[list[float], list[float]]:
    """Readings of the probe and of the server, five a second."""
    wait_until(lambda: probe.samples[-1][1].sync.skew_ms is not None, "skew is read")
    ours, peer = [], []
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        if (skew_ms := probe.samples[-1][1].sync.skew_ms) is not None:
            ours.append(skew_ms)
        peer.append(float(nginx.streams()[name]["avsync"]))
        time.sleep(0.2)
    return ours, peer
