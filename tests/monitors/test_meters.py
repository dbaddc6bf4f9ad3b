"""One sample: what is shown when the feed joins, flows, stalls, changes and goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livedesk.core.status import Limits
from livedesk.monitors.facts import StreamFacts
from livedesk.monitors.meters import Meters
from tests.monitors.feeds import START_NS, Feed, at_s, delayed

STREAMS = StreamFacts("h264", "aac", 1280, 720, 48_000)


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
    assert feed.age_ms is not None
    assert feed.age_ms < 40
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
