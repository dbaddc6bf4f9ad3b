"""Which calls of the engine's API are there for sessions on record, exports and order files?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

import msgspec

from livedesk.core.events import Event, Json
from livedesk.core.records import (
    Edition,
    ExportFormat,
    ExportJob,
    OrderFile,
    RecordedSession,
    SessionFigures,
)
from livedesk.core.status import StoreStatus
from livedesk.desk import wire
from livedesk.desk.errors import RefusedError

_SESSIONS = "/v1/sessions"
_EXPORTS = "/v1/exports"
_ORDERS = "/v1/orders"


NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class EvidenceWish:
    """A stretch of one session that is to be packed for a dispute, in Unix seconds; and why."""

    begin_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What is to be exported. `orders`: ids of order files that were handed in."""

    sessions: tuple[str, ...]
    formats: tuple[ExportFormat, ...]
    edition: Edition = "full"
    orders: tuple[str, ...] = ()
    evidence: EvidenceWish | None = None


@dataclass(frozen=True, slots=True)
class RecordedStill:
    """What viewers saw at an instant."""

    jpeg: bytes
    utc_ns: int


class _Sessions(msgspec.Struct):
    sessions: tuple[RecordedSession, ...]


class RecordDoor(Protocol):
    """What carries the calls: `HttpDoor`."""

    where: str

    async def get(
        self, path: str, params: dict[str, str | float] | None = None
    ) -> tuple[bytes, Mapping[str, str]]: ...

    async def get_bytes(self, path: str, params: dict[str, str | float] | None = None) -> bytes: ...

    async def get_patiently(self, path: str, params: dict[str, str | float]) -> bytes: ...

    async def post(self, path: str, body: dict[str, Json]) -> bytes: ...

    async def put(self, path: str, body: dict[str, Json]) -> bytes: ...

    async def delete(self, path: str, body: dict[str, Json] | None = None) -> bytes: ...

    async def upload(self, path: str, content: bytes, params: dict[str, str | float]) -> bytes: ...

    async def download(self, path: str, take: Callable[[bytes], Awaitable[None]]) -> None: ...


class RecordClient:
    """The calls that have to do with the record (docs/architecture.md, "API"). All raise
    DeskError."""

    def __init__(self, door: RecordDoor) -> None:
        self._door = door

    # Sessions

    async def sessions(self) -> tuple[RecordedSession, ...]:
        answer = await self._door.get_patiently(_SESSIONS, {})
        return wire.read_as(answer, _Sessions, self._door.where + _SESSIONS).sessions

    async def figures(self, session: str) -> SessionFigures:
        """The engine reads the whole file for it, unless it has done so before."""
        path = f"{session_path(session)}/summary"
        answer = await self._door.get_patiently(path, {})
        return wire.read_as(answer, SessionFigures, self._door.where + path)

    async def history(
        self, session: str, begin_s: float, end_s: float, points: int
    ) -> wire.History:
        """Its figures between two instants (Unix seconds), at most `points` each."""
        path = f"{session_path(session)}/history"
        params: dict[str, str | float] = {"from": begin_s, "to": end_s, "points": points}
        answer = await self._door.get_patiently(path, params)
        return wire.read_history(answer, self._door.where + path)

    async def events(
        self, session: str, begin_s: float, end_s: float, kinds: Iterable[str], limit: int
    ) -> tuple[Event, ...]:
        """The newest `limit` before `end_s` (Unix seconds), the oldest first."""
        path = f"{session_path(session)}/events"
        params: dict[str, str | float] = {
            "from": begin_s, "to": end_s, "kinds": ",".join(kinds), "limit": limit,
        }  # fmt: skip
        answer = await self._door.get_patiently(path, params)
        return wire.read_events(answer, self._door.where + path)

    async def status(self, session: str, at_s: float) -> StoreStatus:
        """As its store was at an instant. The first look reads all of the file's events."""
        path = f"{session_path(session)}/status"
        answer = await self._door.get_patiently(path, {"at": at_s})
        return wire.read_as(answer, StoreStatus, self._door.where + path)

    async def still(self, session: str, at_s: float) -> RecordedStill | None:
        """The picture that is nearest to an instant; None of a session without pictures."""
        path = f"{session_path(session)}/still"
        try:
            jpeg, headers = await self._door.get(path, {"at": at_s})
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        told = headers.get("x-utc-ns", "")
        return RecordedStill(jpeg, int(told)) if told.isdecimal() else None

    async def keep(self, session: str, why: str, *, on: bool) -> None:
        body: dict[str, Json] = {"on": on}
        if on:
            body["why"] = why
        await self._door.post(f"{session_path(session)}/keep", body)

    async def delete(self, session: str) -> None:
        await self._door.delete(session_path(session), {"confirm": session})

    # Exports

    async def export(self, wish: ExportWish) -> ExportJob:
        body: dict[str, Json] = {
            "sessions": list(wish.sessions), "formats": list(wish.formats),
            "edition": wish.edition,
        }  # fmt: skip
        if wish.orders:
            body["orders"] = list(wish.orders)
        if wish.evidence is not None:
            body["evidence"] = {
                "from": wish.evidence.begin_s, "to": wish.evidence.end_s,
                "reason": wish.evidence.reason,
            }  # fmt: skip
        answer = await self._door.post(_EXPORTS, body)
        return wire.read_as(answer, ExportJob, self._door.where + _EXPORTS)

    async def job(self, job: str) -> ExportJob:
        path = _job_path(job)
        return wire.read_as(
            await self._door.get_bytes(path), ExportJob, self._door.where + path
        )  # fmt: skip

    async def cancel(self, job: str) -> None:
        """Ends it, and removes the files that it has written."""
        await self._door.delete(_job_path(job))

    async def download(self, job: str, name: str, take: Callable[[bytes], Awaitable[None]]) -> None:
        await self._door.download(f"{_job_path(job)}/files/{quote(name, safe='')}", take)

    # Order files

    async def hand_in(self, name: str, content: bytes) -> OrderFile:
        answer = await self._door.upload(_ORDERS, content, {"name": name})
        return wire.read_as(answer, OrderFile, self._door.where + _ORDERS)

    async def map_columns(self, file: str, mapping: dict[str, str]) -> OrderFile:
        """Our field → the column of the file, remembered for files like it."""
        path = _orders_path(file)
        answer = await self._door.put(path, {"mapping": {**mapping}})
        return wire.read_as(answer, OrderFile, self._door.where + path)

    async def forget_orders(self, file: str) -> None:
        await self._door.delete(_orders_path(file))


def session_path(session: str) -> str:
    return f"{_SESSIONS}/{quote(session, safe='')}"


def _job_path(job: str) -> str:
    return f"{_EXPORTS}/{quote(job, safe='')}"


def _orders_path(file: str) -> str:
    return f"{_ORDERS}/{quote(file, safe='')}"
