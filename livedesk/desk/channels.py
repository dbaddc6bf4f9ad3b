"""Which channels has the engine, and what became of a change? The model of the tab of channels."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from livedesk.core.channel_settings import ChannelEntry
from livedesk.desk.alarm_client import AlarmClient, ChannelTest
from livedesk.desk.channel_draft import ChannelDraft, body_of
from livedesk.desk.errors import DeskError
from livedesk.desk.words import tr

Work = Callable[[AlarmClient], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class ChannelTry:
    """A test of a channel. `result` is None while it is under way."""

    result: ChannelTest | None = None


@dataclass(frozen=True, slots=True)
class KnownChannels:
    """What is known of them. None: not told yet."""

    entries: tuple[ChannelEntry, ...] | None = None
    problem: str = ""
    """What is wrong with the engine's file of them."""
    busy: bool = False
    trouble: str = ""
    """Why the newest change did not come about."""
    tried: ChannelTry | None = None
    """Of what is typed and not kept."""

    def entry(self, name: str) -> ChannelEntry | None:
        return next((each for each in self.entries or () if each.name == name), None)


class ChannelDesk:
    """The channels of the engine that the desk is attached to."""

    def __init__(
        self,
        client: Callable[[], AlarmClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        me: Callable[[], str],
    ) -> None:
        """`client` raises NotSentError while no engine is attached."""
        self._client, self._spawn, self._me = client, spawn, me
        self._known = KnownChannels()

    def known(self) -> KnownChannels:
        return self._known

    def attached(self) -> None:
        """Another engine has other channels."""
        self._known = KnownChannels()

    def ask(self) -> None:
        async def nothing_more(_client: AlarmClient) -> None:
            """The list is read after every call."""

        self._do("channels", nothing_more)

    def keep(self, draft: ChannelDraft) -> None:
        """Add it, or change it to this."""
        body = body_of(draft, self._known.entry(draft.name))

        async def keep(client: AlarmClient) -> None:
            await client.put_channel(draft.name, body, self._me())

        self._do("channel", keep)

    def remove(self, name: str) -> None:
        async def remove(client: AlarmClient) -> None:
            await client.remove_channel(name, self._me())

        self._do("remove channel", remove)

    def try_out(self, draft: ChannelDraft) -> None:
        """Send a message by it, without keeping it."""
        if self._known.tried == ChannelTry():
            return
        self._known = replace(self._known, tried=ChannelTry())
        body = body_of(draft, self._known.entry(draft.name))

        async def work() -> None:
            result = ChannelTest(False, tr("The engine went away before it answered."))
            try:
                result = await self._client().test_channel(draft.name, self._me(), body)
            except DeskError as error:
                result = ChannelTest(False, f"{error.what} {error.action}".strip())
            finally:
                self._known = replace(self._known, tried=ChannelTry(result))

        self._spawn("channel try", work())

    def forget_tried(self) -> None:
        """What is typed is another now, or was given up."""
        self._known = replace(self._known, tried=None, trouble="")

    def _do(self, name: str, work: Work) -> None:
        self._known = replace(self._known, busy=True)
        self._spawn(name, self._work(work))

    async def _work(self, work: Work) -> None:
        trouble = ""
        try:
            client = self._client()
            try:
                await work(client)
            except DeskError as error:
                trouble = f"{error.what} {error.action}".strip()
            listed = await client.channels()
            self._known = replace(self._known, entries=listed.channels, problem=listed.problem)
        except DeskError as error:
            trouble = trouble or f"{error.what} {error.action}".strip()
        finally:
            self._known = replace(self._known, busy=False, trouble=trouble)
