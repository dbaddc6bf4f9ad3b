"""The sliding rate: right by the clock, None while unknown, small for ever."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_MS
from livedesk.core.rate import CounterRate, SlidingRate


def fill(rate: SlidingRate, start_ms: int, end_ms: int, step_ms: int, payload_bytes: int) -> None:
    for at_ms in range(start_ms, end_ms, step_ms):
        rate.add(at_ms * NS_PER_MS, payload_bytes)


def test_unknown_before_the_first_entry_and_until_a_window_has_passed() -> None:
    rate = SlidingRate()
    assert rate.kbps(5_000 * NS_PER_MS) is None
    rate.add(0, 1_000)
    assert rate.kbps(999 * NS_PER_MS) is None
    assert rate.kbps(1_000 * NS_PER_MS) is not None


def test_constant_feed_reads_its_rate() -> None:
    rate = SlidingRate()
    fill(rate, 0, 3_000, 10, 5_000)  # 5,000 bytes each 10 ms are 4,000 kbps
    assert rate.kbps(2_999 * NS_PER_MS) == pytest.approx(4_000, abs=41)


def test_silence_lowers_it_without_another_packet() -> None:
    rate = SlidingRate()
    fill(rate, 0, 3_000, 10, 5_000)
    readings = [rate.kbps((3_000 + wait_ms) * NS_PER_MS) for wait_ms in (0, 250, 500, 1_000)]
    assert readings == pytest.approx([4_000, 3_000, 2_000, 0], abs=41)


def test_drop_to_zero_crosses_the_contract_as_soon_as_a_sliding_second_can() -> None:
    rate = SlidingRate()
    fill(rate, 0, 3_000, 1, 750)  # 6,000 kbps
    crossed_ms = next(
        wait_ms
        for wait_ms in range(1_000)
        if (kbps := rate.kbps((3_000 + wait_ms) * NS_PER_MS)) is not None and kbps < 2_500
    )
    assert crossed_ms == pytest.approx(583, abs=3)


def test_reset_makes_it_unknown_again() -> None:
    rate = SlidingRate()
    fill(rate, 0, 3_000, 10, 5_000)
    rate.reset()
    assert rate.kbps(3_000 * NS_PER_MS) is None
    rate.add(3_000 * NS_PER_MS, 125)
    assert rate.kbps(3_500 * NS_PER_MS) is None
    assert rate.kbps(4_000 * NS_PER_MS) is not None


def test_memory_does_not_follow_the_packet_rate() -> None:
    rate = SlidingRate()
    tracemalloc.start()
    try:
        for at_us in range(0, 1_500_000, 10):  # 100,000 packets a second
            rate.add(at_us * 1_000, 1)
        used_bytes, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used_bytes < 500_000


@given(
    st.lists(
        st.tuples(st.integers(0, 400 * NS_PER_MS), st.integers(0, 2**24)), min_size=1, max_size=200
    ),
    st.integers(0, 2_000 * NS_PER_MS),
)
def test_agrees_with_adding_up_what_lies_in_the_window(
    steps: list[tuple[int, int]], wait_ns: int
) -> None:
    rate = SlidingRate()
    entries: list[tuple[int, int]] = []
    now_ns = 0
    for gap_ns, payload_bytes in steps:
        now_ns += gap_ns
        rate.add(now_ns, payload_bytes)
        entries.append((now_ns, payload_bytes))
    now_ns += wait_ns
    edge_ns = now_ns - 1_000 * NS_PER_MS
    reading = rate.kbps(now_ns)
    if now_ns - entries[0][0] < 1_000 * NS_PER_MS:
        assert reading is None
        return
    most = sum(size for at_ns, size in entries if at_ns > edge_ns)
    least = sum(size for at_ns, size in entries if at_ns > edge_ns + NS_PER_MS)
    assert reading is not None
    assert least * 8 / 1_000 <= reading <= most * 8 / 1_000


def test_a_window_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 ms"):
        SlidingRate(window_ms=0)


@given(st.integers(20, 90))
def test_a_steady_counter_has_its_rate_however_often_it_is_read(step_ms: int) -> None:
    rate = CounterRate()
    for at_ms in range(0, 5000, step_ms):
        rate.read(at_ms * NS_PER_MS, at_ms * 500)
        if at_ms >= 1000:
            assert rate.kbps() == pytest.approx(4000)


def test_a_counter_that_stops_falls_to_zero_within_the_window() -> None:
    rate = CounterRate()
    for at_ms in range(0, 2001, 50):
        rate.read(at_ms * NS_PER_MS, at_ms * 500)
    for at_ms in range(2050, 2501, 50):
        rate.read(at_ms * NS_PER_MS, 1_000_000)
    assert rate.kbps() == pytest.approx(2000)
    rate.read(3000 * NS_PER_MS, 1_000_000)
    assert rate.kbps() == 0


def test_a_counter_is_unknown_until_a_window_was_seen() -> None:
    rate = CounterRate()
    assert rate.kbps() is None
    rate.read(0, 0)
    rate.read(999 * NS_PER_MS, 500_000)
    assert rate.kbps() is None
