"""The figures of the pins, and the worst of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import PinState, Product
from livedesk.pins.ledger import Ledger
from livedesk.pins.pin import Pin


def pin(pin_id: str, state: PinState = "cued", took_ms: float | None = None) -> Pin:
    return Pin(
        id=pin_id,
        key=pin_id,
        product=Product("a", "A"),
        cued_mono_ns=0,
        cued_utc_ns=0,
        received_mono_ns=0,
        deadline_mono_ns=800 * NS_PER_MS,
        source="pad",
        state=state,
        shown=True if took_ms is not None else None,
        sent_mono_ns=None if state in ("cued", "refused") else 1,
        settled_mono_ns=None if took_ms is None else round(took_ms * NS_PER_MS),
    )


def test_figures_are_of_the_pins_that_were_shown() -> None:
    ledger = Ledger(800)
    for n in range(1, 101):
        ledger.take(pin(f"p{n}", "confirmed", n))
    ledger.take(pin("late", "late", 1_500))
    ledger.take(pin("bad", "failed"))
    ledger.take(pin("open", "unknown"))
    ledger.take(pin("no", "refused"))
    ledger.take(pin("old", "superseded"))
    latency = ledger.latency()
    assert (latency.sent, latency.shown, latency.within) == (104, 101, 100)
    assert (latency.late, latency.failed, latency.unknown) == (1, 1, 1)
    assert (latency.refused, latency.superseded) == (1, 1)
    assert (latency.p50_ms, latency.p99_ms, latency.max_ms) == (51, 100, 1_500)
    assert latency.share_within == pytest.approx(100 / 103)


def test_the_worst_are_those_not_shown_then_the_slowest() -> None:
    ledger = Ledger(800)
    for told in (
        pin("quick", "confirmed", 80),
        pin("bad", "failed"),
        pin("slow", "late", 2_000),
        pin("open", "unknown"),
        pin("no", "refused"),
    ):
        ledger.take(told)
    assert [told.id for told in ledger.worst(3)] == ["open", "bad", "slow"]
    assert [told.id for told in ledger.worst(9)] == ["open", "bad", "slow", "quick"]


def test_a_pin_counts_once_as_it_was_last_told() -> None:
    ledger = Ledger(800)
    for told in (pin("p"), pin("p", "in_flight"), pin("p", "confirmed", 90)):
        ledger.take(told)
    ledger.take(replace(pin("p", "failed"), shown=False))
    latency = ledger.latency()
    assert (latency.sent, latency.shown, latency.failed, latency.p50_ms) == (1, 0, 1, None)
    assert ledger.pin("p") == replace(pin("p", "failed"), shown=False)
    assert ledger.pin("q") is None


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from(["confirmed", "late"]), st.integers(1, 999))
    )
)
def test_what_is_dropped_no_longer_counts(told: list[tuple[int, PinState, int]]) -> None:
    ledger = Ledger(800, limit=4)
    for n, state, took_ms in told:
        ledger.take(pin(f"p{n}", state, took_ms))
    kept = ledger.recent(99)
    assert len(kept) <= 4
    latency = ledger.latency()
    assert latency.shown == latency.sent == len(kept)
    assert latency.max_ms == max((p.latency_ms or 0 for p in kept), default=None)
    assert latency.late == sum(p.state == "late" for p in kept)
    assert latency.within == sum((p.latency_ms or 0) <= 800 for p in kept)


def test_one_that_was_not_sent_for_want_of_time_is_a_miss() -> None:
    ledger = Ledger(800)
    ledger.take(pin("a", "confirmed", 200))
    ledger.take(replace(pin("b", "late"), sent_mono_ns=None, shown=False))
    latency = ledger.latency()
    assert (latency.sent, latency.late, latency.unsent, latency.missed) == (1, 1, 1, 1)
    assert latency.share_within == 0.5


def test_taking_a_pin_down_is_no_pin() -> None:
    ledger = Ledger(800)
    ledger.take(replace(pin("a", "confirmed", 2_000), product=None))
    assert ledger.latency() == Ledger(800).latency()
