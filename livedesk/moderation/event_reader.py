"""What does the rule service's event stream say? Read from bytes, in whatever pieces they come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from livedesk.core.moderation import ComplianceWarning, Item
from livedesk.moderation.service_answers import ServiceAwayError, read

EVENT_LIMIT: Final = 4 * 1024 * 1024
"""Bytes."""

EventKind = Literal["open", "item", "rules", "warning", "reset", "alive", "unread", "other"]
"""`open`: the stream is there, and all that follows is. `unread`: this version does not understand
it, as it may come from a service of a later one."""


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """`after`: the id of the event before it on this stream, where the service tells it."""

    kind: EventKind
    id: str = ""
    item: Item | None = None
    version: str = ""
    warning: ComplianceWarning | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class _Version:
    version: str


class EventReader:
    """Server-sent events (HTML Standard, 9.2.6) out of bytes that come in pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._event = ""
        self._id = ""
        self._after = ""
        self._data: list[bytes] = []
        self._size = 0

    def take(self, piece: bytes) -> list[ServiceEvent]:
        """What it completes. Raises ServiceAwayError when an event has no end."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        self._size += len(piece)
        if self._size > EVENT_LIMIT and len(self._rest) + sum(map(len, self._data)) > EVENT_LIMIT:
            raise ServiceAwayError(f"An event is longer than {EVENT_LIMIT} bytes.")
        found = (self._line(line.removesuffix(b"\r")) for line in lines)
        return [event for event in found if event is not None]

    def _line(self, line: bytes) -> ServiceEvent | None:
        if not line:
            return self._end()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif name == b"id":
            self._id = value.decode("utf-8", "replace")
        elif name == b"after":
            self._after = value.decode("utf-8", "replace")
        return None

    def _end(self) -> ServiceEvent | None:
        kind, data, after = self._event, b"\n".join(self._data), self._after
        self._event, self._data, self._after, self._size = "", [], "", 0
        if kind == "reset":
            return ServiceEvent("reset", self._id)
        if not data:
            return ServiceEvent("alive", after=after) if after else None
        try:
            return replace(_event(kind, data), id=self._id, after=after)
        except ServiceAwayError:
            return ServiceEvent("unread", self._id, after=after)


def _event(kind: str, data: bytes) -> ServiceEvent:
    if kind == "item":
        return ServiceEvent("item", item=read(data, Item))
    if kind == "rules":
        return ServiceEvent("rules", version=read(data, _Version).version)
    if kind == "warning":
        return ServiceEvent("warning", warning=read(data, ComplianceWarning))
    return ServiceEvent("other")
