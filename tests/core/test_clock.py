from __future__ import annotations

import pytest

from livedesk.core.clock import NS_PER_S, ManualClock, SystemClock, iso_utc, utc_ns_of


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


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T05:36:01.123Z",
        "2026-11-21T05:36:01.123",
        "2026-11-21T13:36:01.123000+08:00",
    ],
)
def test_a_time_is_read_as_it_is_written_whatever_its_zone(text: str) -> None:
    ns = utc_ns_of(text)
    assert ns is not None
    assert iso_utc(ns) == "2026-11-21T05:36:01.123Z"


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-11-21T05:36:01" + "0" * 40])
def test_what_names_no_time_is_none(text: str) -> None:
    assert utc_ns_of(text) is None
