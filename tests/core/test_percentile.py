from __future__ import annotations

from livedesk.core.percentile import percentile


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [10.0, 20.0, 30.0, 40.0]
    assert [percentile(values, percent) for percent in (1, 25, 26, 50, 99, 100)] == [
        10.0, 10.0, 20.0, 20.0, 40.0, 40.0,
    ]  # fmt: skip


def test_of_nothing_there_is_none() -> None:
    assert percentile([], 50) is None
