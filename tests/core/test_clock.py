from __future__ import annotations

from livedesk.core.clock import NS_PER_S, ManualClock, SystemClock, iso_utc


def test_a_wall_clock_step_leaves_durations_alone(clock: ManualClock) -> None:
    mono_ns, utc_ns = clock.mono_ns(), clock.utc_ns()
    clock.advance(1.5)
    clock.step_wall(3600)
    assert clock.mono_ns() - mono_ns == 1.5 * NS_PER_S
    assert clock.utc_ns() - utc_ns == 3601.5 * NS_PER_S


def test_times_are_written_in_utc_with_milliseconds() -> None:
    assert iso_utc(1_795_239_361_123_999_999) == "2026-11-21T05:36:01.123Z"


def test_the_machines_clock_does_not_run_backwards() -> None:
    clock = SystemClock()
    assert clock.mono_ns() <= clock.mono_ns()
