"""Cadence: frame rate by the stamps, jitter, keyframe interval, what reordering costs, faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from livedesk.monitors.cadence import Cadence, CadenceMeter
from livedesk.monitors.facts import PacketFact
from tests.monitors.feeds import Feed, at_s, delayed

NTSC_30, NTSC_60 = 30_000 / 1_001, 60_000 / 1_001


def read(facts: Iterable[PacketFact], to_s: float) -> Cadence:
    meter = CadenceMeter()
    for fact in facts:
        meter.packet(fact, fact.dts_ms or 0)
    return meter.read(at_s(to_s))


def frames(feed: Feed, to_s: float) -> list[PacketFact]:
    return [fact for fact in feed.packets(0, to_s) if fact.track == "video"]


@pytest.mark.parametrize("fps", [24, 25, NTSC_30, 30, 50, NTSC_60, 60])
def test_frame_rate_to_two_decimals_and_keyframe_interval(fps: float) -> None:
    cadence = read(Feed(fps=fps, gop_frames=round(2 * fps)).packets(0, 7), 7)
    assert cadence.fps == pytest.approx(fps, abs=0.005)
    assert cadence.gop_s == pytest.approx(2, abs=0.01)


def test_lost_frames_lower_the_frame_rate_and_show_as_jitter() -> None:
    kept = [fact for n, fact in enumerate(frames(Feed(), 6)) if n % 10]
    cadence = read(kept, 6)
    assert cadence.fps == pytest.approx(27, abs=0.5)
    assert cadence.jitter_ms == pytest.approx(33, abs=1)


def test_even_frames_have_no_jitter_beyond_rounding() -> None:
    jitter_ms = read(Feed(fps=NTSC_30).packets(0, 5), 5).jitter_ms
    assert jitter_ms is not None
    assert jitter_ms <= 1


def test_a_burst_changes_neither() -> None:
    facts = [delayed(fact, max(fact.arrival_ns, at_s(2))) for fact in Feed().packets(0, 3)]
    cadence = read(facts, 3)
    assert cadence.fps == pytest.approx(30, abs=0.01)
    assert cadence.jitter_ms == pytest.approx(0, abs=1)


@pytest.mark.parametrize(("b_frames", "expected_ms"), [(0, 0), (2, 100), (3, 133)])
def test_what_reordering_costs(b_frames: int, expected_ms: float) -> None:
    cadence = read(Feed(b_frames=b_frames).packets(0, 4), 4)
    assert cadence.bframe_ms == pytest.approx(expected_ms, abs=1)


def test_no_frames_is_no_figure() -> None:
    cadence = read(Feed().packets(0, 3), 6)
    assert (cadence.fps, cadence.jitter_ms, cadence.bframe_ms) == (None, None, None)


def test_frames_with_one_stamp_have_no_rate() -> None:
    still = [replace(fact, dts_ms=0.0) for fact in frames(Feed(), 2)]
    assert read(still, 2).fps is None


def test_the_keyframe_interval_stands_lost_frames_and_repeated_stamps() -> None:
    kept = [fact for n, fact in enumerate(frames(Feed(), 9)) if fact.keyframe or n % 3]
    twice = [fact for fact in kept for _ in range(2)]
    assert read(kept, 9).gop_s == pytest.approx(2, abs=0.01)
    assert read(twice, 9).gop_s == pytest.approx(2, abs=0.01)


def test_a_keyframe_without_stamps_does_not_double_the_interval() -> None:
    meter = CadenceMeter()
    for number, fact in enumerate(frames(Feed(), 9)):
        if number == 120:
            meter.untimed(fact)
        else:
            meter.packet(fact, fact.dts_ms or 0)
        assert (meter.read(fact.arrival_ns).gop_s or 2) == pytest.approx(2, abs=0.01)


def test_a_group_that_does_not_end_is_as_long_as_it_is_so_far() -> None:
    assert read(Feed(gop_frames=10_000).packets(0, 8), 8).gop_s is None
    assert read(Feed(gop_frames=10_000).packets(0, 14), 14).gop_s == pytest.approx(14, abs=0.05)


def test_faulty_stamps_are_counted() -> None:
    meter = CadenceMeter()
    base = PacketFact("video", 0, 100.0, 100.0, 10)
    for dts_ms in (100.0, 133.0, 133.0, 120.0):
        meter.packet(replace(base, dts_ms=dts_ms), dts_ms)
    meter.packet(replace(base, dts_ms=None), 150.0)
    meter.untimed(replace(base, dts_ms=None, pts_ms=None))
    faults = meter.faults()
    assert (faults.missing, faults.backward, faults.repeated) == (2, 1, 1)
    assert faults.total == 4
