"""The faults of a feed as stories on a virtual clock: each is named rightly, and in time."""

from __future__ import annotations

import dataclasses
from typing import cast

import pytest

from livedesk.core.status import Limits
from livedesk.relay.ledger import AckLedger
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.uplink_watch import UplinkWatch
from livedesk.rtmp.messages import AUDIO, VIDEO, Message
from tests.relay.harness import AUDIO_HEADER, METADATA, OPENING, VIDEO_HEADER
from tests.relay.shows import Encoder, Sent, Stage, held, jittered, merged, on_stage, squeezed

JITTER_MS = 20 / 3
"""A fifth of a frame interval."""


def on_air(stage: Stage, seconds: float, encoder: Encoder | None = None) -> None:
    """A healthy feed, which is OK after its first second."""
    stage.connect()
    stage.play((encoder or Encoder()).sent(0, seconds), seconds)
    assert stage.named() == ["OK"]


def test_a_path_that_passes_nothing_is_stalled_within_250_ms() -> None:
    stage = Stage()
    on_air(stage, 20.013)
    last_ms = stage.now_ms - stage.sample()["age_ms"]
    stage.wait_until(30)
    ((_, _), (at_ms, state)) = stage.classes()
    assert state == "STALLED"
    assert at_ms - last_ms <= 250
    decided = stage.events("feed.class")[-1]["data"]
    assert decided["from"] == "OK"
    assert 200 < decided["age_ms"] <= 250
    assert decided["silence_limit_ms"] == 200
    assert stage.events("feed.track_lost") == []
    assert stage.sample()["lag_ms"] == pytest.approx(10_000, abs=100)


def test_an_encoder_that_opens_its_cameras_first_is_not_stalled() -> None:
    stage = Stage()
    stage.connect()
    stage.play([(at_ms + 2_000, each) for at_ms, each in Encoder().sent(0, 10)], 12)
    assert stage.named() == ["OK"]
    assert 3_000 <= stage.classes()[0][0] <= 3_050, "with its first whole second"
    never = Stage()
    never.connect()
    never.wait_until(4)
    ((at_ms, state),) = never.classes()
    assert state == "STALLED"
    assert 3_000 < at_ms <= 3_050


def test_once_it_began_a_silence_is_told_as_before() -> None:
    stage = Stage()
    stage.connect()
    stage.play(Encoder().sent(0, 0.5), 0.5)
    stage.wait_until(2)
    at_ms, state = stage.classes()[-1]
    assert state == "STALLED"
    assert 1_350 < at_ms <= 1_450


def test_after_an_outage_nothing_else_is_alleged() -> None:
    stage = Stage()
    stage.connect()
    stage.play(held(Encoder().sent(0, 40), 20, 23), 40)
    assert stage.named() == ["OK", "STALLED", "OK"]
    assert stage.events("feed.track_lost", "feed.track_back", "feed.epoch") == []


def test_a_connection_that_breaks_is_gone_at_the_next_look() -> None:
    stage = Stage()
    on_air(stage, 10)
    stage.feed.end("the connection broke")
    stage.wait_until(10.06)
    ((_, _), (at_ms, state)) = stage.classes()
    assert state == "GONE"
    assert at_ms - 10_000 <= 50
    assert stage.sample()["kbps"] is None


@pytest.mark.parametrize("ramp_s", [0, 5])
def test_a_path_that_narrows_is_starved_before_the_rate_shows_it(ramp_s: float) -> None:
    def kbps_at(ms: float) -> float:
        gone = min(1.0, max(0.0, ms / 1000 - 20) / ramp_s) if ramp_s else float(ms >= 20_000)
        return 7_000 - 5_000 * gone

    stage = Stage()
    rates: list[tuple[float, float]] = []
    stage.on_poll = lambda ns: rates.append((stage.now_ms, stage.feed.kbps(ns) or 0.0))
    stage.connect()
    queued = [each for each in squeezed(Encoder().sent(0, 40), kbps_at) if each[0] < 40_000]
    stage.play(queued, 40)
    assert stage.named() == ["OK", "STARVED"]
    starved_ms = stage.classes()[1][0]
    low_ms = next(at_ms for at_ms, kbps in rates if at_ms > 20_000 and kbps < 2_500)
    assert starved_ms < low_ms
    assert 400 < stage.events("feed.class")[1]["data"]["lag_ms"] < 1_000


def test_a_flapping_path_is_named_each_time_and_teaches_nothing() -> None:
    stage = Stage()
    stage.connect()
    sent = Encoder().sent(0, 130)
    for second in range(10, 130, 2):
        sent = held(sent, second, second + 1)
    stage.play(sent, 130)
    assert stage.named() == ["OK", *["STALLED", "OK"] * 60]


