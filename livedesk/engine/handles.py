"""What does a store ask of the parts that serve it? Tests put their own in their place."""

from __future__ import annotations

from typing import Protocol

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.status import PartStatus, ReturnStatus
from livedesk.engine.entries import Reply


class RelayHandle(Protocol):
    """The store's relay, as the store sees it."""

    @property
    def replaying(self) -> bool: ...

    def part(self) -> PartStatus: ...

    async def run(self) -> None: ...

    async def end_relay(self) -> bool: ...

    async def command(self, name: str, fields: dict[str, Json]) -> Reply:
        """Raises RelaySilentError (`orders`)."""
        ...


class ProbeHandle(Protocol):
    """The store's probe: plays the tap while there is a feed."""

    def part(self) -> PartStatus: ...

    def play(self, tap_url: Secret | None) -> None:
        """Which tap to play from now on; None to rest."""
        ...

    async def close(self) -> None: ...


class ReturnHandle(Protocol):
    """The store's return check: sees what the platform gives out."""

    def watch(self, is_carried: bool) -> None:
        """Whether the platform is being given anything now; it looks only then."""
        ...

    def status(self) -> ReturnStatus: ...

    async def close(self) -> None: ...
