"""What is a call of the shop, and what its answer, whichever protocol it is in?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from livedesk.core.events import Json

Kind = Literal["pin", "read", "products", "token", "comments", "act"]
"""What a call is for; faults may be limited to some. An unpin counts as a pin; `comments` are read,
and `act` is what is done about them."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Their names in lower case."""
    body: bytes = field(default=b"", repr=False)

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; anything else is an empty one, as if nothing was sent."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    body: Mapping[str, Json] = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Speech(Protocol):
    """One protocol of the shop: pure but for what it does in the room."""

    def kind(self, call: Call) -> Kind | None:
        """None: no call of this protocol."""
        ...

    def answer(self, call: Call) -> Reply: ...

    def busy(self, retry_after_s: int) -> Reply:
        """Too many calls in this minute."""
        ...

    def failed(self, status: int) -> Reply:
        """The shop itself has failed, with this HTTP status; 200 where that is inside."""
        ...
