"""Does a channel's queue lose nothing silently, repeat nothing, and keep to its limits?"""

from __future__ import annotations

from dataclasses import replace

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.message import Message
from livedesk.alarms.channels.queue import GIVE_UP_S, Outbox
from livedesk.core.clock import NS_PER_S
from tests.alarms.channels.conftest import UTC_NS, raised

OK = Delivery(True)
LATER = Delivery(False, "it answered 503", again=True)
NEVER = Delivery(False, "nothing is there (404)")


class Bench:
    """An outbox, and a clock that is moved by hand."""

    def __init__(self, per_min: int = 20, room: int = 200) -> None:
        self.box = Outbox("ops", "slack", per_min, room)
        self.now_ns = NS_PER_S

    def put(self, *messages: Message) -> None:
        for message in messages:
            self.box.put(message, self.now_ns)

    def wait(self, seconds: float) -> None:
        self.now_ns += round(seconds * NS_PER_S)

    def send(self, delivery: Delivery = OK) -> Message | None:
        message = self.box.take(self.now_ns, UTC_NS)
        if message is not None:
            self.box.settle(delivery, self.now_ns)
        return message

    def next(self, delivery: Delivery = OK) -> Message | None:
        """As `send`, after the wait that the queue asks for."""
        wait_s = self.box.wait_s(self.now_ns)
        self.wait(wait_s or 0)
        return self.send(delivery)

    @property
    def status(self) -> tuple[str, int, int, int]:
        told = self.box.status(self.now_ns)
        return told.state, told.sent, told.failed, told.waiting


def ended(message: Message) -> Message:
    return replace(message, kind="ended", title="Over")


def test_a_message_goes_out_at_once_and_proves_the_way() -> None:
    bench = Bench()
    assert bench.status == ("unproven", 0, 0, 0)
    bench.put(raised())
    sent = bench.send()
    assert sent is not None
    assert sent.kind == "raised"
    assert bench.status == ("ok", 1, 0, 0)
    assert bench.box.wait_s(bench.now_ns) is None


def test_a_burst_is_one_message_after_the_first_at_most() -> None:
    bench = Bench()
    bench.put(raised("first"))
    assert bench.send() is not None
    bench.put(*(raised(f"a/{number}") for number in range(20)))
    assert bench.send() is None
    message = bench.next()
    assert message is not None
    assert message.kind == "joined"
    assert len(message.joined) == 20
    assert bench.status == ("ok", 2, 0, 0)


def test_an_alarm_that_ended_before_it_was_sent_is_told_once() -> None:
    bench = Bench()
    alarm = raised()
    bench.put(alarm, ended(alarm))
    sent = bench.next()
    assert sent is not None
    assert sent.kind == "ended"
    assert bench.next() is None


def test_the_most_important_goes_first() -> None:
    bench = Bench()
    bench.put(raised("low", "low"), raised("high", "high"))
    first = bench.next()
    assert first is not None
    assert first.alarm == "high"


def test_no_minute_sees_more_than_the_limit() -> None:
    bench = Bench(per_min=5)
    times: list[int] = []
    for number in range(400):
        bench.put(raised(f"a/{number}"))
        if bench.send() is not None:
            times.append(bench.now_ns)
        bench.wait(0.5)
    for begin_ns in times:
        assert sum(begin_ns <= each < begin_ns + 60 * NS_PER_S for each in times) <= 5


def test_own_limit_is_told_as_limited() -> None:
    bench = Bench(per_min=1)
    bench.put(raised("a"))
    bench.send()
    bench.put(raised("b"))
    assert bench.status[0] == "limited"


def test_a_failure_is_tried_again_with_longer_pauses() -> None:
    bench = Bench()
    bench.put(raised())
    pauses_s = []
    for _ in range(4):
        assert bench.next(LATER) is not None
        pauses_s.append(bench.box.wait_s(bench.now_ns))
    assert pauses_s == [2, 4, 8, 16]
    assert bench.status[0] == "failing"
    assert bench.box.status(bench.now_ns).reason == "it answered 503"
    assert bench.next() is not None
    assert bench.status == ("ok", 1, 0, 0)


def test_the_far_end_says_how_long_to_wait() -> None:
    bench = Bench()
    bench.put(raised())
    limit = Delivery(False, "too many", again=True, limited=True, after_s=37.0)
    bench.send(limit)
    assert bench.box.wait_s(bench.now_ns) == 37
    assert bench.status[0] == "limited"


def test_a_limit_without_end_is_a_failure_when_messages_are_given_up() -> None:
    bench = Bench()
    bench.put(raised())
    bench.send(Delivery(False, "too many", again=True, limited=True, after_s=10_000))
    bench.wait(GIVE_UP_S)
    assert bench.status == ("failing", 0, 1, 0)


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    bench = Bench()
    bench.put(raised())
    bench.send(NEVER)
    assert bench.status == ("failing", 0, 1, 0)
    bench.put(raised("next"))
    bench.next(LATER)
    assert bench.status[0] == "failing"
    bench.next()
    assert bench.status == ("ok", 1, 1, 0)


def test_without_room_the_least_important_goes_and_is_told_as_a_number() -> None:
    bench = Bench(room=3)
    low = [raised(f"low/{number}", "low") for number in range(3)]
    bench.put(*low, raised("high"))
    assert bench.status[0] == "failing"
    assert bench.box.status(bench.now_ns).dropped == 1
    message = bench.send()
    assert message is not None
    assert {each.alarm for each in message.joined} == {"low/1", "low/2", "high"}
    assert "and 1 more" in message.lines[-1]
    assert bench.status[0] == "ok"


def test_news_of_what_is_on_its_way_replaces_it_when_it_comes_back() -> None:
    bench = Bench()
    alarm = raised()
    bench.put(alarm)
    assert bench.box.take(bench.now_ns, UTC_NS) is not None
    bench.put(ended(alarm))
    bench.box.settle(LATER, bench.now_ns)
    sent = bench.next()
    assert sent is not None
    assert sent.kind == "ended"
    assert bench.status == ("ok", 1, 0, 0)


def test_a_test_message_proves_the_way_again() -> None:
    bench = Bench()
    bench.put(raised())
    bench.send(NEVER)
    bench.box.proven(OK, bench.now_ns)
    assert bench.status[0] == "ok"
