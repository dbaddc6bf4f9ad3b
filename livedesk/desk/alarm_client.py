"""Which calls of the engine's API does the console use for alarms, runbook and channels?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

import msgspec

from livedesk.core.channel_settings import ChannelEntry
from livedesk.core.events import Json
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm
from livedesk.desk import wire
from livedesk.desk.alarm_orders import AlarmOrder
from livedesk.desk.pin_client import Door, store_path


class AlarmDoor(Door, Protocol):
    async def put(self, path: str, body: dict[str, Json]) -> bytes: ...

    async def post_patiently(self, path: str, body: dict[str, Json]) -> bytes:
        """For what the engine itself has to wait for."""
        ...


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """The alarms of a store's session, or of the engine; the newest ended first."""

    active: tuple[AlarmStatus, ...] = ()
    ended: tuple[EndedAlarm, ...] = ()
    flood: AlarmFlood | None = None


@dataclass(frozen=True, slots=True)
class RunbookKind:
    """What the agency does about one kind of alarm."""

    kind: str
    title: str
    steps: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    """The steps that livedesk comes with."""

    @property
    def is_own(self) -> bool:
        return self.steps != self.default


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """What became of a message that was sent as a test."""

    ok: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChannelList:
    """`problem`: what is wrong with the engine's file of them; empty if nothing is."""

    channels: tuple[ChannelEntry, ...]
    problem: str = ""


class _Runbook(msgspec.Struct):
    kinds: tuple[RunbookKind, ...]


class AlarmClient:
    """The calls that have to do with alarms (docs/architecture.md, "API"). All raise DeskError."""

    def __init__(self, door: AlarmDoor) -> None:
        self._door = door

    async def alarms(self, store: str) -> AlarmPage:
        path = f"{_root(store)}/alarms"
        return wire.read_as(await self._door.get_bytes(path), AlarmPage, self._door.where + path)

    async def give(self, order: AlarmOrder, by: str) -> AlarmStatus | EndedAlarm:
        """Carry out an order; the same one again changes nothing more."""
        # The "/" of an id is part of the path; everything else is written as it has to be.
        path = f"{_root(order.store)}/alarms/{quote(order.alarm_id, safe='/')}/{order.act}"
        body: dict[str, Json] = {"by": by}
        if order.act == "shelve":
            body |= {"minutes": order.minutes, "why": order.why}
        answer = await self._door.post(path, body)
        return _read_alarm(answer, self._door.where + path)

    async def runbook(self) -> tuple[RunbookKind, ...]:
        path = "/v1/runbook"
        body = await self._door.get_bytes(path)
        return wire.read_as(body, _Runbook, self._door.where + path).kinds

    async def set_steps(self, kind: str, steps: tuple[str, ...] | None) -> None:
        """The agency's own steps; None for the ones that livedesk comes with."""
        told: list[Json] | None = None if steps is None else list(steps)
        await self._door.put(f"/v1/runbook/{quote(kind, safe='')}", {"steps": told})

    async def channels(self) -> ChannelList:
        path = "/v1/channels"
        return wire.read_as(await self._door.get_bytes(path), ChannelList, self._door.where + path)

    async def put_channel(self, name: str, told: dict[str, Json], by: str) -> None:
        await self._door.put(_channel(name), {**told, "by": by})

    async def remove_channel(self, name: str, by: str) -> None:
        await self._door.delete(_channel(name), {"by": by})

    async def test_channel(
        self, name: str, by: str, told: dict[str, Json] | None = None
    ) -> ChannelTest:
        """`told`: as it is to be; without it the channel as it is."""
        path = f"{_channel(name)}/test"
        body: dict[str, Json] = {"by": by} if told is None else {"by": by, "channel": told}
        answer = await self._door.post_patiently(path, body)
        return wire.read_as(answer, ChannelTest, self._door.where + path)


def _channel(name: str) -> str:
    return f"/v1/channels/{quote(name, safe='')}"


def _root(store: str) -> str:
    """Those of the engine itself are of no store."""
    return store_path(store) if store else "/v1"


def _read_alarm(body: bytes, where: str) -> AlarmStatus | EndedAlarm:
    """One that is over has an end."""
    if "until_utc_ns" in wire.read_object(body, where):
        return wire.read_as(body, EndedAlarm, where)
    return wire.read_as(body, AlarmStatus, where)
