"""What a path is given that takes the stream over, and what that costs: pure parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.settings import FailoverSettings
from livedesk.gauges.silence import Silence
from livedesk.relay.handover import Handover
from livedesk.relay.item import Item, Mark
from livedesk.relay.job import JobError
from livedesk.relay.ledger import AckLedger
from livedesk.relay.link_gauge import LinkGauge
from livedesk.relay.outlet import Outlet
from livedesk.relay.pauses import Pauses
from livedesk.relay.proof import Proof
from livedesk.relay.replay import Replay
from livedesk.rtmp.flv import inspect
from livedesk.rtmp.messages import AUDIO, DATA_AMF0, VIDEO, Message
from tests.relay.harness import OPENING, VIDEO_HEADER, as_job, job_line, picture, sound

CUE = Message(DATA_AMF0, 1, 0, b"\x02\x00\x0aonCuePoint\x05")


class Source:
    """Numbers what an encoder sends, as the feed does; it arrives at its timestamp."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.items: list[Item] = []
        self._frames = 0

    def send(self, *messages: Message, at_ms: int | None = None) -> None:
        for message in messages:
            part = None if message.type_id == DATA_AMF0 else inspect(message)
            arrival_ns = (message.timestamp_ms if at_ms is None else at_ms) * NS_PER_MS
            item = Item(message, part, arrival_ns, len(self.items), self._frames)
            self._frames += message.type_id == VIDEO and item.is_droppable
            self.items.append(item)
            self.replay.add(item)

    def show(self, from_ms: int, to_ms: int, group_ms: int = 1000) -> None:
        for at_ms in range(from_ms, to_ms, 40):
            self.send(picture(at_ms, key=at_ms % group_ms == 0), sound(at_ms + 5))

    def mark(self, at_ms: int) -> Mark:
        """Before the first message from then on."""
        return Mark.before(next(each for each in self.items if each.arrival_ns >= at_ms * 10**6))


def starts(items: list[Item]) -> int:
    assert items[0].is_sync_point
    assert [each.number for each in items] == list(range(items[0].number, items[-1].number + 1))
    return items[0].message.timestamp_ms


@pytest.fixture
def source() -> Source:
    made = Source(Replay(10))
    made.send(*OPENING)
    return made


def test_it_goes_on_from_the_keyframe_half_a_second_before_the_mark(source: Source) -> None:
    source.show(0, 5000)
    assert starts(source.replay.since(source.mark(3600))) == 3000
    assert starts(source.replay.since(source.mark(3400))) == 2000
    assert starts(source.replay.since(source.mark(400))) == 0
    assert source.replay.since(source.mark(3600))[-1] is source.items[-1]


def test_beyond_the_bound_it_begins_at_the_newest_keyframe(source: Source) -> None:
    source.show(0, 30_000)
    assert starts(source.replay.since(source.mark(20_200))) == 19_000
    assert starts(source.replay.since(source.mark(19_800))) == 29_000
    assert starts(source.replay.since(None)) == 29_000


def test_memory_is_bounded_in_time_and_bytes(source: Source) -> None:
    source.show(0, 60_000)
    kept = source.replay._groups
    assert source.items[-1].message.timestamp_ms - kept[0].items[0].message.timestamp_ms >= 10_000
    assert len(kept) <= 13
    small = Source(Replay(10, max_bytes=100_000))
    small.show(0, 10_000)
    assert sum(each.byte_count for each in small.replay._groups) <= 100_000
    assert small.replay.overflows == 0


LARGER = Message(VIDEO, 1, 2000, VIDEO_HEADER.payload + b", larger")


