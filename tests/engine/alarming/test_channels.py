"""Are channels set up while it runs, and do their secrets stay where they belong?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.message import Message, Voice
from livedesk.core.channel_settings import ChannelSettings, SlackChannel
from livedesk.core.clock import SystemClock
from livedesk.core.secrets import Secret, SecretUnavailable
from livedesk.core.status import AlarmStatus
from livedesk.engine.alarming.announce import Announcement
from livedesk.engine.alarming.channel_secrets import SERVICE
from livedesk.engine.alarming.channels import ChannelError, Channels
from livedesk.engine.alarming.channels_file import ChannelsFile
from livedesk.engine.alarming.telling import ChannelTelling
from tests.waiting import until

CANARY = "canary-4f1d9a77"
URL = f"https://hooks.example/{CANARY}"
SLACK: dict[str, object] = {"kind": "slack", "url": URL, "priority": "high"}
MAIL: dict[str, object] = {
    "kind": "email", "host": "smtp.example", "sender": "desk@agency.example",
    "to": ["ops@agency.example"], "user": "desk", "password": CANARY,
}  # fmt: skip


class Drawer:
    """A `Safe` that a test can look into; `takes` nothing where there is no keyring."""

    def __init__(self) -> None:
        self.kept: dict[str, Secret] = {}
        self.takes = True

    def resolve(self, reference: str) -> Secret:
        try:
            return self.kept[reference]
        except KeyError:
            raise SecretUnavailable(f"{reference} is not there") from None

    def keep(self, service: str, user: str, secret: Secret) -> bool:
        if self.takes:
            self.kept[f"keyring:{service}/{user}"] = secret
        return self.takes

    def forget(self, service: str, user: str) -> None:
        self.kept.pop(f"keyring:{service}/{user}", None)


class Courier:
    """Notes what it carries; a message that is to hang waits for ever."""

    def __init__(self, settings: ChannelSettings, hangs: bool) -> None:
        self.settings, self._hangs = settings, hangs
        self.titles: list[str] = []
        self.closed = False

    async def deliver(self, message: Message, _utc_ns: int) -> Delivery:
        if self._hangs:
            await asyncio.Event().wait()
        self.titles.append(message.title)
        return Delivery(True)

    async def close(self) -> None:
        self.closed = True


class Desk:
    """Channels over a folder, a drawer and couriers."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "channels.json"
        self.drawer = Drawer()
        self.couriers: list[Courier] = []
        self.hangs = False
        self.named = (ChannelSettings("duty", SlackChannel(Secret("https://hooks.example/x"))),)

    def _courier(self, settings: ChannelSettings) -> Courier:
        self.couriers.append(Courier(settings, self.hangs))
        return self.couriers[-1]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Channels]:
        clock = SystemClock()
        self.telling = ChannelTelling(Voice(), clock)
        self.channels = Channels(
            self.named, ["glow"], ChannelsFile(self.file), self.drawer, self.telling, clock,
            self._courier,
        )  # fmt: skip
        await self.channels.open()
        try:
            yield self.channels
        finally:
            self.hangs = False
            await self.channels.close()

    def states(self) -> dict[str, str]:
        return {status.name: status.state for status in self.telling.statuses()}

    def run(self, story: Callable[[Channels], Any]) -> None:
        async def told() -> None:
            async with self.open() as channels:
                await story(channels)

        asyncio.run(told())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def refused(call: Any, code: str) -> str:
    with pytest.raises(ChannelError) as caught:
        await call
    assert caught.value.code == code
    text = f"{caught.value} {caught.value.action}"
    assert CANARY not in text
    return text


def test_a_channel_is_kept_and_its_secret_is_only_in_the_keyring(desk: Desk) -> None:
    async def first(channels: Channels) -> None:
        entry = await channels.put("ops", SLACK)
        assert (entry.kind, entry.priority, entry.secrets) == ("slack", "high", ("url",))
        assert CANARY not in repr((entry, channels.list()))
        assert [each.from_settings for each in channels.list()] == [True, False]

    desk.run(first)
    assert CANARY not in desk.file.read_text()
    assert desk.file.stat().st_mode & 0o777 == 0o600
    assert [secret.reveal() for secret in desk.drawer.kept.values()] == [URL]

    async def second(channels: Channels) -> None:
        assert [each.name for each in channels.list()] == ["duty", "ops"]
        assert isinstance(desk.couriers[-1].settings.way, SlackChannel)
        assert desk.couriers[-1].settings.way.url.reveal() == URL
        await channels.remove("ops")
        assert desk.states() == {"duty": "unproven"}
        await refused(channels.remove("ops"), "unknown_channel")

    desk.run(second)
    assert desk.drawer.kept == {}
    assert json.loads(desk.file.read_text())["channels"] == {}


