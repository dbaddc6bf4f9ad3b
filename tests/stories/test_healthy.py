"""What is no fault: minutes of a good feed, marks of the timestamps, reconnects, late sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.monitors.feeds import Feed, at_s
from tests.stories.hours import FIRST_S, is_healthy, uneven
from tests.stories.show import STREAMS, Show, stamped


def test_two_minutes_of_a_good_feed_over_a_network_with_jitter() -> None:
    told = Show(decodes=True).play(120, change=uneven(1, mean_ms=15))
    assert is_healthy(told.after(FIRST_S))
    assert told.sync.kind == "fixed"
    assert told.sync.audio_wall_ms == pytest.approx(0, abs=2)
    assert told.sync.video_wall_ms == pytest.approx(0, abs=2)
    assert told.sound.coverage == pytest.approx(1, abs=0.001)
    assert told.feed.timestamp_faults == 0


@pytest.mark.parametrize("mark", [2**24, 2**31, 2**32])
def test_the_marks_of_the_timestamps_pass_unseen(mark: int) -> None:
    told = Show(decodes=True).play(30, change=stamped(mark - 15_000)).after(FIRST_S)
    assert is_healthy(told)
    assert told.feed.fps == pytest.approx(30, abs=0.01)
    assert told.feed.gop_s == pytest.approx(2, abs=0.01)
    assert told.sound.coverage == pytest.approx(1, abs=0.001)
    assert all(skew_ms == pytest.approx(0, abs=2) for skew_ms in told.skews_ms)


def test_a_reconnect_is_gone_then_well_and_never_low() -> None:
    show = Show()
    show.play(30)
    show.meters.closed()
    away = show.wait(4)
    assert away.classes == {"GONE"}
    assert away.sync_states == {"no_data"}
    show.meters.opened(at_s(show.now_s), STREAMS)
    back = show.play(20)
    assert back.classes == {"BLIND", "OK"}, "its rate is not known at first, but it is there"
    assert back.sync_states == {"no_data", "ok"}
    assert is_healthy(back.after(FIRST_S))
    assert back.epochs == {1}


def test_an_encoder_that_counts_from_zero_again_begins_an_epoch() -> None:
    show = Show()
    show.play(30)
    told = show.play(30, change=stamped(-30_000))
    assert told.classes == {"OK"}
    assert told.epochs == {1}
    assert told.sync_states == {"no_data", "ok"}
    assert is_healthy(told.after(FIRST_S))


@pytest.mark.parametrize("jump_ms", [-10_000, 3_600_000])
def test_a_jump_of_the_stamps_is_one_epoch_and_no_alarm(jump_ms: float) -> None:
    show = Show()
    show.play(30, change=stamped(20_000))
    told = show.play(30, change=stamped(20_000 + jump_ms))
    assert told.classes == {"OK"}
    assert told.epochs == {1}
    assert told.sync_states == {"no_data", "ok"}
    assert told.skews_ms[-1] == pytest.approx(0, abs=2)
    assert told.feed.lag_ms == pytest.approx(0, abs=40)
    assert told.sync.audio_wall_ms == pytest.approx(0, abs=2)


def test_sound_that_starts_ten_seconds_late() -> None:
    told = Show().play(
        30, change=lambda f: None if f.track == "audio" and f.arrival_ns < at_s(10) else f
    )
    assert told.after(FIRST_S).classes == {"OK"}
    assert told.epochs == {0}
    assert told.sync_states == {"no_data", "ok"}
    assert is_healthy(told.after(13))


def test_a_change_of_codec_size_and_sample_rate_splits_the_series() -> None:
    show = Show()
    show.play(30, Feed(skew_ms=20))
    show.meters.changed(
        at_s(show.now_s),
        replace(STREAMS, video_codec="hevc", width=1920, height=1080, sample_rate=44_100),
    )
    told = show.play(30, Feed(skew_ms=20, sample_rate=44_100))
    assert told.classes == {"OK"}
    assert told.epochs == {1}
    assert (told.feed.video_codec, told.feed.height, told.feed.sample_rate) == (
        "hevc", 1080, 44_100,
    )  # fmt: skip
    assert set(told.skews_ms[:7]) == {None}
    assert told.skews_ms[-1] == pytest.approx(20, abs=2)