@pytest.mark.parametrize("is_new", [False, True], ids=["format", "encoder"])
def test_a_path_that_falls_as_the_encoder_changes_costs_nothing(
    source: Source, is_new: bool
) -> None:
    replay = source.replay
    source.show(0, 2000)
    if is_new:
        replay.clear()
    source.send(LARGER, sound(2005))
    assert replay.newest() == []
    assert not replay.starts_at_keyframe, "nobody can join"
    assert starts(replay.since(source.mark(1900))) == 1000
    source.show(2040, 2800, group_ms=2040)
    items = replay.since(source.mark(1900))
    assert starts(items) == 1000
    assert LARGER in [each.message for each in items]
    assert [each.payload for each in replay.opening(items)][1] == VIDEO_HEADER.payload
    assert starts(replay.newest()) == 2040
    assert LARGER.payload in [each.payload for each in replay.opening(replay.newest())]


def test_cue_points_go_along_and_sound_waits_for_its_picture() -> None:
    source = Source(Replay(10))
    source.send(OPENING[2], sound(0), sound(20))
    assert [each.number for each in source.replay.since(Mark(1, 0, 0))] == [1, 2]
    source.send(VIDEO_HEADER, sound(40))
    assert source.replay.since(Mark(1, 0, 0)) == []
    source.send(picture(60, key=True), CUE, sound(65), at_ms=60)
    assert [each.number for each in source.replay.since(Mark(1, 0, 0))] == [5, 6, 7]


def test_what_is_caught_up_with_may_wait_as_long_as_anything(source: Source) -> None:
    """It arrived twelve seconds ago, and the path may be ten seconds late."""
    source.show(0, 12_000)
    outlet = Outlet(10_000)
    outlet.fill(source.items[3:], 12_000 * NS_PER_MS)
    for at_ms in (12_000, 21_900):
        message = picture(at_ms)
        outlet.put(Item(message, inspect(message), at_ms * NS_PER_MS))
    assert outlet.dropped == 0
    message = picture(22_100)
    outlet.put(Item(message, inspect(message), 22_100 * NS_PER_MS))
    assert outlet.dropped > 0
    newest = outlet.take()
    assert newest is not None
    assert newest.message.timestamp_ms == 11_000


def test_nothing_but_a_keyframe_follows_when_none_was_kept() -> None:
    outlet = Outlet(10_000)
    outlet.wait_for_keyframe()
    for message in (sound(0), picture(20), picture(40, key=True), sound(45)):
        outlet.put(Item(message, inspect(message), 0))
    assert [outlet.take(), outlet.take(), outlet.take()][-1] is None
    assert outlet.dropped == 2


def test_the_ledger_knows_the_oldest_message_that_is_not_acknowledged_to_its_end(
    source: Source,
) -> None:
    ledger, found = AckLedger(), []
    ledger.wrote_media(50, 40, 0, None, None)
    found.append(ledger.first_unacked)
    source.show(0, 120)
    items = source.items[3:]
    for item in items:
        ledger.wrote_media(100, 90, item.message.timestamp_ms, VIDEO, item)
    for acked in (50 + 150, 50 + 600):
        ledger.acked(acked, 0)
        found.append(ledger.first_unacked)
    assert found == [None, items[1], None]


def test_frames_lost_and_repeated_are_counted_by_number(source: Source) -> None:
    source.show(0, 4000)
    frames = [each for each in source.items if each.message.type_id == VIDEO and each.is_droppable]
    repeating = Handover()
    repeating.publishes(5, Mark.before(frames[30]))
    repeating.sends(frames[25])
    assert (repeating.frames_lost, repeating.frames_repeated, repeating.lost_ms) == (0, 5, 0)
    losing = Handover()
    losing.publishes(5, Mark.before(frames[10]))
    losing.sends(frames[50])
    assert (losing.frames_lost, losing.frames_repeated, losing.lost_ms) == (40, 0, 1600)
    losing.publishes(9, Mark.before(frames[60]))
    losing.sends(frames[50])
    assert (losing.frames_lost, losing.frames_repeated, losing.published_ns) == (40, 10, 5)
    first = Handover()
    first.publishes(5, None)
    first.sends(frames[0])
    assert (first.frames_lost, first.frames_repeated, first.lost_ms) == (None, None, None)