class _Platform:
    """A platform that acknowledges everything 30 ms after it came, as the uplink's link sees it."""

    base_rtt_ms = 30.0
    silence_limit_ms = 200.0
    tcp_info = None

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ledger = AckLedger()
        self._written: list[tuple[float, int]] = []

    def take(self, message: Message) -> None:
        size = len(message.payload)
        self._ledger.wrote_media(size + 20, size, message.timestamp_ms, message.type_id)
        self._written.append((self._stage.now_ms, self._ledger.written))

    def poll(self, mono_ns: int) -> None:
        acked = [end for at_ms, end in self._written if at_ms <= self._stage.now_ms - 30]
        self._written = [each for each in self._written if each[0] > self._stage.now_ms - 2_000]
        self._ledger.acked(max(acked, default=0), mono_ns)

    def stalled_s(self, mono_ns: int) -> float:
        return 0.03

    @property
    def goodput_kbps(self) -> float | None:
        return self._ledger.goodput_kbps

    def backlog_ms(self, newest_ms: dict[int, int]) -> int | None:
        return self._ledger.backlog_ms(newest_ms)


def test_a_still_scene_of_900_kbps_is_low_and_no_fault_of_the_uplink() -> None:
    stage = Stage()
    platform = _Platform(stage)
    uplink = UplinkWatch("primary", Limits(), stage.feed, stage.log)

    def look(mono_ns: int) -> None:
        platform.poll(mono_ns)
        uplink.judge(mono_ns, cast(LinkGauge, platform))

    stage.on_poll = look
    stage.connect()
    still = dataclasses.replace(Encoder(), kbps=900)
    show = [
        *Encoder().sent(0, 20),
        *still.sent(20, 80),
        *Encoder().sent(80, 100),
    ]
    for at_ms, message in jittered(show, JITTER_MS):
        stage.wait_until(at_ms / 1000)
        stage.feed.receive(message)
        platform.take(message)
    assert stage.named() == ["OK", "LOW", "OK"]
    assert [each["data"]["to"] for each in stage.events("uplink.class")] == ["OK"]


def test_an_uplink_that_was_given_nothing_yet_gets_nothing_alleged_and_left_is_no_notice() -> None:
    stage = Stage()
    platform = _Platform(stage)
    uplink = UplinkWatch("primary", Limits(), stage.feed, stage.log)

    def look(mono_ns: int) -> None:
        platform.poll(mono_ns)
        uplink.judge(mono_ns, cast(LinkGauge, platform))

    stage.on_poll = look
    stage.connect()
    stage.wait_until(2)
    (told,) = stage.events("uplink.class")
    assert told["text"] == "Uplink primary GONE → OK: ready for the encoder's media."
    for at_ms, message in Encoder().sent(0, 4):
        stage.wait_until(2 + at_ms / 1000)
        stage.feed.receive(message)
        platform.take(message)
    uplink.judge(stage.clock.mono_ns(), None, is_left=True)
    (_, left) = stage.events("uplink.class")
    assert (left["data"]["to"], left["level"]) == ("GONE", "info")
    assert "it no longer carries" in left["text"]


@pytest.mark.parametrize(("lost", "other"), [(AUDIO, VIDEO), (VIDEO, AUDIO)])
def test_a_track_that_stops_is_told_within_a_second_and_when_it_is_back(
    lost: int, other: int
) -> None:
    names = {AUDIO: "audio", VIDEO: "video"}
    stage, encoder = Stage(Limits(min_kbps=100)), Encoder()
    on_air(stage, 20, encoder)
    stage.play(encoder.sent(20, 25, (other,)), 25)
    (told,) = stage.events("feed.track_lost", "feed.track_back")
    assert told["event"] == "feed.track_lost"
    assert told["data"]["track"] == names[lost]
    assert 800 <= told["at_ms"] - 20_000 + 40 <= 1_000
    assert stage.sample()[f"{names[lost]}_age_ms"] == pytest.approx(5_000, abs=40)
    assert stage.sample()["lag_ms"] < 20
    stage.play(encoder.sent(25, 30), 30)
    (_, back) = stage.events("feed.track_lost", "feed.track_back")
    assert back["event"] == "feed.track_back"
    assert back["data"]["track"] == names[lost]
    assert back["data"]["silent_ms"] == pytest.approx(5_000, abs=40)
    assert "STARVED" not in stage.named()


def test_sound_that_starts_late_was_never_lost() -> None:
    stage, encoder = Stage(), Encoder()
    stage.connect()
    stage.play(encoder.sent(0, 10, (VIDEO,)), 10)
    assert stage.sample()["audio_age_ms"] is None
    stage.play(encoder.sent(10, 20), 20)
    assert stage.events("feed.track_lost", "feed.track_back") == []
    assert stage.named() == ["OK"]


