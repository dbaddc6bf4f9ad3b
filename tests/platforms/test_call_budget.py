"""What calls may be made in a minute, and which are shed first."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.platforms.call_budget import LONGEST_BLOCK_S, WINDOW_S, Backoff, CallBudget, Purpose

NOW = 1_000 * NS_PER_S
PURPOSES: list[Purpose] = ["pin", "read", "renewal", "background"]


def used_up(calls: CallBudget, purpose: Purpose, now_ns: int = NOW) -> int:
    taken = 0
    while calls.take(purpose, now_ns):
        taken += 1
    return taken


def test_background_is_shed_first_then_reads_then_renewal_and_pins_last() -> None:
    calls = CallBudget(100)
    assert used_up(calls, "background") == 60
    assert used_up(calls, "read") == 20
    assert used_up(calls, "renewal") == 10
    assert used_up(calls, "pin") == 10
    assert calls.left(NOW) == 0


def test_a_call_is_free_again_a_minute_after_it_was_made() -> None:
    calls = CallBudget(2)
    assert calls.take("pin", NOW)
    assert calls.take("pin", NOW + 10 * NS_PER_S)
    later = NOW + 20 * NS_PER_S
    assert calls.wait_s("pin", later) == pytest.approx(WINDOW_S - 20)
    assert not calls.take("pin", later)
    assert not calls.take("pin", NOW + 60 * NS_PER_S)
    assert calls.take("pin", NOW + round(WINDOW_S * NS_PER_S))


def test_what_the_platform_says_of_its_limit_holds_for_all_calls() -> None:
    calls = CallBudget(100)
    calls.blocked(NOW, 10)
    calls.blocked(NOW, 5)
    assert calls.blocked_s(NOW) == 10
    assert not any(calls.take(purpose, NOW + 9 * NS_PER_S) for purpose in PURPOSES)
    assert calls.wait_s("pin", NOW + 9 * NS_PER_S) == pytest.approx(1)
    assert calls.blocked_s(NOW + 10 * NS_PER_S) is None
    assert calls.take("background", NOW + 10 * NS_PER_S)


@pytest.mark.parametrize("told", [None, -3.0, math.nan, math.inf, 1e9])
def test_a_foolish_retry_after_ends_no_show(told: float | None) -> None:
    calls = CallBudget(100)
    calls.blocked(NOW, told)
    blocked_s = calls.blocked_s(NOW)
    assert blocked_s is not None
    assert 0 < blocked_s <= LONGEST_BLOCK_S


def test_a_store_without_calls_is_no_store() -> None:
    with pytest.raises(ValueError, match="at least one call"):
        CallBudget(0)


@given(
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from(PURPOSES)), max_size=120),
)
def test_no_minute_holds_more_calls_than_allowed(
    per_min: int, asked: list[tuple[int, Purpose]]
) -> None:
    calls, now_ns, made = CallBudget(per_min), NOW, []
    for pause_ms, purpose in asked:
        now_ns += pause_ms * NS_PER_MS
        wait_s = calls.wait_s(purpose, now_ns)
        if calls.take(purpose, now_ns):
            assert wait_s == 0
            made.append(now_ns)
        else:
            assert wait_s > 0
    for at in made:
        assert sum(at <= other < at + 60 * NS_PER_S for other in made) <= per_min


def test_the_wait_that_is_told_is_enough() -> None:
    calls = CallBudget(10)
    for n in range(10):
        calls.take("pin", NOW + n * NS_PER_S)
    for purpose in PURPOSES:
        now_ns = NOW + 11 * NS_PER_S
        free_ns = now_ns + math.ceil(calls.wait_s(purpose, now_ns) * NS_PER_S)
        assert calls.wait_s(purpose, free_ns) == 0


def test_backoff_grows_is_bounded_and_starts_anew() -> None:
    backoff = Backoff(Random(1))
    waits = [backoff.failed() for _ in range(100)]
    for n, wait_s in enumerate(waits):
        full_s = min(60.0, 2.0 ** min(n, 30))
        assert full_s / 2 <= wait_s <= full_s
    backoff.succeeded()
    assert backoff.failed() <= 1


def test_backoff_never_comes_back_before_it_is_told_to() -> None:
    backoff = Backoff(Random(1))
    assert backoff.failed(30) == 30
    assert backoff.failed(1e9) == LONGEST_BLOCK_S
    assert backoff.failed(math.nan) <= 60
    assert backoff.failed(-1) <= 60
