from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.journal.series import Point, bucket_width_s, downsample
from livedesk.journal.values import SampleRow
from tests.journal.kit import row

VALUES = st.floats(-1e6, 1e6)


@st.composite
def ragged_rows(draw: st.DrawFn) -> list[SampleRow]:
    """Seconds with gaps, epochs that only grow, some seconds shared by two epochs."""
    rows: list[SampleRow] = []
    t_s, epoch = 0, 1
    for step, new_epoch, one, other in draw(
        st.lists(st.tuples(st.integers(0, 5), st.booleans(), VALUES, VALUES), max_size=60)
    ):
        if step == 0 or new_epoch:
            epoch += 1
        t_s += step
        low, high = min(one, other), max(one, other)
        rows.append(SampleRow(t_s, 0, 0, "skew_ms", "", epoch, 3, low, (low + high) / 2, high))
    return rows


def numbers(points: list[Point]) -> list[tuple[float, float, float]]:
    return [
        (point.min, point.mean, point.max)
        for point in points
        if point.min is not None and point.mean is not None and point.max is not None
    ]


@given(ragged_rows(), st.integers(1, 20))
def test_no_peak_is_ever_lost(rows: list[SampleRow], width_s: int) -> None:
    points = list(downsample(rows, width_s))
    for r in rows:
        bucket = [
            point
            for point in points
            if point.epoch == r.epoch
            and point.t_s // width_s == r.t_s // width_s
            and point.min is not None
        ]
        (point,) = bucket
        assert point.min is not None
        assert point.max is not None
        assert point.min <= r.min <= r.max <= point.max
    folded = numbers(points)
    assert min((low for low, _, _ in folded), default=0) == min((r.min for r in rows), default=0)
    assert max((high for _, _, high in folded), default=0) == max((r.max for r in rows), default=0)
    assert sum(point.n for point in points) == sum(r.n for r in rows)
    assert all(low <= mean + 1e-6 and mean <= high + 1e-6 for low, mean, high in folded)


@given(ragged_rows(), st.integers(1, 20))
def test_every_gap_and_every_new_epoch_breaks_the_line(rows: list[SampleRow], width_s: int) -> None:
    points = list(downsample(rows, width_s))
    breaks = {(p.epoch, p.t_s // width_s) for p in points if p.mean is None}
    for before, after in pairwise(rows):
        if after.t_s > before.t_s + 1 or after.epoch != before.epoch:
            assert (after.epoch, after.t_s // width_s) in breaks
    for before_point, after_point in pairwise(points):
        if before_point.epoch != after_point.epoch:
            assert before_point.mean is None or after_point.mean is None


@given(st.sets(st.integers(0, 2_000)), st.integers(1, 300))
def test_one_epoch_never_needs_more_than_two_points_a_bucket(
    seconds: set[int], points: int
) -> None:
    rows = [row(t_s, 1.0) for t_s in sorted(seconds)]
    folded = list(downsample(rows, bucket_width_s(0, 2_001, points)))
    assert len(folded) <= 2 * points


def test_full_resolution_is_left_as_it_is() -> None:
    rows = [row(t_s, float(t_s), spread=1) for t_s in range(5)]
    points = list(downsample(rows, 1))
    assert numbers(points) == [(r.min, r.mean, r.max) for r in rows]


def test_a_series_without_points_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        bucket_width_s(0, 10, 0)
