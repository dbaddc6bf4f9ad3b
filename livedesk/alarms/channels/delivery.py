"""What is sent, and what became of it? The values between the channels and their edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from livedesk.alarms.channels.message import Message
from livedesk.core.secrets import Secret


@dataclass(frozen=True, slots=True)
class HttpPost:
    """One POST. Address and headers may hold what lets anybody write to the channel."""

    url: Secret
    body: bytes = field(repr=False)
    headers: tuple[tuple[str, Secret], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """`reason`: in words, without an address or a token. `after_s`: the far end asked for it."""

    ok: bool
    reason: str = ""
    again: bool = False
    """Whether another try may succeed."""
    limited: bool = False
    """It works, and takes no more for now."""
    after_s: float | None = None


class Courier(Protocol):
    """The edge of one channel."""

    async def deliver(self, message: Message, utc_ns: int) -> Delivery:
        """Never raises but when it is cancelled, and ends within half a minute."""
        ...

    async def close(self) -> None: ...