def test_a_change_keeps_the_secret_and_what_waits(desk: Desk) -> None:
    async def story(channels: Channels) -> None:
        desk.hangs = True
        await channels.put("ops", SLACK)
        hanging = desk.couriers[-1]
        alarm = AlarmStatus("uplink.down", "high", "The uplink is down.", "Look.", 1)
        desk.telling.announce(Announcement("glow", "Glow", alarm))
        desk.hangs = False
        entry = await channels.put("ops", {"kind": "slack", "priority": "low"})
        assert entry.secrets == ("url",)
        way = desk.couriers[-1].settings.way
        assert isinstance(way, SlackChannel)
        assert way.url.reveal() == URL
        await until(lambda: desk.couriers[-1].titles, "the alarm by the channel as it is now")
        assert hanging.closed
        assert hanging.titles == []

    desk.run(story)
    assert len(desk.drawer.kept) == 1


def test_a_secret_does_not_follow_to_another_server(desk: Desk) -> None:
    async def story(channels: Channels) -> None:
        await channels.put("mail", MAIL)
        anew = {key: value for key, value in MAIL.items() if key != "password"}
        assert (await channels.put("mail", {**anew, "to": ["mei@agency.example"]})).to
        moved = {**anew, "host": "smtp.elsewhere.example"}
        assert "another server" in await refused(channels.put("mail", moved), "wrong_value")
        assert "another server" in await refused(channels.test("mail", "Mei", moved), "wrong_value")
        ntfy = {"kind": "ntfy", "url": "https://ntfy.example/t", "token": CANARY}
        await channels.put("night", ntfy)
        other = {"kind": "ntfy", "url": "https://ntfy.elsewhere.example/t"}
        await refused(channels.put("night", other), "wrong_value")
        assert (await channels.put("night", {**other, "token": None})).secrets == ("url",)

    desk.run(story)


def test_references_lead_to_secrets_of_channels_only(desk: Desk) -> None:
    desk.drawer.kept["env:LIVEDESK_CHANNEL_OPS"] = Secret(URL)
    desk.drawer.kept["env:PLATFORM_KEY"] = Secret(URL)

    async def story(channels: Channels) -> None:
        await channels.put("ops", {"kind": "slack", "url": "env:LIVEDESK_CHANNEL_OPS"})
        for text in (
            "env:PLATFORM_KEY", "https://hooks.example/env:PLATFORM_KEY",
            f"keyring:{SERVICE}/given/ops/url-1",
        ):  # fmt: skip
            await refused(channels.put("spy", {"kind": "slack", "url": text}), "wrong_value")
        spy = {"kind": "webhook", "url": URL, "headers": {"X-Key": "Bearer env:PLATFORM_KEY"}}
        await refused(channels.put("spy", spy), "wrong_value")

    desk.run(story)


def test_what_is_wrong_is_named_and_nothing_is_kept(desk: Desk) -> None:
    async def story(channels: Channels) -> None:
        other = {"kind": "slack", "url": f"http://hooks.example/{CANARY}", "prioritty": "low"}
        text = await refused(channels.put("ops", other), "wrong_value")
        assert "https://" in text
        assert "did you mean priority?" in text
        away = await refused(channels.put("ops", {**SLACK, "stores": ["gone"]}), "wrong_value")
        assert "stores" in away
        await refused(channels.put("Ops Slack", SLACK), "wrong_value")
        await refused(channels.put("duty", SLACK), "in_settings")
        desk.drawer.takes = False
        assert "LIVEDESK_CHANNEL_OPS" in await refused(channels.put("ops", SLACK), "no_keyring")

    desk.run(story)
    assert desk.drawer.kept == {}
    assert not desk.file.exists()


def test_a_channel_that_cannot_be_kept_is_not_begun(desk: Desk) -> None:
    async def story(channels: Channels) -> None:
        desk.file.mkdir()
        await refused(channels.put("ops", SLACK), "not_kept")
        assert desk.states() == {"duty": "unproven"}

    desk.run(story)
    assert desk.drawer.kept == {}


def test_a_channel_is_tried_before_it_is_kept(desk: Desk) -> None:
    async def story(channels: Channels) -> None:
        assert (await channels.test("ops", "Mei", SLACK)).ok
        assert desk.couriers[-1].titles == ["Test of the channel ops"]
        assert desk.couriers[-1].closed
        assert [each.name for each in channels.list()] == ["duty"]
        await refused(channels.test("ops", "Mei"), "unknown_channel")

    desk.run(story)
    assert desk.drawer.kept == {}


def test_a_secret_that_is_away_is_a_failing_channel_and_no_engine_that_stays_down(
    desk: Desk,
) -> None:
    async def first(channels: Channels) -> None:
        await channels.put("ops", SLACK)

    desk.run(first)
    away, desk.drawer.kept = desk.drawer.kept, {}

    async def second(channels: Channels) -> None:
        assert desk.states()["ops"] == "failing"
        assert "is not there" in channels.list()[1].problem
        assert not (await channels.test("ops", "Mei")).ok
        desk.drawer.kept = away
        assert (await channels.test("ops", "Mei")).ok
        assert desk.states()["ops"] == "ok"

    desk.run(second)


def test_a_file_that_cannot_be_used_is_set_aside_and_said(desk: Desk) -> None:
    desk.file.write_text('{"version": 1, "channels": {"ops": 3}}')

    async def story(channels: Channels) -> None:
        assert "damaged" in channels.problem
        assert [each.name for each in channels.list()] == ["duty"]
        await channels.put("ops", SLACK)

    desk.run(story)
    assert desk.file.with_suffix(".unusable.json").exists()
