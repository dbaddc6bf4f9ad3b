"""Readings at their own pace become one row a second."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_S
from livedesk.engine.ticks import SecondBins

START = 100 * NS_PER_S
UTC = 1_700_000_000 * NS_PER_S


def add(bins: SecondBins, t_s: float, value: float | None, epoch: int = 0) -> None:
    into_ns = round(t_s * NS_PER_S)
    bins.add(START + into_ns, UTC + into_ns, "feed_kbps", value, epoch=epoch)


def test_readings_are_folded_into_their_seconds() -> None:
    bins = SecondBins(START)
    for t_s, value in ((0.25, 10.0), (0.5, 30.0), (1.1, 99.0), (0.9, 20.0)):
        add(bins, t_s, value)
    first, rest = bins.take()
    assert (first.t_s, first.n, first.min, first.mean, first.max) == (0, 3, 10.0, 20.0, 30.0)
    assert (first.mono_ns, first.utc_ns) == (START, UTC)
    assert (rest.t_s, rest.n, rest.mono_ns) == (1, 1, START + NS_PER_S)


def test_what_was_taken_is_not_told_again() -> None:
    bins = SecondBins(START)
    add(bins, 0.25, 10.0)
    assert [row.n for row in bins.take()] == [1]
    assert bins.take() == []
    add(bins, 0.75, 30.0)
    assert [(row.t_s, row.n, row.mean) for row in bins.take()] == [(0, 1, 30.0)]


def test_epochs_are_kept_apart_and_gaps_have_no_row() -> None:
    bins = SecondBins(START)
    add(bins, 0.1, 1.0, epoch=1)
    add(bins, 0.2, 5.0, epoch=2)
    add(bins, 1.5, None)
    add(bins, 2.5, 7.0, epoch=2)
    rows = [(row.t_s, row.epoch, row.mean) for row in bins.take()]
    assert rows == [(0, 1, 1.0), (0, 2, 5.0), (2, 2, 7.0)]


def test_readings_from_before_the_session_are_left_out() -> None:
    bins = SecondBins(START)
    add(bins, -0.5, 1.0)
    assert bins.take() == []
