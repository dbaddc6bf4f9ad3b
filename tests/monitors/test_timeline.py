"""Epochs: a wrap is none, a pause is none, a jump is one, for both tracks together."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_MS
from livedesk.monitors.facts import PacketFact, Track
from livedesk.monitors.timeline import Timeline


def place(
    timeline: Timeline, at_ms: float, dts_ms: float | None, track: Track = "video"
) -> tuple[float, bool] | None:
    return timeline.place(PacketFact(track, round(at_ms * NS_PER_MS), dts_ms, dts_ms, 100))


def test_a_wrap_of_32_bits_goes_on() -> None:
    timeline = Timeline()
    place(timeline, 0, 2.0**32 - 20)
    assert place(timeline, 33, 13) == (2.0**32 + 13, False)
    assert place(timeline, 40, 2.0**32 - 5) == (2.0**32 - 5, False)
    assert timeline.epoch == 0


def test_the_edge_of_extended_timestamps_is_nothing_special() -> None:
    timeline = Timeline()
    assert place(timeline, 0, 16_777_200) == (16_777_200, False)
    assert place(timeline, 33, 16_777_233) == (16_777_233, False)


def test_a_pause_of_the_sender_is_no_jump() -> None:
    timeline = Timeline()
    place(timeline, 0, 0)
    assert place(timeline, 10_000, 10_000) == (10_000, False)


def test_a_jump_of_both_tracks_is_one_epoch() -> None:
    timeline = Timeline()
    for track in ("video", "audio"):
        place(timeline, 0, 5_000, track)
    assert place(timeline, 33, 3_605_000, "video") == (3_605_000, True)
    assert place(timeline, 50, 3_605_010, "audio") == (3_605_010, True)
    assert timeline.epoch == 1
    place(timeline, 5_000, 0, "video")
    place(timeline, 5_010, 0, "audio")
    assert timeline.epoch == 2


def test_a_small_step_back_is_tolerated() -> None:
    timeline = Timeline()
    place(timeline, 0, 5_000)
    assert place(timeline, 33, 4_960) == (4_960, False)


def test_pts_stands_in_for_a_missing_dts_and_nothing_for_both() -> None:
    timeline = Timeline()
    assert timeline.place(PacketFact("video", 0, None, 40.0, 1)) == (40.0, False)
    assert timeline.place(PacketFact("video", 0, None, None, 1)) is None


def test_opening_again_is_an_epoch_wherever_the_stamps_go_on() -> None:
    timeline = Timeline()
    place(timeline, 0, 5_000)
    timeline.restart(NS_PER_MS)
    assert place(timeline, 33, 5_033) == (5_033, False)
    assert timeline.epoch == 1
