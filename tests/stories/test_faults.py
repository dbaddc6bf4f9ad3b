"""Faults of a feed as the probe sees them: each is called what it is, and in time."""

from __future__ import annotations

import pytest

from livedesk.monitors.facts import Track
from tests.monitors.feeds import Feed
from tests.stories.show import Show, empty, lost, through, unstamped, without


def test_sound_that_stops_is_no_data_within_a_second_and_never_the_last_value() -> None:
    show = Show(decodes=True)
    show.play(30, Feed(skew_ms=30))
    told = show.play(5, Feed(skew_ms=30), without("audio"))
    gone = told.after(1)
    assert set(gone.skews_ms) == {None}
    assert gone.sync_states == {"no_data"}
    assert gone.classes == {"OK"}
    assert gone.feed.audio_age_ms == pytest.approx(5_000, abs=50)
    assert gone.feed.video_age_ms == pytest.approx(0, abs=50)
    assert (gone.sync.audio_wall_ms, gone.sound.coverage) == (None, None)
    assert gone.sync.video_wall_ms is not None
    back = show.play(5, Feed(skew_ms=-80))
    assert None not in back.after(3).skews_ms
    assert all(s is None or s == pytest.approx(-80, abs=2) for s in back.skews_ms)


def test_a_picture_that_stops_is_no_data_within_a_second() -> None:
    show = Show()
    show.play(30)
    gone = show.play(5, change=without("video")).after(1.25)
    assert gone.sync_states == {"no_data"}
    assert (gone.feed.fps, gone.feed.gop_s, gone.feed.jitter_ms) == (None, None, None)
    assert gone.feed.video_age_ms == pytest.approx(5_000, abs=50)
    assert gone.sync.audio_wall_ms is not None


def test_silence_is_stalled_by_the_clock_and_over_with_the_next_media() -> None:
    show = Show()
    show.play(30)
    told = show.wait(5)
    assert told.first("STALLED") <= 0.5
    assert told.after(0.5).classes == {"STALLED"}
    assert show.play(5).after(2).classes == {"OK"}


def test_a_static_scene_is_low_and_nothing_else() -> None:
    show = Show()
    show.play(30)
    told = show.play(120, Feed(kbps=900))
    assert told.classes == {"OK", "LOW"}
    assert told.after(2).classes == {"LOW"}
    assert told.feed.kbps == pytest.approx(900, rel=0.05)
    assert told.sync_states == {"ok"}
    assert told.feed.lag_ms == pytest.approx(0, abs=40)
    assert show.play(10).after(5).classes == {"OK"}


def test_a_path_that_turns_narrow_is_starved_before_it_is_low() -> None:
    show = Show()
    show.play(30, Feed(kbps=6_000))
    told = show.play(6, Feed(kbps=6_000), through(kbps=2_000))
    assert told.first("STARVED") <= 1.5
    assert "LOW" not in told.classes
    assert told.feed.lag_ms is not None
    assert told.feed.lag_ms > 2_000
    assert told.sync_states == {"ok"}


def test_a_path_that_still_carries_the_least_is_starved_all_the_same() -> None:
    show = Show()
    show.play(30, Feed(kbps=6_000))
    told = show.play(10, Feed(kbps=6_000), through(kbps=4_800))
    assert told.after(4).classes == {"STARVED"}


@pytest.mark.parametrize("track", ["audio", "video"])
def test_packets_that_hold_nothing_are_passed_over(track: Track) -> None:
    told = Show().play(30, change=empty(track, every=5)).after(3)
    assert told.classes == {"OK"}
    assert told.sync_states == {"ok"}
    assert told.epochs == {0}


def test_empty_packets_alone_keep_no_track_alive() -> None:
    show = Show()
    show.play(30)
    gone = show.play(3, change=empty("audio", every=1)).after(1)
    assert gone.sync_states == {"no_data"}
    assert gone.feed.audio_age_ms == pytest.approx(3_000, abs=50)


@pytest.mark.parametrize("track", ["audio", "video"])
def test_packets_without_stamps_are_counted_and_survived(track: Track) -> None:
    told = Show().play(30, change=unstamped(track, every=7)).after(3)
    assert told.classes == {"OK"}
    assert told.sync_states == {"ok"}
    assert told.last.faults.missing == told.feed.timestamp_faults > 100


def test_lost_sound_shows_as_less_coverage_and_moves_no_skew() -> None:
    told = Show(decodes=True).play(30, change=lost("audio", every=10)).after(3)
    assert told.sound.coverage == pytest.approx(0.9, abs=0.005)
    assert all(skew_ms == pytest.approx(0, abs=2) for skew_ms in told.skews_ms)


@pytest.mark.parametrize(
    ("skew_ms", "state"),
    [(40, "ok"), (-120, "ok"), (60, "notice"), (-150, "notice"), (120, "warning"),
     (-190, "warning"), (210, "critical"), (-210, "critical")],
)  # fmt: skip
def test_the_ladder_is_steeper_for_sound_ahead(skew_ms: float, state: str) -> None:
    show = Show()
    show.play(10)
    assert show.play(10, Feed(skew_ms=skew_ms)).after(3).sync_states == {state}


def test_sound_that_drifts_is_told_with_the_time_it_has_left() -> None:
    """100 ppm are 30 ms in 5 min; from 70 ms the limit is then 100 ms away, which is 1,000 s."""
    told = Show().play(300, Feed(drift_ppm=100, skew_ms=70))
    sync = told.sync
    assert (sync.kind, sync.state) == ("drifting", "warning")
    assert sync.slope_ppm == pytest.approx(100, abs=1)
    assert sync.slope_error_ppm is not None
    assert sync.slope_error_ppm < 3
    assert sync.forecast_s == pytest.approx(1_000, abs=30)
    assert sync.forecast_error_s is not None
    assert sync.forecast_error_s < 60
    assert sync.audio_wall_ms is not None
    assert sync.video_wall_ms is not None
    assert sync.audio_wall_ms - sync.video_wall_ms == pytest.approx(30, abs=3)


def test_a_delay_that_somebody_moved_is_a_fixed_offset() -> None:
    show = Show()
    show.play(30)
    told = show.play(75, Feed(skew_ms=-90)).after(3)
    assert {reading.sync.kind for _, reading in told.readings} == {None, "fixed"}
    assert told.sync.kind == "fixed"
    assert {reading.sync.slope_ppm for _, reading in told.readings} == {None}


def test_frames_in_another_order_are_no_skew() -> None:
    told = Show().play(20, Feed(b_frames=2))
    assert told.sync.skew_ms == pytest.approx(0, abs=2)
    assert told.feed.bframe_ms == pytest.approx(100, abs=1)
    assert told.feed.timestamp_faults == 0