def test_of_sound_alone_it_is_told_how_long_it_was_missing() -> None:
    source = Source(Replay(10))
    source.send(OPENING[2])
    for at_ms in range(0, 20_000, 20):
        source.send(sound(at_ms))
    losing, going_on = Handover(), Handover()
    losing.publishes(5, source.mark(5_000))
    losing.sends(source.items[-1])
    assert (losing.frames_lost, losing.lost_ms) == (0, 14_980)
    going_on.publishes(5, source.mark(5_000))
    going_on.sends(source.items[200])
    assert going_on.lost_ms == 0


def test_a_path_that_acknowledges_at_once_is_known_to_have_short_silences() -> None:
    """Whether something waits when it is looked at must not decide what is learned."""
    gauge = LinkGauge(0, Silence(200), None)
    gauge.publication_began(0)
    before_ms = gauge.silence_limit_ms
    for at_ms in range(50, 3_000, 50):
        message = picture(at_ms)
        gauge.wrote_message(1_000, message, None, is_frame=True)
        gauge.read(at_ms * NS_PER_MS, None, 0)
    assert (before_ms, gauge.silence_limit_ms) == (900, 200)
    gauge.wrote_message(1_000, picture(3_000), None, is_frame=True)
    for at_ms in range(3_000, 3_250, 50):
        gauge.read(at_ms * NS_PER_MS, None, 1_000)
    assert gauge.stalled_s(3_200 * NS_PER_MS) == pytest.approx(0.25)


def test_a_pause_of_the_relay_is_no_silence_of_the_path() -> None:
    """What it writes on waking cannot have been acknowledged at its first look."""
    gauge = LinkGauge(0, Silence(200), None)
    gauge.publication_began(0)
    gauge.wrote_message(1_000, picture(0), None, is_frame=True)
    gauge.read(50 * NS_PER_MS, None, 0)
    woken_ns = 3_050 * NS_PER_MS
    gauge.wrote_message(1_000, picture(40), None, is_frame=True)
    assert gauge.stalled_s(woken_ns) == pytest.approx(0.1), "before the kernel was asked"
    gauge.read(woken_ns, None, 1_000)
    assert gauge.stalled_s(woken_ns) == pytest.approx(0.1)
    for later_ms in range(50, 1_050, 50):
        gauge.read(woken_ns + later_ms * NS_PER_MS, None, 1_000)
    assert gauge.stalled_s(woken_ns + NS_PER_S) == pytest.approx(1.1), "but this is one"


