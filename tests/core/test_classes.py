"""A class that is held although its reason is over is not told as if it were still so."""

from __future__ import annotations

from livedesk.core.classes import feed_recovers, is_under_contract, uplink_recovers
from livedesk.core.status import FeedStatus, Limits, UplinkStatus

LIMITS = Limits()


def test_a_rate_that_is_enough_again_recovers_from_low() -> None:
    assert feed_recovers(FeedStatus("LOW", kbps=2_600), LIMITS)
    assert not feed_recovers(FeedStatus("LOW", kbps=2_400), LIMITS)
    assert uplink_recovers(UplinkStatus("a", health="LOW", goodput_kbps=2_500), LIMITS)


def test_a_path_that_is_in_time_again_recovers_from_starved() -> None:
    assert feed_recovers(FeedStatus("STARVED", kbps=900, lag_ms=150), LIMITS)
    assert uplink_recovers(UplinkStatus("a", health="STARVED", backlog_ms=100), LIMITS)
    assert not uplink_recovers(UplinkStatus("a", health="STARVED", backlog_ms=500), LIMITS)


def test_what_is_not_known_says_nothing() -> None:
    assert not feed_recovers(FeedStatus("LOW"), LIMITS)
    assert not uplink_recovers(UplinkStatus("a", health="STARVED"), LIMITS)
    assert not is_under_contract(None, LIMITS)
    assert not feed_recovers(FeedStatus("STALLED", kbps=9_000, lag_ms=0), LIMITS)
