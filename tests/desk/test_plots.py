"""Lines of the plots: gaps stay gaps, epochs stay apart, history fits in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import FeedStatus, StoreStatus, SyncStatus, UplinkStatus
from livedesk.desk.plots import (
    AUDIO_WALL,
    FEED,
    SKEW,
    VIDEO_WALL,
    StorePlots,
    goodput,
)
from livedesk.desk.series import Extent, Series
from livedesk.desk.wire import History, HistorySeries


def status(t: float, kbps: float | None = 4000.0, epoch: int = 1) -> StoreStatus:
    return StoreStatus(
        "lumen", "Lumen", round(t * NS_PER_S), feed=FeedStatus("OK", kbps, epoch=epoch),
        sync=SyncStatus(skew_ms=12.0, audio_wall_ms=30.0, video_wall_ms=18.0),
        uplinks=(UplinkStatus("primary", goodput_kbps=3900.0),),
    )  # fmt: skip


def pieces(series: Series) -> list[list[float]]:
    """The values in stretches that are drawn as one line."""
    found: list[list[float]] = [[]]
    for value in series.values:
        if np.isnan(value):
            found.append([])
        else:
            found[-1].append(float(value))
    return [piece for piece in found if piece]


def test_every_figure_gets_its_line() -> None:
    plots = StorePlots()
    for step in range(4):
        plots.add(status(100 + step / 4))
    assert pieces(plots[FEED]) == [[4000.0] * 4]
    assert pieces(plots[goodput("primary")]) == [[3900.0] * 4]
    assert pieces(plots[SKEW]) == [[12.0] * 4]
    assert pieces(plots[AUDIO_WALL]) == [[30.0] * 4]
    assert pieces(plots[VIDEO_WALL]) == [[18.0] * 4]
    assert plots.uplinks == ("primary",)


def test_silence_and_unknown_figures_are_gaps() -> None:
    plots = StorePlots()
    for t, kbps in ((0.0, 1.0), (0.25, 2.0), (2.0, 3.0), (2.25, None), (2.5, 4.0)):
        plots.add(status(1000 + t, kbps))
    assert pieces(plots[FEED]) == [[1.0, 2.0], [3.0], [4.0]]


def test_lines_are_not_joined_across_epochs() -> None:
    plots = StorePlots()
    for step, epoch in enumerate((1, 1, 2, 2)):
        plots.add(status(1000 + step / 4, float(step), epoch))
    assert pieces(plots[FEED]) == [[0.0, 1.0], [2.0, 3.0]]


def test_time_goes_on_when_the_wall_clock_is_set_back() -> None:
    plots = StorePlots()
    for t in (5000.0, 5000.25, 1400.0, 1400.25, 1400.5):
        plots.add(status(t))
    assert np.all(np.diff(plots[FEED].t) > 0)
    assert len(plots[FEED]) >= 5


def test_a_status_told_twice_is_drawn_once() -> None:
    plots = StorePlots()
    plots.add(status(1000.0))
    plots.add(status(1000.0))
    assert len(plots[FEED]) == 1


def history(t: list[float], mean: list[float | None], epoch: list[int | None] | None = None,
            spread: float = 0.0) -> History:  # fmt: skip
    low = tuple(None if value is None else value - spread for value in mean)
    high = tuple(None if value is None else value + spread for value in mean)
    line = HistorySeries("feed_kbps", "", "kbps", tuple(t), low, tuple(mean), high,
                         tuple(epoch or [1] * len(t)))  # fmt: skip
    return History(t[0], t[-1], (line,))


def test_history_fills_the_time_the_console_was_away() -> None:
    plots = StorePlots()
    plots.add(status(1000.0, 1.0))
    plots.add(status(1010.0, 2.0))
    plots.add(status(1010.25, 3.0))
    t = [999.0 + step for step in range(12)]
    plots.fill(history(t, [float(step) for step in range(12)]))
    assert pieces(plots[FEED]) == [[*(float(step) for step in range(12)), 3.0]]
    assert np.all(np.diff(plots[FEED].t) > 0)


def test_gaps_and_epochs_of_history_stay() -> None:
    plots = StorePlots()
    t = [0.0, 1.0, 2.0, 3.0, 4.0, 9.0, 10.0]
    plots.fill(history(t, [1, 2, None, 3, 4, 5, 6], [1, 1, None, 1, 2, 2, 2]))
    assert pieces(plots[FEED]) == [[1, 2], [3], [4], [5, 6]]


def test_a_dip_in_a_coarse_history_is_drawn() -> None:
    plots = StorePlots()
    plots.fill(history([0.0, 10.0, 20.0], [4000.0, 3900.0, 4000.0], spread=2000.0))
    assert np.nanmin(plots[FEED].values) == 1900.0
    assert np.nanmax(plots[FEED].values) == 6000.0


@given(st.lists(st.floats(-1e6, 1e6, width=32), max_size=900), st.integers(1, 300))
def test_a_series_holds_the_newest_points_and_no_more(values: list[float], limit: int) -> None:
    series = Series(limit)
    for t, value in enumerate(values):
        series.append(float(t), value)
    assert list(series.values) == values[-limit:]
    assert list(series.t) == [float(t) for t in range(len(values))][-limit:]


def test_a_window_reaches_one_point_beyond_its_edges() -> None:
    series = Series()
    for step in range(10):
        series.append(float(step), float(step))
    t, _ = series.window(3.5, 6.5)
    assert list(t) == [3, 4, 5, 6, 7]


def test_an_outline_keeps_extremes_and_gaps_with_few_points() -> None:
    series = Series()
    for step in range(20_000):
        series.append(float(step), 0.0)
    series.append(20_000.0, 7.0)
    series.break_line()
    series.append(20_001.0, -7.0)
    for step in range(20_002, 40_000):
        series.append(float(step), 0.0)
    t, values = series.outline(0, 40_000, 800)
    assert len(t) <= 3 * 801 + 3
    assert np.nanmin(values) == -7.0
    assert np.nanmax(values) == 7.0
    assert np.all(np.diff(t) >= 0)
    gaps = t[np.isnan(values)]
    assert len(gaps) == 1
    assert abs(gaps[0] - 20_000) <= 64


def test_an_outline_of_few_points_is_the_points() -> None:
    series = Series()
    for step in range(100):
        series.append(float(step), float(step))
    _, values = series.outline(0, 100, 800)
    assert list(values) == list(range(100))


def test_only_figures_that_are_drawn_are_kept_of_history() -> None:
    plots = StorePlots()
    past = history([1.0, 2.0], [5.0, 6.0])
    wanted = past.series[0]
    other = HistorySeries("jitter_ms", "", "ms", wanted.t, wanted.min, wanted.mean, wanted.max,
                          wanted.epoch)  # fmt: skip
    plots.fill(History(0, 10, (wanted, other)))
    assert len(plots[wanted.figure, wanted.subject or ""]) == 2
    assert len(plots["jitter_ms", ""]) == 0


def test_a_column_of_several_points_tells_lowest_and_highest() -> None:
    series = Series()
    for step, value in enumerate((5.0, 1.0, 9.0, 4.0)):
        series.append(float(step), value)
    assert series.at(1.5, 1.2) == Extent(1.0, 9.0)
    assert series.at(1.4, 0.01) == Extent(1.0, 1.0)


def test_nothing_is_read_in_a_gap_or_beyond_the_ends() -> None:
    series = Series()
    for t in (0.0, 0.25, 0.5):
        series.append(t, 7.0)
    series.break_line()
    series.append(20.0, 9.0)
    assert series.at(0.4, 0.01) == Extent(7.0, 7.0)
    assert series.at(5.0, 0.01) is None
    assert series.at(19.0, 0.01) is None
    assert series.at(25.0, 0.01) is None
    assert Series().at(1.0, 1.0) is None
