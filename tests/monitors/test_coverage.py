"""Coverage: holes in the sound, and neither rounding nor a new timeline taken for one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.monitors.coverage import CoverageMeter
from livedesk.monitors.facts import SoundFact
from tests.monitors.feeds import arrival_ns, at_s

BLOCK_MS = 1_024 / 48


def blocks(from_s: float, to_s: float, first_ms: float = 0.0) -> Iterator[SoundFact]:
    samples = np.zeros((2, 1_024), np.float32)
    for number in range(round(from_s * 1_000 / BLOCK_MS), round(to_s * 1_000 / BLOCK_MS)):
        at_ms = number * BLOCK_MS
        yield SoundFact(arrival_ns(at_ms), float(round(at_ms + first_ms)), samples, 48_000)


def play(meter: CoverageMeter, from_s: float, to_s: float, first_ms: float = 0.0) -> None:
    for fact in blocks(from_s, to_s, first_ms):
        meter.sound(fact)


def test_rounded_stamps_are_whole_sound() -> None:
    meter, seen = CoverageMeter(), []
    for fact in blocks(0, 60):
        meter.sound(fact)
        seen.append(meter.read(fact.arrival_ns))
    assert all(value is None for value in seen[:460])
    assert all(value == pytest.approx(1, abs=0.0003) for value in seen[480:])


@pytest.mark.parametrize(("lost", "expected"), [(10, 0.9), (100, 0.99)])
def test_holes_show_as_their_share(lost: int, expected: float) -> None:
    meter = CoverageMeter()
    for number, fact in enumerate(blocks(0, 30)):
        if number % lost:
            meter.sound(fact)
    assert meter.read(at_s(30)) == pytest.approx(expected, abs=0.005)


def test_a_hole_is_forgotten_after_ten_seconds() -> None:
    meter = CoverageMeter()
    play(meter, 0, 15)
    play(meter, 17, 20)
    assert meter.read(at_s(20)) == pytest.approx(0.8, abs=0.01)
    play(meter, 20, 30)
    assert meter.read(at_s(30)) == pytest.approx(1, abs=0.001)


def test_no_sound_is_not_known_rather_than_the_last_value() -> None:
    meter = CoverageMeter()
    play(meter, 0, 15)
    assert meter.read(at_s(15) + 2 * NS_PER_S) is None


def test_a_new_timeline_and_a_step_backward_are_no_hole() -> None:
    meter = CoverageMeter()
    play(meter, 0, 15)
    play(meter, 15, 20, first_ms=-14_000)
    assert meter.read(at_s(20)) is None
    play(meter, 20, 27, first_ms=-14_000)
    assert meter.read(at_s(27)) == pytest.approx(1, abs=0.001)


def test_the_wrap_of_32_bits_is_no_hole() -> None:
    meter = CoverageMeter()
    for fact in blocks(0, 30, first_ms=2**32 - 20_000):
        wrapped = (fact.pts_ms or 0) % 2**32
        meter.sound(SoundFact(fact.arrival_ns, wrapped, fact.samples, fact.sample_rate))
    assert meter.read(at_s(30)) == pytest.approx(1, abs=0.001)


def test_a_block_without_a_stamp_follows_the_one_before() -> None:
    meter = CoverageMeter()
    for number, fact in enumerate(blocks(0, 20)):
        pts_ms = fact.pts_ms if number % 4 == 0 else None
        meter.sound(SoundFact(fact.arrival_ns, pts_ms, fact.samples, fact.sample_rate))
    assert meter.read(at_s(20)) == pytest.approx(1, abs=0.001)
