"""Which channels has the engine, and what became of a change? The model of the tab of channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from livedesk.core.channel_settings import ChannelEntry
from livedesk.desk.alarm_client import AlarmClient, ChannelTest
from livedesk.desk.channel_draft import ChannelDraft, body_of
from livedesk.desk.errors import DeskError
from livedesk.desk.listed import Known, ListDesk, Spawn
from livedesk.desk.words import tr


@dataclass(frozen=True, slots=True)
class ChannelTry:
    """A test of a channel. `result` is None while it is under way."""

    result: ChannelTest | None = None


@dataclass(frozen=True, slots=True)
class KnownChannels(Known):
    """What is known of them. None: not told yet."""

    entries: tuple[ChannelEntry, ...] | None = None
    problem: str = ""
    """What is wrong with the engine's file of them."""
    tried: ChannelTry | None = None
    """Of what is typed and not kept."""

    def entry(self, name: str) -> ChannelEntry | None:
        return next((each for each in self.entries or () if each.name == name), None)


class ChannelDesk(ListDesk[AlarmClient, KnownChannels]):
    """The channels of the engine that the desk is attached to."""

    def __init__(
        self, client: Callable[[], AlarmClient], spawn: Spawn, me: Callable[[], str]
    ) -> None:
        """`client` raises NotSentError while no engine is attached."""
        super().__init__(client, spawn, KnownChannels())
        self._me = me

    async def _read(self, client: AlarmClient) -> KnownChannels:
        listed = await client.channels()
        return replace(self._known, entries=listed.channels, problem=listed.problem)

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
                result = ChannelTest(False, error.words)
            finally:
                self._known = replace(self._known, tried=ChannelTry(result))

        self._spawn("channel try", work())

    def forget_tried(self) -> None:
        """What is typed is another now, or was given up."""
        self._known = replace(self._known, tried=None, trouble="")
