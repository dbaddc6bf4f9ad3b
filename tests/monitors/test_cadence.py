"""Cadence: frame rate by the stamps, keyframe interval, faults counted, pace against the clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.cadence import CadenceMeter
from livedesk.monitors.facts import PacketFact
from tests.monitors.feeds import Feed, at_s, delayed


def play(meter: CadenceMeter, feed: Feed, from_s: float, to_s: float) -> None:
    for fact in feed.packets(from_s, to_s):
        meter.packet(fact, fact.dts_ms or 0)


@pytest.mark.parametrize("fps", [24, 25, 29.97, 60])
def test_frame_rate_and_keyframe_interval(fps: float) -> None:
    meter = CadenceMeter()
    play(meter, Feed(fps=fps, gop_frames=round(2 * fps)), 0, 7)
    assert meter.fps(at_s(7)) == pytest.approx(fps, abs=0.05)
    assert meter.gop_s == pytest.approx(2, abs=0.01)


def test_lost_frames_lower_the_frame_rate() -> None:
    meter = CadenceMeter()
    for n, fact in enumerate(f for f in Feed().packets(0, 6) if f.track == "video"):
        if n % 3:
            meter.packet(fact, fact.dts_ms or 0)
    assert meter.fps(at_s(6)) == pytest.approx(20, abs=0.3)


def test_a_burst_does_not_raise_the_frame_rate() -> None:
    meter = CadenceMeter()
    for fact in Feed().packets(0, 3):
        meter.packet(delayed(fact, max(fact.arrival_ns, at_s(2))), fact.dts_ms or 0)
    assert meter.fps(at_s(3)) == pytest.approx(30, abs=0.3)


def test_no_frames_is_no_frame_rate() -> None:
    meter = CadenceMeter()
    play(meter, Feed(), 0, 3)
    assert meter.fps(at_s(6)) is None


def test_faulty_stamps_are_counted() -> None:
    meter = CadenceMeter()
    base = PacketFact("video", 0, 100.0, 100.0, 10)
    for dts_ms in (100.0, 133.0, 133.0, 120.0):
        meter.packet(replace(base, dts_ms=dts_ms), dts_ms)
    meter.packet(replace(base, dts_ms=None), 150.0)
    meter.untimed()
    faults = meter.faults()
    assert (faults.missing, faults.backward, faults.repeated) == (2, 1, 1)


def test_pace_is_one_in_step_and_lower_when_the_path_is_congested() -> None:
    meter = CadenceMeter()
    play(meter, Feed(), 0, 10)
    assert meter.pace.read(at_s(10)) == pytest.approx(1, abs=0.02)
    late = CadenceMeter()
    for fact in Feed().packets(0, 10):
        slow_ns = at_s(0) + (fact.arrival_ns - at_s(0)) * 5 // 4
        late.packet(delayed(fact, slow_ns), fact.dts_ms or 0)
    assert late.pace.read(at_s(12.5)) == pytest.approx(0.8, abs=0.02)


def test_pace_falls_with_the_clock_in_silence() -> None:
    meter = CadenceMeter()
    play(meter, Feed(), 0, 10)
    before, after = meter.pace.read(at_s(10)), meter.pace.read(at_s(10) + 2 * NS_PER_S)
    assert before is not None
    assert after is not None
    assert after < 0.8 * before
