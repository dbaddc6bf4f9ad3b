"""Who is told of an alarm away from the screen? Announcements to channels, and their heartbeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from livedesk.alarms.channels.message import RANK, Message, Voice
from livedesk.alarms.channels.sender import Sender
from livedesk.core.channel_settings import ChannelSettings
from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.engine_status import ChannelStatus
from livedesk.core.status import StoreStatus
from livedesk.engine.alarming.announce import Announcement

FAILING: Final = "channel.failing"
"""The alarm of a channel is `channel.failing/<name>`."""

_ON_AIR: Final = ("live", "interrupted")


class ChannelTelling:
    """A `Telling`. Each channel hears of what it wants, and nothing of its own failure."""

    def __init__(self, voice: Voice, clock: Clock) -> None:
        self._senders: tuple[Sender, ...] = ()
        self._unusable: tuple[ChannelStatus, ...] = ()
        self._voice = voice
        self._clock = clock
        self._started_utc_ns = clock.utc_ns()
        self._taken_up: set[str] = set()
        """Stores that were on air since the engine started."""
        self._beaten_ns: dict[Sender, int] = {}
        """When its last heartbeat was sent, in the show that is on."""

    def use(self, senders: Sequence[Sender], unusable: tuple[ChannelStatus, ...] = ()) -> None:
        """From now on tell these. `unusable`: channels that are set up and have no sender."""
        self._senders, self._unusable = tuple(senders), unusable
        self._beaten_ns = {who: at for who, at in self._beaten_ns.items() if who in self._senders}

    def announce(self, what: Announcement) -> None:
        message = self._message(what)
        if message is None:
            return
        for sender in self._senders:
            if _wants(sender.settings, message):
                sender.put(message)

    def _message(self, what: Announcement) -> Message | None:
        voice, utc_ns = self._voice, self._clock.utc_ns()
        if what.alarm is not None:
            return voice.raised(what.store, what.name, what.alarm, utc_ns)
        if what.ended is not None:
            return voice.ended(what.store, what.name, what.ended, utc_ns)
        return voice.quiet(what.store, what.name, what.quiet, utc_ns) if what.quiet else None

    def beat(self, stores: Callable[[], Iterable[StoreStatus]]) -> None:
        """Once a second: what an earlier engine may have left untold, and a heartbeat where one is
        due, at once when a show begins."""
        if not self._senders:
            return
        statuses = tuple(stores())
        for status in statuses:
            if status.state in _ON_AIR and status.store not in self._taken_up:
                self._taken_up.add(status.store)
                self._tell_standing(status)
        for sender in self._senders:
            if sender.settings.heartbeat_min <= 0:
                continue
            settings = sender.settings
            wanted = settings.stores
            of_it = [each for each in statuses if not wanted or each.store in wanted]
            on_air = [each.name for each in of_it if each.state in _ON_AIR]
            if not on_air:
                self._beaten_ns.pop(sender, None)
            elif self._is_due(sender):
                self._beaten_ns[sender] = self._clock.mono_ns()
                alarms = sum(len(each.alarms) for each in of_it)
                sender.put(self._voice.heartbeat(on_air, alarms, self._clock.utc_ns()))

    def _tell_standing(self, status: StoreStatus) -> None:
        """An engine that dies takes along what waits to be sent; what stands is on record."""
        for sender in self._senders:
            least = RANK[sender.settings.priority]
            standing = [
                alarm
                for alarm in status.alarms
                if alarm.since_utc_ns < self._started_utc_ns
                and alarm.acknowledged_by is None
                and alarm.shelved_by is None
                and RANK[alarm.priority] >= least
            ]
            if standing:
                store, name, utc_ns = status.store, status.name, self._clock.utc_ns()
                message = self._voice.standing(store, name, standing, utc_ns)
                if _wants(sender.settings, message):
                    sender.put(message)

    def _is_due(self, sender: Sender) -> bool:
        last_ns = self._beaten_ns.get(sender)
        if last_ns is None:
            return True
        every_ns = sender.settings.heartbeat_min * 60 * NS_PER_S
        return self._clock.mono_ns() - last_ns >= every_ns

    def statuses(self) -> tuple[ChannelStatus, ...]:
        return (*(sender.status() for sender in self._senders), *self._unusable)

    def test_message(self, channel: str, by: str) -> Message:
        return self._voice.test(channel, by, self._clock.utc_ns())


def _wants(channel: ChannelSettings, message: Message) -> bool:
    if message.alarm == f"{FAILING}/{channel.name}":
        return False
    if message.store and channel.stores and message.store not in channel.stores:
        return False
    if message.kind == "ended" and not channel.resolved:
        return False
    return RANK[message.priority] >= RANK[channel.priority]
