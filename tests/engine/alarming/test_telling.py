"""Does each channel hear of what it wants, and of a show that goes well?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.message import Message, Voice
from livedesk.alarms.channels.sender import Sender
from livedesk.core.channel_settings import ChannelSettings, SlackChannel
from livedesk.core.clock import ManualClock
from livedesk.core.secrets import Secret
from livedesk.core.status import AlarmStatus, EndedAlarm, Priority, StoreStatus
from livedesk.engine.alarming.announce import Announcement
from livedesk.engine.alarming.telling import ChannelTelling


class Nobody:
    """A courier that is never asked."""

    async def deliver(self, _message: Message, _utc_ns: int) -> Delivery:
        raise AssertionError("nothing is sent here")

    async def close(self) -> None: ...


class Noted(Sender):
    """Keeps what it is given to send."""

    def __init__(self, settings: ChannelSettings, clock: ManualClock) -> None:
        super().__init__(settings, Nobody(), clock)
        self.kinds: list[str] = []
        self.messages: list[Message] = []

    def put(self, message: Message) -> None:
        self.messages.append(message)
        self.kinds.append(message.kind)


class Bench:
    def __init__(self, **more: Any) -> None:
        self.clock = ManualClock()
        way = SlackChannel(Secret("https://hooks.example/x"))
        self.sender = Noted(ChannelSettings("ops", way, **more), self.clock)
        self.telling = ChannelTelling(Voice(), self.clock)
        self.telling.use((self.sender,))

    def begin(self, alarm: str = "a", priority: Priority = "high", store: str = "glow") -> None:
        status = AlarmStatus(alarm, priority, "cause", "action", 1)
        self.telling.announce(Announcement(store, store.title(), status))

    def end(self) -> None:
        self.telling.announce(Announcement("glow", "Glow", ended=EndedAlarm("a", "high", "", 1, 2)))

    @property
    def told(self) -> list[str]:
        return self.sender.kinds


def test_a_channel_hears_of_its_priorities() -> None:
    bench = Bench(priority="medium")
    for priority in ("low", "medium", "high"):
        bench.begin(priority=priority)
    assert bench.told == ["raised", "raised"]


def test_a_channel_hears_of_its_stores_and_of_the_engine() -> None:
    bench = Bench(stores=("glow",))
    bench.begin(store="calm")
    assert bench.told == []
    bench.begin()
    bench.begin("disk.low", store="")
    assert bench.told == ["raised", "raised"]


def test_a_channel_without_ends_hears_of_none() -> None:
    bench = Bench(resolved=False)
    bench.begin()
    bench.end()
    assert bench.told == ["raised"]


def test_a_channel_is_not_told_of_its_own_failure() -> None:
    bench = Bench()
    bench.begin("channel.failing/ops", store="")
    bench.begin("channel.failing/mail", store="")
    assert bench.told == ["raised"]


def test_a_floods_sum_is_told_where_its_alarms_would_be() -> None:
    for priority, told in (("medium", ["quiet"]), ("high", [])):
        bench = Bench(priority=priority)
        bench.telling.announce(Announcement("glow", "Glow", quiet=7))
        assert bench.told == told


def test_a_heartbeat_comes_with_the_show_and_ends_with_it() -> None:
    bench = Bench(heartbeat_min=10)
    waiting = StoreStatus("glow", "Glow", 1)
    live = replace(waiting, state="live")

    def pass_minutes(minutes: int, status: StoreStatus) -> int:
        before = len(bench.told)
        for _ in range(minutes):
            bench.telling.beat(lambda: (status,))
            bench.clock.advance(60)
        return len(bench.told) - before

    assert pass_minutes(30, waiting) == 0
    assert pass_minutes(31, live) == 4
    assert pass_minutes(1, waiting) == 0
    assert pass_minutes(1, live) == 1
    assert set(bench.told) == {"heartbeat"}


def test_what_stood_before_a_restart_and_nobody_saw_is_told_once() -> None:
    bench = Bench(priority="medium")
    before, now = bench.clock.utc_ns() - 1, bench.clock.utc_ns() + 1
    alarms = (
        AlarmStatus("a", "high", "Old.", "", before),
        AlarmStatus("b", "high", "Seen.", "", before, acknowledged_by="Mai"),
        AlarmStatus("c", "low", "Small.", "", before),
        AlarmStatus("d", "high", "New, and announced by itself.", "", now),
    )
    live = StoreStatus("glow", "Glow", 1, state="live", alarms=alarms)
    for _ in range(3):
        bench.telling.beat(lambda: (live,))
    assert bench.told == ["standing"]
    [message] = bench.sender.messages
    assert message.title == "Glow: livedesk was restarted; 1 alarm not seen to"
    assert "Old." in message.text
    assert "New" not in message.text


def test_a_heartbeat_is_of_the_channels_own_stores() -> None:
    bench = Bench(heartbeat_min=10, stores=("calm",))
    bench.telling.beat(lambda: (StoreStatus("glow", "Glow", 1, state="live"),))
    assert bench.told == []
