"""Does a channel's task keep going, whatever its courier does, and let the last words out?"""

from __future__ import annotations

import asyncio

import pytest

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.message import Message
from livedesk.alarms.channels.sender import Sender
from livedesk.core.channel_settings import ChannelSettings, SlackChannel
from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from tests.alarms.channels.conftest import raised
from tests.waiting import until

CANARY = "canary-4f1d9a77"
SETTINGS = ChannelSettings("ops", SlackChannel(Secret(f"https://hooks.example/{CANARY}")))


class Scripted:
    """A courier that does what it is told, in turn."""

    def __init__(self, *deliveries: Delivery | Exception) -> None:
        self._deliveries = list(deliveries)
        self.closed = False

    async def deliver(self, _message: Message, _utc_ns: int) -> Delivery:
        delivery = self._deliveries.pop(0)
        if isinstance(delivery, Exception):
            raise delivery
        return delivery

    async def close(self) -> None:
        self.closed = True


def test_the_last_words_still_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("livedesk.alarms.channels.queue._GAP_S", 0.01)

    async def story() -> None:
        courier = Scripted(Delivery(False, "busy", again=True, after_s=0.0), Delivery(True))
        sender, tasks = Sender(SETTINGS, courier, SystemClock()), Tasks()
        tasks.spawn("channel", sender.run())
        sender.put(raised())
        await sender.close()
        await tasks.close()
        assert courier.closed
        assert (sender.status().sent, sender.status().waiting) == (1, 0)

    asyncio.run(story())


def test_no_fault_ends_a_channel(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        sender, tasks = Sender(SETTINGS, Scripted(AttributeError(CANARY)), SystemClock()), Tasks()
        running = tasks.spawn("channel", sender.run())
        sender.put(raised())
        await until(lambda: sender.status().reason, "the fault")
        assert not running.done()
        await tasks.close()

    asyncio.run(story())
    assert CANARY not in caplog.text


def test_a_fault_of_ours_is_counted_and_not_quoted(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        courier = Scripted(ValueError(f"bad address {CANARY}"), Delivery(False, "gone"))
        sender, tasks = Sender(SETTINGS, courier, SystemClock()), Tasks()
        tasks.spawn("channel", sender.run())
        sender.put(raised())
        await until(lambda: sender.status().reason, "the fault")
        assert not (await sender.test(raised("test"))).ok
        assert sender.status().state == "failing"
        await sender.close()
        await tasks.close()

    asyncio.run(story())
    assert "ValueError" in caplog.text
    assert CANARY not in caplog.text