def test_a_black_holed_session_is_noticed_before_its_proof_is_five_seconds_old() -> None:
    proof, look_ns = Proof(0), NS_PER_S // 20
    for now_ns in range(0, 20 * NS_PER_S, look_ns):  # it acknowledges each ping within 50 ms
        proof.acked(now_ns, 1000 + (now_ns - look_ns) // (2 * NS_PER_S))
        if proof.is_due(now_ns):
            proof.pinged(now_ns)
        assert proof.age_ms(now_ns) < 2200
        assert proof.holds(now_ns)
        assert not proof.is_unanswered(now_ns)
    dead_ns = 20 * NS_PER_S
    for now_ns in range(dead_ns, dead_ns + 5 * NS_PER_S, look_ns):
        proof.acked(now_ns, 1009)
        if proof.is_due(now_ns):
            proof.pinged(now_ns)
        if proof.is_unanswered(now_ns):
            break
    assert now_ns - dead_ns < 4.7 * NS_PER_S
    proof.heard(now_ns)
    assert not proof.is_unanswered(now_ns)


def test_once_a_server_answers_pings_an_acknowledgement_alone_proves_nothing() -> None:
    proof = Proof(0)
    proof.pinged(2 * NS_PER_S)
    proof.acked(2 * NS_PER_S, 18)
    assert proof.age_ms(2 * NS_PER_S) == 0, "it may be one that never answers"
    proof.pinged(4 * NS_PER_S)
    proof.answered(4 * NS_PER_S)
    proof.pinged(6 * NS_PER_S)
    proof.acked(6 * NS_PER_S, 36)
    assert proof.age_ms(8 * NS_PER_S) == 4000
    assert proof.is_unanswered(9 * NS_PER_S)


def test_pauses_grow_to_four_seconds_and_a_stable_connection_forgets_them() -> None:
    pauses = Pauses()
    taken = [pauses.longer_s() for _ in range(12)]
    assert taken[0] <= 0.6
    assert 3.2 <= taken[-1] <= 4.8
    pauses.lasted(1 * NS_PER_S)
    assert not pauses.is_first
    pauses.lasted(11 * NS_PER_S)
    assert pauses.longer_s() <= 0.6


def test_a_server_that_closes_waiting_sessions_each_five_seconds_is_asked_anew_at_once() -> None:
    pauses = Pauses()
    for _ in range(12):
        pauses.longer_s()
    pauses.lasted(1 * NS_PER_S, only_waited=True)
    assert not pauses.is_first, "it might close all of them"
    pauses.lasted(5 * NS_PER_S, only_waited=True)
    assert pauses.is_first


def test_a_platform_is_asked_often_only_while_it_may_hold_what_is_left_of_us() -> None:
    pauses = Pauses()
    pauses.publication_ended(0)
    assert pauses.busy_s(29 * NS_PER_S) == 0.25
    assert pauses.busy_s(31 * NS_PER_S) > 1


def test_the_job_brings_the_failover_settings(tmp_path: Path) -> None:
    line = job_line(tmp_path, 1935, "rtmp://127.0.0.1/live/out")
    assert as_job(line).failover == FailoverSettings()
    given = {"automatic": False, "fail_back": "automatic", "catch_up_s": 4, "flap_limit": 5}
    read = as_job({**line, "failover": given}).failover
    assert (read.automatic, read.fail_back, read.catch_up_s, read.flap_limit) == (
        False,
        "automatic",
        4.0,
        5,
    )
    wrongs: tuple[object, ...] = ({"fail_back": "never"}, {"catch_up_s": float("nan")}, [])
    for wrong in wrongs:
        with pytest.raises(JobError, match="wrong type"):
            as_job({**line, "failover": wrong})
    with pytest.raises(JobError, match="no uplink"):
        as_job({**line, "uplinks": []})
    line["uplinks"][0]["proxy"] = "ftp://nowhere"
    with pytest.raises(JobError, match="uplink primary: the proxy"):
        as_job(line)
    line["uplinks"][0]["proxy"] = "socks5://user:secret@127.0.0.1:1080"
    assert "secret" not in repr(as_job(line))


def test_sound_whose_picture_stopped_goes_on_alone(source: Source) -> None:
    """Also when only the header of a picture ever came."""
    source.show(0, 2000)
    for at_ms in range(2_000, 30_000, 20):
        source.send(sound(at_ms))
    items = source.replay.since(source.mark(29_000))
    assert 27_000 <= items[0].message.timestamp_ms <= 28_500
    assert source.replay.starts_at_keyframe
    source.send(picture(30_000, key=True), sound(30_005))
    assert starts(source.replay.newest()) == 30_000
    outlet = Outlet(10_000)
    outlet.wait_for_keyframe()
    for at_ms in range(0, 5_100, 20):
        message = sound(at_ms)
        outlet.put(Item(message, inspect(message), at_ms * NS_PER_MS))
    first = outlet.take()
    assert first is not None
    assert first.message.timestamp_ms > 5_000


def test_sound_alone_is_taken_over_from_about_where_it_was() -> None:
    source = Source(Replay(10))
    source.send(OPENING[2])
    for at_ms in range(0, 8_000, 20):
        source.send(sound(at_ms))
    items = source.replay.since(source.mark(5_000))
    assert 3_000 <= items[0].message.timestamp_ms <= 4_500
    assert all(each.message.type_id == AUDIO for each in items)
