"""One sample: what is shown when the feed joins, flows, stalls, changes and goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from livedesk.core.clock import NS_PER_MS
from livedesk.core.status import Limits
from livedesk.monitors.facts import PictureFact, SoundFact, StreamFacts
from livedesk.monitors.meters import Meters
from tests.monitors.feeds import START_NS, Feed, at_s, delayed

STREAMS = StreamFacts("h264", "aac", 1280, 720, 48_000, "High", 2)


def opened() -> Meters:
    meters = Meters(Limits())
    meters.opened(START_NS, STREAMS)
    return meters


def play(meters: Meters, feed: Feed, from_s: float, to_s: float) -> None:
    for fact in feed.packets(from_s, to_s):
        meters.packet(fact)


def test_a_healthy_feed() -> None:
    meters = opened()
    play(meters, Feed(skew_ms=20), 0, 5)
    reading = meters.read(at_s(5))
    feed, sync = reading.feed, reading.sync
    assert (feed.state, feed.width, feed.height) == ("OK", 1280, 720)
    assert (feed.video_codec, feed.audio_codec) == ("h264", "aac")
    assert feed.kbps == pytest.approx(4_000, rel=0.04)  # one frame
    assert feed.audio_kbps == pytest.approx(128, rel=0.05)
    assert feed.fps == pytest.approx(30, abs=0.1)
    assert feed.gop_s == pytest.approx(2, abs=0.01)
    assert (feed.profile, feed.sample_rate, feed.channels) == ("High", 48_000, 2)
    for age_ms in (feed.age_ms, feed.video_age_ms, feed.audio_age_ms):
        assert age_ms is not None
        assert age_ms < 40
    assert feed.lag_ms == pytest.approx(0, abs=20)
    assert feed.jitter_ms == pytest.approx(0, abs=1)
    assert (feed.bframe_ms, feed.timestamp_faults) == (0, 0)
    assert sync.skew_ms == pytest.approx(20, abs=2)
    assert sync.state == "ok"


def test_nothing_is_known_before_anything_is_opened_or_after_it_is_lost() -> None:
    meters = opened()
    play(meters, Feed(), 0, 5)
    meters.closed()
    for reading in (Meters(Limits()).read(at_s(5)), meters.read(at_s(5))):
        assert reading.feed.state == "GONE"
        assert (reading.feed.kbps, reading.feed.fps, reading.feed.age_ms) == (None, None, None)
        assert (reading.sync.skew_ms, reading.sync.state) == (None, "no_data")


def test_silence_grows_the_age_and_empties_the_figures() -> None:
    meters = opened()
    play(meters, Feed(), 0, 5)
    reading = meters.read(at_s(8))
    assert reading.feed.state == "STALLED"
    assert reading.feed.age_ms == pytest.approx(3_000, abs=40)
    assert reading.feed.kbps == 0
    assert (reading.feed.fps, reading.feed.gop_s, reading.sync.skew_ms) == (None, None, None)


def test_the_burst_at_joining_is_not_read_as_rate() -> None:
    meters = opened()
    for fact in Feed().packets(0, 3.5):
        meters.packet(delayed(fact, max(fact.arrival_ns, at_s(2))))
    assert meters.read(at_s(3.5)).feed.kbps == pytest.approx(4_000, rel=0.04)


def test_lost_audio_leaves_the_picture_known() -> None:
    meters = opened()
    play(meters, Feed(), 0, 5)
    for fact in Feed().packets(5, 6.1):
        if fact.track == "video":
            meters.packet(fact)
    reading = meters.read(at_s(6.1))
    assert reading.sync.state == "no_data"
    assert reading.feed.audio_kbps == 0
    assert reading.feed.fps == pytest.approx(30, abs=0.1)


def test_each_opening_but_the_first_is_an_epoch() -> None:
    meters = opened()
    play(meters, Feed(), 0, 3)
    assert meters.read(at_s(3)).feed.epoch == 0
    meters.closed()
    meters.opened(at_s(4), STREAMS)
    assert meters.read(at_s(4)).feed.epoch == 1
    play(meters, Feed(), 4, 5)
    assert meters.read(at_s(5)).sync.skew_ms is None


def test_another_form_is_an_epoch_and_shown() -> None:
    meters = opened()
    play(meters, Feed(), 0, 3)
    meters.changed(at_s(3), replace(STREAMS, width=1920, height=1080))
    feed = meters.read(at_s(3)).feed
    assert (feed.epoch, feed.width, feed.height) == (1, 1920, 1080)


def test_to_learn_more_of_the_same_is_no_epoch() -> None:
    meters = Meters(Limits())
    meters.opened(START_NS, replace(STREAMS, width=None, height=None, sample_rate=None))
    play(meters, Feed(), 0, 3)
    meters.changed(at_s(3), STREAMS)
    feed = meters.read(at_s(3)).feed
    assert (feed.epoch, feed.width) == (0, 1280)


def test_where_the_order_says_nothing_there_is_no_skew() -> None:
    meters = Meters(Limits())
    meters.opened(START_NS, replace(STREAMS, in_arrival_order=False))
    play(meters, Feed(), 0, 5)
    reading = meters.read(at_s(5))
    assert reading.sync.skew_ms is None
    assert reading.feed.fps == pytest.approx(30, abs=0.1)


def test_a_jump_of_an_hour_restarts_what_compares() -> None:
    meters = opened()
    play(meters, Feed(), 0, 3)
    play(meters, Feed(first_ms=3_600_000, skew_ms=90), 3, 5.5)
    reading = meters.read(at_s(5.5))
    assert reading.feed.epoch == 1
    assert reading.feed.fps == pytest.approx(30, abs=0.2)
    assert reading.sync.skew_ms == pytest.approx(90, abs=2)


def test_media_that_is_held_up_is_late_from_the_moment_it_waits() -> None:
    meters = opened()
    play(meters, Feed(), 0, 10)
    assert meters.read(at_s(10.5)).feed.lag_ms == pytest.approx(480, abs=40)
    for fact in Feed().packets(10, 12):
        meters.packet(delayed(fact, fact.arrival_ns + 700 * NS_PER_MS))
    feed = meters.read(at_s(12.7)).feed
    assert feed.lag_ms == pytest.approx(700, abs=40)


def grey(at_ms: float, level: int) -> PictureFact:
    luma = np.full((36, 64), level, np.uint8)
    return PictureFact(at_s(at_ms / 1_000), at_ms, luma)


def beat(at_ms: float, level: float) -> SoundFact:
    """A block of 20 ms of a tone of 1 kHz."""
    wave = level * np.sin(2 * np.pi * 1_000 * np.arange(960) / 48_000)
    return SoundFact(at_s(at_ms / 1_000), at_ms, wave.astype(np.float32)[None, :], 48_000)


def test_decoded_picture_and_sound_are_told_with_their_coverage() -> None:
    meters = opened()
    play(meters, Feed(), 0, 12)
    for at_ms in range(0, 12_000, 20):
        meters.picture(grey(at_ms, 16))
        meters.sound(beat(at_ms, 0.5))
    reading = meters.read(at_s(12))
    assert (reading.picture.state, reading.sound.state) == ("black", "ok")
    assert reading.sound.peak_dbfs == pytest.approx(-6, abs=0.1)
    assert reading.sound.coverage == pytest.approx(1, abs=0.001)


def test_nothing_decoded_is_kept_beyond_the_input() -> None:
    meters = opened()
    for at_ms in range(0, 12_000, 20):
        meters.picture(grey(at_ms, 16))
        meters.sound(beat(at_ms, 0.5))
    meters.closed()
    reading = meters.read(at_s(12))
    assert (reading.picture.state, reading.sound.state) == ("unknown", "unknown")
    assert (reading.sound.peak_dbfs, reading.sound.coverage) == (None, None)
    assert (reading.sync.offset_ms, reading.sync.offset_pairs) == (None, 0)
