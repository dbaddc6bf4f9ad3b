"""A series: every dip visible, epochs apart, gaps open, memory and answers bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedesk.monitors.series import Series


def steady(series: Series, start_s: float, end_s: float, value: float, epoch: int = 0) -> None:
    for n in range(round(start_s * 4), round(end_s * 4)):
        series.add(n / 4, value, epoch)


def test_zoomed_in_shows_the_entries_themselves() -> None:
    series = Series()
    for n in range(40):
        series.add(n / 4, float(n))
    span = series.query(2.0, 4.0, 100)
    assert span.t_s.tolist() == [2 + n / 4 for n in range(9)]
    assert span.mean.tolist() == span.min.tolist() == span.max.tolist()
    assert span.mean.tolist() == [float(8 + n) for n in range(9)]


def test_four_hours_show_the_one_dip() -> None:
    series = Series()
    steady(series, 0, 3 * 3600, 4_000)
    series.add(3 * 3600, 1_500)
    steady(series, 3 * 3600 + 0.25, 4 * 3600 - 10, 4_000)
    span = series.query(0, 4 * 3600, 800)
    assert len(span.t_s) <= 800
    assert np.nanmin(span.min) == 1_500
    assert np.nanmax(span.max) == 4_000
    assert abs(span.t_s[np.nanargmin(span.min)] - 3 * 3600) < 20


def test_a_gap_is_nan_at_every_zoom() -> None:
    series = Series()
    steady(series, 0, 100, 1.0)
    steady(series, 200, 300, 1.0)
    for points in (2_000, 100):
        span = series.query(0, 300, points)
        inside = (span.t_s > 110) & (span.t_s < 190)
        assert inside.any()
        assert np.isnan(span.mean[inside]).all()
        assert not np.isnan(span.mean[~inside & ((span.t_s < 90) | (span.t_s > 210))]).any()


def test_an_unknown_value_is_nan_and_not_part_of_a_mean() -> None:
    series = Series()
    series.add(0.0, 10.0)
    series.add(0.25, None)
    series.add(0.5, 20.0)
    near = series.query(0, 1, 10)
    assert np.isnan(near.mean[1])
    steady(series, 1, 40, 15.0)
    far = series.query(0, 40, 5)
    assert far.mean[0] == pytest.approx(15.0)


def test_epochs_are_not_joined() -> None:
    series = Series()
    steady(series, 0, 10, 0.0, epoch=1)
    steady(series, 10, 20, 100.0, epoch=2)
    near = series.query(0, 20, 200)
    change = int(np.flatnonzero(near.epoch == 2)[0])
    assert np.isnan(near.mean[change - 1])
    assert near.epoch[change - 1] == -1
    far = series.query(0, 20, 8)
    assert set(far.mean.tolist()) == {0.0, 100.0}


def test_the_oldest_is_forgotten() -> None:
    series = Series(keep_s=60)
    steady(series, 0, 600, 1.0)
    span = series.query(0, 600, 5_000)
    assert span.t_s[0] == pytest.approx(540, abs=1)
    assert span.t_s[-1] == 599.75


def test_a_moving_window_does_not_change_what_its_buckets_say() -> None:
    series = Series()
    for n in range(4_000):
        series.add(n / 4, float(n % 97))
    earlier, later = series.query(100, 700, 120), series.query(130, 730, 120)
    common = np.intersect1d(earlier.t_s[1:-1], later.t_s[1:-1])
    assert len(common) > 90
    for span_a, span_b in ((earlier.max, later.max), (earlier.min, later.min)):
        of_a = span_a[np.isin(earlier.t_s, common)]
        assert of_a.tolist() == span_b[np.isin(later.t_s, common)].tolist()


def test_time_that_goes_backward_is_refused() -> None:
    series = Series()
    series.add(10, 1.0)
    series.add(9, 2.0)
    assert series.query(0, 20, 10).mean.tolist() == [1.0]


def test_nothing_asked_or_nothing_there_is_empty() -> None:
    series = Series()
    assert len(series.query(0, 10, 100).t_s) == 0
    series.add(1, 1.0)
    assert len(series.query(10, 0, 100).t_s) == 0
    assert len(series.query(0, 10, 0).t_s) == 0


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.2, 0.25, 0.3, 5.0, 60.0]),
            st.none() | st.floats(-500, 500),
            st.booleans(),
        ),
        max_size=300,
    ),
    st.integers(2, 50),
)
def test_never_more_than_asked_and_never_outside_of_what_was_measured(
    steps: list[tuple[float, float | None, bool]], points: int
) -> None:
    series = Series()
    at_s, epoch, known = 0.0, 0, []
    for wait_s, value, is_new_epoch in steps:
        at_s, epoch = at_s + wait_s, epoch + is_new_epoch
        series.add(at_s, value, epoch)
        if value is not None:
            known.append(value)
    span = series.query(0, at_s + 1, points)
    assert len(span.t_s) <= points
    assert (np.diff(span.t_s) >= 0).all()
    seen = ~np.isnan(span.mean)
    assert ((span.epoch >= 0) == seen).all()
    if known:
        slack = 1e-9 * 500
        assert (span.min[seen] >= min(known) - slack).all()
        assert (span.max[seen] <= max(known) + slack).all()
        assert (span.mean[seen] <= span.max[seen] + slack).all()
