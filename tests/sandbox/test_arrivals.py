"""The platform's record of a show, with time passed in."""

from __future__ import annotations

import hashlib

from livedesk.core.clock import NS_PER_S
from livedesk.rtmp.messages import AUDIO, TIMESTAMP_MODULUS, VIDEO, Message
from livedesk.sandbox.arrivals import (
    KEPT_FRAMES,
    KEPT_GAPS,
    Arrivals,
    Seconds,
    TrackArrivals,
    compared,
)
from livedesk.sandbox.digest import FrameSum


def _video(stamp_ms: int, text: str) -> Message:
    return Message(VIDEO, 1, stamp_ms % TIMESTAMP_MODULUS, b"\x27\x01\0\0\0" + text.encode())


def test_a_gap_says_which_media_never_came() -> None:
    track = TrackArrivals()
    for stamp_ms in (2**32 - 40, 2**32 - 7, 26, 1026, 993, 1059):
        track.add(_video(stamp_ms, str(stamp_ms)), stamp_ms)
    assert [(gap.from_ms, gap.to_ms) for gap in track.gaps] == [(26, 1026)]
    assert track.arrived.frames == 6


def test_timestamps_that_begin_anew_are_a_new_line_and_no_gap() -> None:
    track = TrackArrivals()
    for stamp_ms in (100_000, 100_033, 0, 33, 66):
        track.add(_video(stamp_ms, str(stamp_ms)), stamp_ms)
    assert track.gap_count == 0


def test_the_same_payload_later_is_another_frame() -> None:
    track = TrackArrivals()
    assert track.add(_video(0, "still"), 0)
    assert track.add(_video(33, "still"), 0)
    assert not track.add(_video(33, "still"), 0)
    assert (track.arrived.frames, track.repeated) == (2, 1)


def test_what_it_remembers_does_not_grow() -> None:
    track = TrackArrivals()
    for number in range(2 * KEPT_FRAMES):
        track.add(_video(number * 1000, str(number)), 0)
    assert track.arrived.frames == 2 * KEPT_FRAMES
    assert len(track.gaps) == KEPT_GAPS
    assert track.gap_count == 2 * KEPT_FRAMES - 1
    assert not track.add(_video((KEPT_FRAMES + 1) * 1000, str(KEPT_FRAMES + 1)), 0)


def test_seconds_under_the_contract_count_with_those_that_brought_nothing() -> None:
    seconds = Seconds(2500)
    for tenth in range(20):  # two good seconds
        seconds.add(tenth * NS_PER_S // 10, 40_000)
    seconds.add(2 * NS_PER_S, 40_000)  # a poor one, then three of nothing
    seconds.look(6 * NS_PER_S)
    assert (seconds.counted, seconds.under, seconds.longest_silence_ms) == (6, 4, 4000)
    seconds.pause(6 * NS_PER_S)
    seconds.look(60 * NS_PER_S)
    assert (seconds.counted, seconds.under) == (6, 4)


def test_what_was_sent_and_what_arrived_are_compared_frame_by_frame() -> None:
    arrivals, sent = Arrivals(), {AUDIO: FrameSum(), VIDEO: FrameSum()}
    for number in range(5):
        message = _video(number * 33, str(number))
        sent[VIDEO].add(hashlib.sha256(message.payload).digest())
        if number != 3:
            arrivals.add(message, number)
    report = {"audio": sent[AUDIO].count().to_json(), "video": sent[VIDEO].count().to_json()}
    assert compared(report, arrivals.to_json(9)) == {
        "audio": {"sent": 0, "arrived": 0, "repeated": 0, "missing": 0, "exact": True},
        "video": {"sent": 5, "arrived": 4, "repeated": 0, "missing": 1, "exact": False},
    }
    assert compared(None, arrivals.to_json(9)) is None
