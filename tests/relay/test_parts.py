"""The relay's pure parts: timeline, join cache, outlet, ledger, entry list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedesk.core.clock import NS_PER_MS, ManualClock
from livedesk.core.status import Limits
from livedesk.relay.entries import EntryLog
from livedesk.relay.feed import Feed
from livedesk.relay.item import Item
from livedesk.relay.job import JobError, read_job
from livedesk.relay.ledger import AckLedger
from livedesk.relay.outlet import Outlet
from livedesk.relay.replay import Replay
from livedesk.relay.timeline import Timeline
from livedesk.relay.tracks import Tracks
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, DATA_AMF0, VIDEO, Message
from tests.relay.harness import (
    AUDIO_HEADER,
    METADATA,
    OPENING,
    VIDEO_HEADER,
    as_job,
    epoch_of,
    job_line,
    picture,
    sound,
)


def ms(value: float) -> int:
    return round(value * NS_PER_MS)


class TestTimeline:
    def test_the_first_connection_passes_unchanged_also_over_the_wrap(self) -> None:
        line = Timeline()
        line.new_connection()
        stamps = [2**32 - 40, 2**32 - 7, 26, 59]
        placed = [line.place_frame(stamp, ms(33 * at)) for at, stamp in enumerate(stamps)]
        assert placed == [(stamp, False) for stamp in stamps]
        assert line.epoch == 0

    def test_a_returning_encoder_continues_where_the_clock_is(self) -> None:
        line = Timeline()
        line.new_connection()
        line.place_frame(60_000, ms(1000))
        line.new_connection()
        assert line.place_header(0) == 60_000
        assert line.place_frame(0, ms(5000)) == (64_000, False)
        assert line.place_frame(33, ms(5033)) == (64_033, False)
        assert line.epoch == 1

    @pytest.mark.parametrize("jump_ms", [-10_000, 3_600_000])
    def test_a_jump_starts_an_epoch_and_passes_unchanged(self, jump_ms: int) -> None:
        line = Timeline()
        line.new_connection()
        line.place_frame(20_000, ms(0))
        assert line.place_frame(20_000 + jump_ms, ms(33)) == (20_000 + jump_ms, True)
        assert line.epoch == 1

    def test_sound_seconds_behind_its_picture_is_no_jump(self) -> None:
        line = Timeline()
        line.new_connection()
        for at in range(20):
            now_ns, stamp = ms(33 * at), 20_000 + 33 * at
            assert line.place_frame(stamp, now_ns, VIDEO) == (stamp, False)
            assert line.place_frame(stamp - 5000, now_ns, AUDIO) == (stamp - 5000, False)
        assert line.epoch == 0

    def test_a_jump_of_both_tracks_is_one_epoch(self) -> None:
        line = Timeline()
        line.new_connection()
        for at, stamp in enumerate((20_000, 20_033, 900_000, 900_033)):
            line.place_frame(stamp, ms(33 * at), VIDEO)
            line.place_frame(stamp + 10, ms(33 * at), AUDIO)
        assert line.epoch == 1

    def test_a_later_relay_counts_on(self, clock: ManualClock) -> None:
        earlier = Feed(clock, EntryLog(clock), Limits())
        clock.advance(1.0)
        later = Feed(clock, EntryLog(clock), Limits())
        assert epoch_of(later) > epoch_of(earlier)

    def test_a_pause_of_the_sender_is_no_jump(self) -> None:
        line = Timeline()
        line.new_connection()
        line.place_frame(0, ms(0))
        assert line.place_frame(30_000, ms(30_000)) == (30_000, False)


class TestReplayForPlayers:
    def add(self, cache: Replay, *messages: Message) -> None:
        for message in messages:
            part = None if message.type_id == DATA_AMF0 else inspect(message)
            cache.add(Item(message, part, ms(message.timestamp_ms)))

    def test_joining_gets_headers_and_the_newest_group(self) -> None:
        cache = Replay(10)
        group = [picture(2000, key=True), sound(2005), picture(2033)]
        self.add(cache, *OPENING, picture(0, key=True), sound(10), *group)
        joined = cache.messages()
        assert [message.payload for message in joined[:3]] == [each.payload for each in OPENING]
        assert {message.timestamp_ms for message in joined[:3]} == {2000}
        assert joined[3:] == group
        assert cache.starts_at_keyframe

    def test_before_the_first_keyframe_there_are_only_headers(self) -> None:
        cache = Replay(10)
        self.add(cache, VIDEO_HEADER, picture(33), sound(40))
        assert cache.messages() == [VIDEO_HEADER]
        assert not cache.starts_at_keyframe

    def test_sound_alone_may_be_joined_at_any_time(self) -> None:
        cache = Replay(10)
        self.add(cache, AUDIO_HEADER, sound(0), sound(21))
        assert cache.messages() == [AUDIO_HEADER]
        assert cache.starts_at_keyframe

    def test_cue_points_do_not_replace_the_metadata(self) -> None:
        cache = Replay(10)
        cue = Message(DATA_AMF0, 1, 40, b"\x02\x00\x0aonCuePoint\x05")
        self.add(cache, METADATA, cue)
        assert cache.messages() == [METADATA]

    def test_pictures_of_an_earlier_header_are_not_given_with_the_new_one(self) -> None:
        cache = Replay(10)
        larger = Message(VIDEO, 1, 2000, VIDEO_HEADER.payload + b", larger")
        self.add(cache, VIDEO_HEADER, picture(0, key=True), VIDEO_HEADER, picture(33))
        assert len(cache.messages()) == 3
        self.add(cache, larger)
        assert cache.messages() == [larger]
        assert not cache.starts_at_keyframe
        self.add(cache, picture(2000, key=True))
        assert cache.messages()[0].payload == larger.payload

    def test_an_endless_group_is_let_go_and_counted(self) -> None:
        cache = Replay(10)
        self.add(cache, VIDEO_HEADER, picture(0, key=True))
        for at in range(1, 7):
            self.add(cache, picture(33 * at, size=8 * 1024 * 1024))
        assert cache.overflows == 1
        assert cache.messages() == [VIDEO_HEADER]
        assert not cache.starts_at_keyframe


def item(message: Message) -> Item:
    return Item(message, inspect(message), ms(message.timestamp_ms))


def drain(outlet: Outlet) -> list[Message]:
    taken = []
    while (found := outlet.take()) is not None:
        taken.append(found.message)
    return taken


class TestOutlet:
    def test_a_short_wait_loses_nothing(self) -> None:
        outlet, sent = Outlet(1000), [picture(0, key=True), sound(10), picture(33)]
        for message in sent:
            outlet.put(item(message))
        assert drain(outlet) == sent
        assert outlet.dropped == 0

    def test_a_long_wait_skips_to_the_newest_keyframe(self) -> None:
        outlet = Outlet(1000)
        old = [picture(0, key=True), sound(10), picture(500)]
        new = [picture(900, key=True), sound(905), picture(1100)]
        for message in [*old, *new]:
            outlet.put(item(message))
        assert drain(outlet) == new
        assert (outlet.dropped, outlet.skips) == (3, 1)

    def test_without_a_keyframe_all_frames_go_until_one_comes(self) -> None:
        outlet = Outlet(1000)
        for stamp in (0, 500, 1100, 1200):
            outlet.put(item(picture(stamp)))
            outlet.put(item(sound(stamp)))
        assert outlet.is_skipping
        assert drain(outlet) == []
        outlet.put(item(picture(1300, key=True)))
        outlet.put(item(sound(1310)))
        assert [message.timestamp_ms for message in drain(outlet)] == [1300, 1310]
        assert outlet.dropped == 8

    def test_codec_headers_are_never_dropped(self) -> None:
        outlet = Outlet(1000)
        for message in [picture(0), VIDEO_HEADER, picture(1500), picture(1600, key=True)]:
            outlet.put(item(message))
        assert VIDEO_HEADER in drain(outlet)

    @pytest.mark.parametrize("jump_ms", [-3_600_000, 3_600_000])
    def test_a_jump_of_timestamps_neither_drops_nor_lets_the_queue_grow(self, jump_ms: int) -> None:
        outlet, start_ms = Outlet(1000), 5_000_000
        for at in range(15):
            message = picture(start_ms + 100 * at + (jump_ms if at > 3 else 0))
            outlet.put(Item(message, inspect(message), ms(100 * at)))
            assert (outlet.dropped > 0) == (at > 10)

    def test_what_comes_faster_than_time_is_bounded_in_bytes(self) -> None:
        outlet = Outlet(1000)
        for _ in range(20):
            outlet.put(item(picture(0, size=8 * 1024 * 1024)))
        assert len(outlet) < 10
        assert outlet.dropped > 10

    def test_sound_alone_after_video_on_the_last_connection_passes(self) -> None:
        outlet = Outlet(1000)
        outlet.put(item(picture(0, key=True)))
        outlet.clear()
        for stamp in (0, 500, 1100, 1200):
            outlet.put(item(sound(stamp)))
        assert [message.timestamp_ms for message in drain(outlet)] == [1200]


class TestAckLedger:
    def test_goodput_counts_media_when_acknowledged_in_parts_too(self) -> None:
        ledger = AckLedger()
        ledger.wrote_other(3073)
        ledger.acked(3073, ms(0))
        ledger.wrote_media(10_012, 10_000, 40)
        ledger.acked(3073 + 5006, ms(500))
        assert ledger.goodput_kbps is None
        assert ledger.media_bytes_acked == 5000
        ledger.acked(3073 + 10_012, ms(1000))
        assert ledger.media_bytes_acked == 10_000
        assert ledger.goodput_kbps == pytest.approx(80)

    def test_backlog_is_media_time_not_yet_acknowledged(self) -> None:
        ledger = AckLedger()
        assert ledger.backlog_ms({}) is None
        for at in range(4):
            ledger.wrote_media(100, 90, 1000 + 40 * at)
        assert ledger.backlog_ms({0: 1120}) == 120
        ledger.acked(250, ms(1))
        assert ledger.backlog_ms({0: 1120}) == 80
        ledger.acked(400, ms(2))
        assert ledger.backlog_ms({0: 1120}) == 0

    def test_backlog_is_counted_by_track_and_not_by_headers(self) -> None:
        """Sound that runs five seconds behind its picture is not five seconds not acknowledged."""
        ledger = AckLedger()
        ledger.wrote_media(100, 90, 0, None)
        for at in range(4):
            ledger.wrote_media(100, 90, 90_000 + 40 * at, VIDEO)
            ledger.wrote_media(100, 90, 85_000 + 40 * at, AUDIO)
        newest = {VIDEO: 90_120, AUDIO: 85_120}
        assert ledger.backlog_ms(newest) == 120
        ledger.acked(650, ms(1))
        assert ledger.backlog_ms(newest) == 80
        ledger.acked(900, ms(2))
        assert ledger.backlog_ms(newest) == 0

    @given(st.lists(st.integers(1, 5000), min_size=1, max_size=30), st.data())
    def test_every_media_byte_is_counted_once(self, sizes: list[int], data: st.DataObject) -> None:
        ledger = AckLedger()
        for at, size in enumerate(sizes):
            ledger.wrote_media(size + 12, size, at)
        total = sum(sizes) + 12 * len(sizes)
        for acked in sorted(data.draw(st.lists(st.integers(0, total), max_size=20))):
            ledger.acked(acked, 0)
        ledger.acked(total, 0)
        assert ledger.media_bytes_acked == sum(sizes)


class TestEntryLog:
    def test_an_engine_catches_up_and_learns_what_it_missed(self, clock: ManualClock) -> None:
        log = EntryLog(clock, limit=3)
        for at in range(5):
            log.event("feed.up", "info", f"Number {at}.", at=at)
        assert log.missed_after(0) == 2
        assert log.missed_after(2) == 0
        assert [number for number, _ in log.lines_after(3, 10)] == [4, 5]
        assert log.lines_after(5, 10) == []
        assert json.loads(log.lines_after(4, 1)[0][1])["data"] == {"at": 4}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nonsense", "not one line of JSON"),
        ("{}", "has no listen"),
        ('{"store": "a", "runtime_file": "b", "listen": 1}', "wrong type"),
    ],
)
def test_a_broken_job_is_named(line: str, problem: str) -> None:
    with pytest.raises(JobError, match=problem):
        read_job(line)


def test_limits_that_the_job_does_not_name_are_the_defaults(tmp_path: Path) -> None:
    line = job_line(tmp_path, 1935, "rtmp://127.0.0.1/live/out")
    assert as_job(line).limits == Limits()
    assert as_job({**line, "limits": {"min_kbps": 4000, "later_s": 1}}).limits == Limits(
        min_kbps=4000
    )


@pytest.mark.parametrize("limit", ["many", None, float("nan"), float("inf")])
def test_a_limit_that_is_no_number_is_a_broken_job(tmp_path: Path, limit: object) -> None:
    line = job_line(tmp_path, 1935, "rtmp://127.0.0.1/live/out")
    with pytest.raises(JobError, match="wrong type"):
        as_job({**line, "limits": {"min_kbps": limit}})


def test_a_silence_of_both_tracks_that_is_allowed_loses_neither() -> None:
    tracks = Tracks()
    for at_ms in [*range(0, 8_000, 20), *range(9_300, 12_000, 20)]:
        for kind in (VIDEO, AUDIO):
            tracks.frame(Message(kind, 1, at_ms, b"x"), at_ms * NS_PER_MS, silence_limit_ms=2_000)
            assert tracks.changes(at_ms * NS_PER_MS) == [], f"at {at_ms} ms"
    for at_ms in range(12_000, 13_000, 20):
        tracks.frame(Message(VIDEO, 1, at_ms, b"x"), at_ms * NS_PER_MS, silence_limit_ms=2_000)
    [change] = tracks.changes(13_000 * NS_PER_MS)
    assert (change.track, change.is_lost) == ("audio", True)