def test_sound_seconds_behind_its_picture_is_not_late() -> None:
    stage, encoder = Stage(), Encoder()
    late = [(at_ms + 5_000, each) for at_ms, each in encoder.sent(0, 60, (AUDIO,))]
    stage.connect()
    stage.play(merged(encoder.sent(0, 60, (VIDEO,)), late), 65)
    assert stage.named()[0] == "OK"
    assert "STARVED" not in stage.named()


@pytest.mark.parametrize("mark", [2**24 - 1, 2**31, 2**32])
def test_the_marks_of_the_clock_mean_nothing(mark: int) -> None:
    stage = Stage()
    epoch = stage.sample()["epoch"]
    on_air(stage, 30, Encoder(first_ms=mark - 15_000))
    assert stage.sample()["epoch"] == epoch
    assert stage.sample()["lag_ms"] < 20


@pytest.mark.parametrize("jump_ms", [-10_000, 3_600_000])
def test_a_jump_of_the_timestamps_begins_an_epoch_and_is_no_fault(jump_ms: int) -> None:
    stage = Stage()
    on_air(stage, 20, Encoder(first_ms=50_000))
    epoch = stage.sample()["epoch"]
    stage.play(Encoder(first_ms=50_000 + jump_ms).sent(20, 40), 40)
    assert stage.sample()["epoch"] > epoch
    assert stage.sample()["lag_ms"] < 20
    assert stage.named() == ["OK"]


def test_another_codec_header_begins_an_epoch_and_the_same_one_does_not() -> None:
    stage = Stage()
    on_air(stage, 5)
    epoch = stage.sample()["epoch"]
    stage.feed.receive(dataclasses.replace(VIDEO_HEADER, timestamp_ms=5_000))
    assert stage.sample()["epoch"] == epoch
    larger = VIDEO_HEADER.payload + b", larger"
    stage.feed.receive(Message(VIDEO, 1, 5_000, larger))
    assert stage.sample()["epoch"] == epoch + 1
    assert "format of its video" in stage.events("feed.epoch")[-1]["text"]
    stage.play(Encoder().sent(5, 10), 10)
    assert stage.named() == ["OK"]


def test_messages_without_header_or_content_are_counted_and_carried_on() -> None:
    stage = Stage()
    stage.connect(METADATA)
    silly = [
        Message(AUDIO, 1, 0, b""),
        Message(AUDIO, 1, 0, b"\xaf\x01"),
        Message(VIDEO, 1, 0, b"\x57\x00"),  # a command frame: allowed, and no media
        Message(VIDEO, 1, 0, b"\x17\x01"),
        Message(VIDEO, 1, 0, b"\xffzzzz"),
    ]
    headless: list[Sent] = Encoder().sent(0, 1, (VIDEO,))
    stage.play([*((0.0, each) for each in silly), *headless], 1)
    for header in (VIDEO_HEADER, AUDIO_HEADER):
        stage.feed.receive(dataclasses.replace(header, timestamp_ms=1_000))
    stage.play(Encoder().sent(1, 5), 5)
    assert stage.sample()["faults"] == {"empty": 2, "unreadable": 2, "before_header": 30}
    assert stage.named() == ["OK"]


def test_an_encoder_that_sends_in_bursts_is_ok() -> None:
    stage = Stage()
    stage.connect()
    bursts = [(at_ms // 500 * 500 + 500, each) for at_ms, each in Encoder().sent(0, 120)]
    stage.play(bursts, 120)
    assert stage.named() == ["OK"]
    assert stage.events("feed.track_lost") == []


def test_an_encoder_that_comes_back_at_zero_is_judged_anew() -> None:
    stage = Stage()
    on_air(stage, 20, Encoder(first_ms=900_000))
    stage.feed.end("the connection broke")
    stage.wait_until(25)
    stage.connect()
    stage.play([(at_ms + 25_000, each) for at_ms, each in Encoder().sent(0, 20)], 45)
    assert stage.named() == ["OK", "GONE", "OK"]
    assert stage.sample()["lag_ms"] < 20


@pytest.mark.parametrize("mode", ["steady", "jitter"])
def test_the_rate_is_that_of_the_bytes_sent(mode: str) -> None:
    stage = Stage()
    rates: list[float] = []
    stage.on_poll = lambda ns: rates.append(stage.feed.kbps(ns) or 0.0)
    stage.connect(*OPENING)
    sent = Encoder().sent(0, 60)
    stage.play(sent if mode == "steady" else jittered(sent, JITTER_MS), 60)
    true_kbps = sum(len(each.payload) for _, each in sent) * 8 / 60_000
    judged = rates[40:]
    assert sum(judged) / len(judged) == pytest.approx(true_kbps, rel=0.01)


def test_minutes_with_20_percent_of_jitter_have_one_class() -> None:
    """The hours are in tests/stories/test_hours.py."""
    assert on_stage(Encoder(first_ms=2**24 - 60_000), 3).named() == ["OK"]
