"""A path's capacity, with time passed in."""

from __future__ import annotations

import pytest

from livedesk.core.clock import ManualClock
from livedesk.sandbox.recorded import RecordedUplink
from livedesk.sandbox.supply import ConstantRate, Ramp, TokenBucket


def _passed(bucket: TokenBucket, clock: ManualClock, seconds: float, step_s: float) -> int:
    """Bytes a greedy sender gets through when it asks every `step_s`."""
    total = 0
    for _ in range(round(seconds / step_s)):
        clock.advance(step_s)
        allowed = bucket.available(clock.mono_ns())
        bucket.spend(allowed)
        total += allowed
    return total


def test_a_greedy_sender_gets_the_rate(clock: ManualClock) -> None:
    bucket = TokenBucket(ConstantRate(1500), clock.mono_ns())
    assert _passed(bucket, clock, 10, 0.005) * 8 / 10_000 == pytest.approx(1500, rel=0.01)


def test_silence_earns_no_more_than_a_short_burst(clock: ManualClock) -> None:
    bucket = TokenBucket(ConstantRate(1500), clock.mono_ns())
    clock.advance(60)
    bucket.forget_unused(clock.mono_ns())
    assert bucket.available(clock.mono_ns()) <= 1500 * 125 * 0.1


def test_who_waits_to_send_loses_nothing_by_a_late_look(clock: ManualClock) -> None:
    one_burst_every_second = RecordedUplink([200] * 40 + [1000])
    bucket = TokenBucket(one_burst_every_second, clock.mono_ns())
    bucket.forget_unused(clock.mono_ns())
    clock.advance(0.35)
    assert bucket.available(clock.mono_ns()) == 40 * 1500


def test_an_opportunity_of_a_recording_that_nobody_used_is_lost(clock: ManualClock) -> None:
    bucket = TokenBucket(RecordedUplink([200] * 40 + [1000]), clock.mono_ns())
    clock.advance(0.35)
    bucket.forget_unused(clock.mono_ns())
    assert bucket.available(clock.mono_ns()) == 0


def test_a_ramp_goes_evenly_and_stays_where_it_ends() -> None:
    ramp = Ramp(6000, 2000, 4)
    kbps = [ramp.bytes_between(t, t + 1) / 125 for t in (-1, 0, 1, 2, 3, 4, 60)]
    assert kbps == [6000, 5500, 4500, 3500, 2500, 2000, 2000]
    assert ramp.mean_kbps == 2000
    assert Ramp(6000, 2000, 0).bytes_between(0, 1) == 2000 * 125


def test_reading_more_than_was_there_is_paid_back(clock: ManualClock) -> None:
    bucket = TokenBucket(ConstantRate(800), clock.mono_ns())
    bucket.spend(10_000)
    clock.advance(0.05)
    assert bucket.available(clock.mono_ns()) < 0
    clock.advance(0.06)
    assert bucket.available(clock.mono_ns()) > 0


def test_a_recording_passes_what_the_link_could_deliver(clock: ManualClock) -> None:
    one_packet_every_4_ms_then_silence = [*range(4, 401, 4), 1000]
    bucket = TokenBucket(RecordedUplink(one_packet_every_4_ms_then_silence), clock.mono_ns())
    busy = _passed(bucket, clock, 0.4, 0.004)
    quiet = _passed(bucket, clock, 0.5, 0.004)
    assert busy == 100 * 1500
    assert quiet == 0


def test_no_rate_at_all_is_not_a_rate() -> None:
    with pytest.raises(ValueError, match="blackholed"):
        ConstantRate(0)
