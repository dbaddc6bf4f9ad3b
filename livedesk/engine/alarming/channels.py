"""Which ways to people are there, and how are they added, changed and removed while it runs?

Those of the settings file are changed by that file only. The others are in `channels.json`.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.alarms.channels.delivery import Courier, Delivery
from livedesk.alarms.channels.sender import Sender
from livedesk.core.channel_settings import ChannelEntry, ChannelSettings, entry_of
from livedesk.core.clock import Clock
from livedesk.core.config_channels import NAME, check_channels, read_channel
from livedesk.core.config_secret import Origin
from livedesk.core.config_table import Remarks, Table
from livedesk.core.engine_status import ChannelStatus
from livedesk.core.secrets import Safe, SecretResolver
from livedesk.core.tasks import Tasks
from livedesk.engine.alarming.channel_secrets import (
    SERVICE,
    JsonTable,
    Parted,
    SecretFault,
    kept_in_keyring,
    parted,
)
from livedesk.engine.alarming.channels_file import ChannelsFile, Tables
from livedesk.engine.alarming.telling import ChannelTelling

log = logging.getLogger(__name__)

MOST_CHANNELS: Final = 20


class ChannelError(Exception):
    """A change that is refused. `code` is for programs, `action` says what helps."""

    def __init__(self, code: str, text: str, action: str) -> None:
        super().__init__(text)
        self.code = code
        self.action = action


@dataclass(frozen=True, slots=True)
class _Running:
    sender: Sender
    task: asyncio.Task[None]


class Channels:
    """The channels of one engine. `open` them before anything is to be told."""

    def __init__(
        self,
        named: Sequence[ChannelSettings],
        stores: Sequence[str],
        file: ChannelsFile,
        safe: Safe,
        telling: ChannelTelling,
        clock: Clock,
        make_courier: Callable[[ChannelSettings], Courier],
    ) -> None:
        """`named`: those of the settings file. `stores`: ids that a channel may name."""
        self._named = {channel.name: channel for channel in named}
        self._stores = tuple(stores)
        self._file = file
        self._safe = safe
        self._telling = telling
        self._clock = clock
        self._make_courier = make_courier
        self._tables: Tables = {}
        self._unusable: dict[str, ChannelEntry] = {}
        self._running: dict[str, _Running] = {}
        self._tasks = Tasks()
        self._changing = asyncio.Lock()
        self.problem = ""
        """What is wrong with the file, for people; empty when nothing is."""

    async def open(self) -> None:
        self._tables, self.problem = await asyncio.to_thread(self._file.read)
        if self.problem:
            log.warning("%s", self.problem)
        for channel in self._named.values():
            self._start(channel)
        for name in self._tables:
            if name in self._named:
                log.warning("channel %s is also in the settings, which count", name)
            else:
                await self._open(name)
        self._tell_telling()

    def list(self) -> tuple[ChannelEntry, ...]:
        """Those of the settings file first, without anything secret."""
        return tuple(
            self._unusable.get(name)
            or entry_of(self._running[name].sender.settings, from_settings=name in self._named)
            for name in (*self._named, *(each for each in self._tables if each not in self._named))
        )

    async def put(self, name: str, told: JsonTable) -> ChannelEntry:
        """Add it, or change it to what is told. Raises ChannelError."""
        async with self._changing:
            self._check_name(name)
            before = kept_in_keyring(self._tables.get(name, {}))
            both, channel = await self._read(name, told)
            after = kept_in_keyring(both.table)
            await self._keep_secrets(both)
            try:
                await self._write({**self._tables, name: both.table})
            except ChannelError:
                await self._forget(after - before)
                raise
            await self._replace(name, channel)
            await self._forget(before - after)
            return entry_of(channel)

    async def remove(self, name: str) -> None:
        """Raises ChannelError."""
        async with self._changing:
            self._check_name(name)
            if name not in self._tables:
                raise _unknown()
            before = self._tables[name]
            await self._write({key: each for key, each in self._tables.items() if key != name})
            await self._replace(name, None)
            await self._forget(kept_in_keyring(before))

    async def test(self, name: str, by: str, told: JsonTable | None = None) -> Delivery:
        """What became of a message that is sent now, whatever waits; with `told` by a channel that
        is not kept. Raises ChannelError."""
        if told is not None:
            _, channel = await self._read(name, told)
            return await self._try(channel, by)
        if name in self._unusable:
            # What its secrets refer to may be there by now.
            async with self._changing:
                await self._open(name)
                self._tell_telling()
        if (unusable := self._unusable.get(name)) is not None:
            return Delivery(False, unusable.problem)
        running = self._running.get(name)
        if running is None:
            raise _unknown()
        return await running.sender.test(self._telling.test_message(name, by))

    async def close(self) -> None:
        """Gives what waits a moment to get out."""
        await asyncio.gather(*(each.sender.close() for each in self._running.values()))
        await self._tasks.close()

    async def _try(self, channel: ChannelSettings, by: str) -> Delivery:
        courier = self._make_courier(channel)
        try:
            message = self._telling.test_message(channel.name, by)
            return await Sender(channel, courier, self._clock).test(message)
        finally:
            await courier.close()

    async def _read(self, name: str, told: JsonTable) -> tuple[Parted, ChannelSettings]:
        try:
            both = parted(name, told, self._tables.get(name), secrets.token_hex(4))
        except SecretFault as error:
            raise _wrong(str(error)) from None
        resolve = both.resolver(self._safe.resolve)
        channel, fault = await asyncio.to_thread(self._settings, name, both.table, resolve)
        if fault:
            raise _wrong(fault)
        return both, channel

    def _settings(
        self, name: str, table: JsonTable, resolve: SecretResolver
    ) -> tuple[ChannelSettings, str]:
        """What a table says, read as one of the settings file is, and what is wrong with it."""
        remarks = Remarks("", {})
        origin = Origin(self._file.path, resolve)
        channel = read_channel(Table(remarks, (), {**table, "name": name}), origin)
        check_channels((channel,), self._stores, remarks)
        return channel, "; ".join(
            f"{problem.key.removeprefix('channel[0].')}: {problem.text}"
            for problem in remarks.problems
        )

    async def _open(self, name: str) -> None:
        """One of the file. A secret that cannot be had now keeps no engine from starting."""
        self._unusable.pop(name, None)
        table, resolve = self._tables[name], self._safe.resolve
        channel, fault = await asyncio.to_thread(self._settings, name, table, resolve)
        if fault:
            log.warning("channel %s cannot be used: %s", name, fault)
            self._unusable[name] = entry_of(channel, problem=fault)
        else:
            self._start(channel)

    def _check_name(self, name: str) -> None:
        if name in self._named:
            raise ChannelError(
                "in_settings",
                f"The channel {name} stands in the settings file.",
                "Change [[channel]] there and restart the engine.",
            )
        if not re.fullmatch(NAME, name):
            raise _wrong('name: expected small letters, digits, "-" and "_", such as "ops-slack"')
        known = len({*self._named, *self._tables})
        if name not in self._tables and known >= MOST_CHANNELS:
            raise ChannelError(
                "too_many_channels",
                f"There are {MOST_CHANNELS} channels already, which is the most.",
                "Remove one that nobody reads.",
            )

    async def _keep_secrets(self, both: Parted) -> None:
        kept: set[str] = set()
        for reference, secret in both.given.items():
            service, _, user = reference.removeprefix("keyring:").partition("/")
            if await asyncio.to_thread(self._safe.keep, service, user, secret):
                kept.add(user)
            else:
                await self._forget(kept)
                raise ChannelError(
                    "no_keyring",
                    "The engine's machine has no keyring that takes the secret.",
                    "Set a variable such as LIVEDESK_CHANNEL_OPS where the engine starts, and give "
                    "env:LIVEDESK_CHANNEL_OPS in place of the secret.",
                )

    async def _write(self, tables: Tables) -> None:
        try:
            await asyncio.to_thread(self._file.write, tables)
        except OSError as error:
            raise ChannelError(
                "not_kept",
                f"The change could not be written down: {error.strerror or error}.",
                "Free space in the engine's data folder, and send it again.",
            ) from error
        self._tables = tables

    async def _forget(self, users: Collection[str]) -> None:
        for user in users:
            await asyncio.to_thread(self._safe.forget, SERVICE, user)

    async def _replace(self, name: str, instead: ChannelSettings | None) -> None:
        """What still waits goes out by what comes `instead`."""
        self._unusable.pop(name, None)
        before = self._running.pop(name, None)
        if instead is not None:
            self._start(instead)
        self._tell_telling()
        if before is None:
            return
        before.task.cancel()
        await asyncio.wait((before.task,))
        left = await before.sender.leave()
        for message in left if instead is not None else ():
            self._running[name].sender.put(message)

    def _start(self, channel: ChannelSettings) -> None:
        sender = Sender(channel, self._make_courier(channel), self._clock)
        task = self._tasks.spawn(f"channel {channel.name}", sender.run())
        self._running[channel.name] = _Running(sender, task)

    def _tell_telling(self) -> None:
        failing = (
            ChannelStatus(each.name, each.kind, "failing", reason=each.problem)
            for each in self._unusable.values()
        )
        self._telling.use([each.sender for each in self._running.values()], tuple(failing))


def _unknown() -> ChannelError:
    return ChannelError(
        "unknown_channel", "This engine has no such channel.", "See GET /v1/engine."
    )


def _wrong(what: str) -> ChannelError:
    return ChannelError("wrong_value", f"{what[:1].upper()}{what[1:]}.", "Correct it.")
