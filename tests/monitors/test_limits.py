"""Classes: worse at once, better when it lasts, unknown never green."""

from __future__ import annotations

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import FeedState
from livedesk.monitors.limits import FeedJudge, SkewJudge, feed_state


@pytest.mark.parametrize(
    ("connected", "kbps", "age_ms", "instrument_ok", "pace", "expected"),
    [
        (True, 4_000.0, 10.0, True, None, "OK"),
        (True, 2_500.0, 10.0, True, None, "OK"),
        (True, 2_499.0, 10.0, True, None, "LOW"),
        (True, 4_000.0, 10.0, True, 0.8, "STARVED"),
        (True, 1_000.0, 10.0, True, 0.8, "LOW"),
        (True, 0.0, 1_500.0, True, None, "STALLED"),
        (True, None, None, True, None, "STALLED"),
        (True, None, 10.0, True, None, "BLIND"),
        (False, 4_000.0, 10.0, True, None, "GONE"),
        (True, 4_000.0, 10.0, False, None, "BLIND"),
        (False, None, None, False, None, "BLIND"),
    ],
)
def test_class_at_an_instant(
    connected: bool,
    kbps: float | None,
    age_ms: float | None,
    instrument_ok: bool,
    pace: float | None,
    expected: FeedState,
) -> None:
    assert feed_state(connected, kbps, age_ms, 2_500, instrument_ok, pace) == expected


class Story:
    """Tells a judge one thing a time and keeps what it says."""

    def __init__(self) -> None:
        self.judge = FeedJudge(2_500)
        self.now_s = 0.0

    def tell(
        self,
        wait_s: float,
        kbps: float | None,
        *,
        connected: bool = True,
        age_ms: float | None = 5.0,
        instrument_ok: bool = True,
    ) -> FeedState:
        self.now_s += wait_s
        return self.judge.update(
            round(self.now_s * NS_PER_S),
            connected=connected,
            kbps=kbps,
            age_ms=age_ms,
            instrument_ok=instrument_ok,
        )


def test_low_comes_at_once_and_goes_after_three_good_seconds() -> None:
    story = Story()
    assert story.tell(1, 4_000) == "OK"
    assert story.tell(0.25, 2_400) == "LOW"
    assert story.tell(0.25, 2_600) == "LOW"
    assert story.tell(2.9, 2_600) == "LOW"
    assert story.tell(0.2, 2_600) == "OK"


def test_a_rate_around_the_limit_does_not_flicker() -> None:
    story = Story()
    story.tell(1, 4_000)
    assert {story.tell(0.25, 2_400 if n % 5 == 0 else 2_600) for n in range(80)} == {"LOW"}


def test_the_first_second_after_an_outage_is_not_called_an_instrument_failure() -> None:
    story = Story()
    story.tell(0, None, connected=False, age_ms=None)
    assert story.tell(1, None) == "GONE"
    assert story.tell(0.9, None) == "GONE"
    assert story.tell(0.1, 4_000) == "OK"


def test_flowing_without_a_known_rate_for_long_is_blind() -> None:
    story = Story()
    story.tell(0, None, connected=False, age_ms=None)
    assert story.tell(1, None) == "GONE"
    assert story.tell(2.5, None) == "BLIND"


def test_before_anything_is_known_it_is_blind() -> None:
    assert Story().tell(0, None) == "BLIND"


def test_a_dead_instrument_is_blind_whatever_was_before() -> None:
    story = Story()
    story.tell(1, 4_000)
    assert story.tell(1, 4_000, instrument_ok=False) == "BLIND"
    assert story.tell(1, 4_000) == "OK"


def test_silence_is_stalled_and_then_low_until_the_second_is_full_again() -> None:
    story = Story()
    story.tell(1, 4_000)
    assert story.tell(1.1, 0, age_ms=1_100) == "STALLED"
    assert story.tell(0.2, 800) == "LOW"


def test_a_rung_is_left_only_when_clearly_below_it() -> None:
    judge = SkewJudge(200)
    assert judge.update(46) == "notice"
    assert judge.update(43) == "notice"
    assert judge.update(39) == "ok"
    assert judge.update(43) == "ok"
    assert judge.update(-186) == "warning"
    assert judge.update(-183) == "warning"
    assert judge.update(-179) == "notice"


def test_from_critical_straight_to_ok_and_no_data_at_once() -> None:
    judge = SkewJudge(200)
    assert judge.update(250) == "critical"
    assert judge.update(0) == "ok"
    assert judge.update(None) == "no_data"
