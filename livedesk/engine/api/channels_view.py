"""What does the API need of the channels? Seen from here, so that tests can stand in for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from livedesk.alarms.channels.delivery import Delivery
from livedesk.core.channel_settings import ChannelEntry


class ChannelsView(Protocol):
    """`engine/alarming/channels.py` says what is raised."""

    @property
    def problem(self) -> str:
        """What is wrong with their file, for people; empty when nothing is."""
        ...

    def list(self) -> tuple[ChannelEntry, ...]: ...

    async def put(self, name: str, told: Mapping[str, object]) -> ChannelEntry: ...

    async def remove(self, name: str) -> None: ...

    async def test(
        self, name: str, by: str, told: Mapping[str, object] | None = None
    ) -> Delivery: ...
