"""Four hours of a figure: outlined from blocks as if from its points, in little memory."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from livedesk.desk.series import BLOCK, Extent, Series

FOUR_HOURS_AT_10_HZ = 4 * 3600 * 10


def walked(count: int, limit: int = FOUR_HOURS_AT_10_HZ, gaps: int = 0) -> Series:
    """A figure that wanders, ten values a second from an instant of our days."""
    rng = Random(count)
    series = Series(limit)
    missing = {rng.randrange(count) for _ in range(gaps)}
    for n in range(count):
        value = float("nan") if n in missing else rng.gauss(4000, 100)
        series.append(1_790_000_000 + n / 10, value)
    return series


@pytest.mark.parametrize("shown", [(0.0, 1.0), (0.31, 0.94), (0.5, 0.52)])
def test_an_outline_has_the_extremes_of_its_points(shown: tuple[float, float]) -> None:
    series = walked(30_000, gaps=40)
    begin_t, end_t = (1_790_000_000 + share * 3_000 for share in shown)
    t, values = series.outline(begin_t, end_t, 400)
    assert len(t) <= 4 * 400
    _, points = series.window(begin_t, end_t)
    assert np.nanmin(values) <= np.nanmin(points)
    assert np.nanmax(values) >= np.nanmax(points)
    assert np.isnan(values).any() == np.isnan(points).any()


def test_blocks_follow_what_is_appended_replaced_and_dropped() -> None:
    series = walked(5_000, limit=4_096)
    for n in range(3_000):
        series.append(1_790_000_500 + n / 10, 4_000.0)
        if n % 500 == 0:
            end_t = series.last_t or 0.0
            assert series.extent(end_t - 300, end_t) == brute(series, end_t - 300, end_t)
    at = np.array([1_790_000_700.0, 1_790_000_701.0])
    series.replace(at[0], at[1] + 0.001, at, np.array([9_000.0, 9_001.0]))
    found = series.extent(1_790_000_690, 1_790_000_720)
    assert found == Extent(4_000.0, 9_001.0)


def brute(series: Series, begin_t: float, end_t: float) -> Extent:
    _, values = series.window(begin_t, end_t)
    return Extent(float(np.nanmin(values)), float(np.nanmax(values)))


def test_a_line_keeps_its_shape_while_the_oldest_are_dropped() -> None:
    series = walked(9_000, limit=8_192)
    t, values = series.outline(1_790_000_500, 1_790_000_800, 100)
    before = dict(zip(t[::3], values[::3], strict=True))
    for n in range(2_000):
        series.append(1_790_000_900 + n / 10, 4_000.0)
    t, values = series.outline(1_790_000_500, 1_790_000_800, 100)
    assert dict(zip(t[::3], values[::3], strict=True)) == before


def test_a_series_takes_little_more_than_its_points() -> None:
    series = walked(2 * BLOCK, limit=160)
    for n in range(5_000):
        series.append(1_790_001_000 + n / 10, 1.0)
    assert len(series) == 160
    assert list(np.diff(series.t).round(3)) == [0.1] * 159


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300, np.nan])
def test_a_value_that_cannot_be_is_none(value: float) -> None:
    series = Series()
    for n, known in enumerate((4_000.0, value, 4_100.0)):
        series.append(1_790_000_000 + n, known)
    assert np.isnan(series.values[1])
    series.replace(0, 2e9, np.array([1e9, 1e9 + 1]), np.array([value, 5.0]))
    assert series.extent(0, 2e9) == Extent(5.0, 5.0)


def test_a_console_that_stays_open_for_months_goes_on() -> None:
    """Milliseconds in 32 bits last for 24 days."""
    series = Series(limit=64)
    t = 1_790_000_000.0
    for _ in range(1_000):
        t += 20_000
        series.append(t, 1.0)
    assert series.last_t == t
    assert list(np.diff(series.t)) == [20_000.0] * 63


@pytest.mark.parametrize("leap_s", [2.0**31, -(2.0**31)])
def test_after_a_leap_of_years_the_line_begins_anew(leap_s: float) -> None:
    series = walked(300)
    t = (series.last_t or 0.0) + leap_s
    series.append(t, 5.0)
    assert list(series.t) == [t]
    assert series.extent(t - 60, t + 60) == Extent(5.0, 5.0)
    series.replace(t + 2e9, t + 2e9, np.array([t + 4e9]), np.array([6.0]))
    assert list(series.values) == [6.0]
