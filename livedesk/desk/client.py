"""How does the console talk to an engine? The only place of the console that speaks HTTP."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import httpx_sse

from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.events import Event, Json
from livedesk.core.moderation import QueueChange
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.desk import wire
from livedesk.desk.alarm_client import AlarmClient
from livedesk.desk.check_client import CheckClient
from livedesk.desk.errors import BadAnswerError, NotSentError, RefusedError, UnreachableError
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.people_client import PeopleClient
from livedesk.desk.pin_client import PinClient, store_path
from livedesk.desk.record_client import RecordClient
from livedesk.desk.words import tr

OnQueue = Callable[[QueueChange], None]
Transport = httpx.AsyncBaseTransport
"""What carries requests; tests put their own in its place."""

ANSWER_LIMIT = 32 * 1024 * 1024
"""Bytes of one answer that are read at most; four hours of history need about a quarter."""

FIRST_EVENTS = 200
"""Events from before the console came, so that its list does not begin empty."""

FORBIDDEN = 403
NOT_FOUND = 404

_CALL_TIMEOUT = httpx.Timeout(5.0, connect=2.0)
_LONG_TIMEOUT = httpx.Timeout(30.0, connect=2.0)
_HISTORY_TIMEOUT = httpx.Timeout(15.0, connect=2.0)
_PATIENT_TIMEOUT = httpx.Timeout(120.0, connect=2.0)
_FILE_TIMEOUT = httpx.Timeout(30.0, connect=2.0)
"""Without a sign of the other side, of a file that may take much longer as a whole."""

FILE_PIECE = 1024 * 1024
"""Bytes of a file that are held at a time."""

_KEPT_OPEN = httpx.Limits(max_connections=100, max_keepalive_connections=8, keepalive_expiry=25.0)
"""httpx lets go of an idle connection after 5 s, and a cue after a pause would pay for another. The
engine closes it after 30 s: it has to be let go of before, or a cue would go into a closed one."""

_STREAM_SILENCE_S = 20.0
"""An event stream without a byte for this long is given up: the engine sends a sign of life."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A preview as the engine sent it; `age_s` is how old it was when it left the engine."""

    jpeg: bytes
    age_s: float


class Listener(Protocol):
    """Who is told what an event stream brings."""

    def status(self, status: StoreStatus) -> None: ...

    def event(self, event: Event) -> None: ...

    def engine(self, status: EngineStatus) -> None: ...

    def unreadable(self, seq: int | None, error: BadAnswerError) -> None: ...


class HttpDoor:
    """One server behind a bearer token; failures come out as `DeskError`, never with the token."""

    def __init__(self, url: str, token: Secret, transport: Transport | None = None) -> None:
        # At INFO httpx writes out every URL it calls.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.where = _public(url)
        self.on_forbidden: Callable[[], None] | None = None
        """Told when the far side knows the token and does not let it do this."""
        self.acts_as: Callable[[], str] | None = None
        """Who sits here: said with every order, for the record of an engine whose own token this
        is. None: nobody is named."""
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token.reveal()}"},
            timeout=_CALL_TIMEOUT,
            transport=transport,
            limits=_KEPT_OPEN,
            # A certificate store takes 30 ms to load, which loopback has no use for.
            verify=url.startswith("https:"),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def get(
        self,
        path: str,
        params: dict[str, str | float] | None = None,
        patience: httpx.Timeout = _CALL_TIMEOUT,
    ) -> tuple[bytes, httpx.Headers]:
        return await self._call("GET", path, params=params, patience=patience)

    async def get_bytes(self, path: str, params: dict[str, str | float] | None = None) -> bytes:
        return (await self.get(path, params))[0]

    async def get_patiently(self, path: str, params: dict[str, str | float]) -> bytes:
        """What takes the engine a while to find out."""
        return (await self.get(path, params, _PATIENT_TIMEOUT))[0]

    async def post(self, path: str, body: dict[str, Json]) -> bytes:
        return (await self._call("POST", path, json=self._signed(body)))[0]

    async def post_patiently(self, path: str, body: dict[str, Json]) -> bytes:
        """For what the engine itself has to wait for, as a mail server that does not answer."""
        return (await self._call("POST", path, json=body, patience=_LONG_TIMEOUT))[0]

    async def put(self, path: str, body: dict[str, Json]) -> bytes:
        return (await self._call("PUT", path, json=self._signed(body)))[0]

    async def delete(self, path: str, body: dict[str, Json] | None = None) -> bytes:
        return (await self._call("DELETE", path, json=self._signed(body or {}) or None))[0]

    async def upload(self, path: str, content: bytes, params: dict[str, str | float]) -> bytes:
        """Hand in a file as it is."""
        return (await self._call("POST", path, params=params, content=content,
                                 patience=_PATIENT_TIMEOUT))[0]  # fmt: skip

    async def download(self, path: str, take: Callable[[bytes], Awaitable[None]]) -> None:
        """A file of any length, piece by piece. Breaks off as `UnreachableError`: what was taken
        until then is no whole file."""
        async with (
            self._errors(path),
            self._http.stream("GET", path, timeout=_FILE_TIMEOUT) as answer,
        ):
            if answer.status_code >= 400:
                self._check(answer.status_code, await self._body(answer, path), path)
            async for piece in answer.aiter_bytes(FILE_PIECE):
                await take(piece)

    def _signed(self, body: dict[str, Json]) -> dict[str, Json]:
        """An order that says itself by whom it is keeps that: it is sent again as it was given."""
        return body if self.acts_as is None else {"by": self.acts_as(), **body}

    async def _call(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str | float] | None = None,
        json: dict[str, Json] | None = None,
        content: bytes | None = None,
        patience: httpx.Timeout = _CALL_TIMEOUT,
    ) -> tuple[bytes, httpx.Headers]:
        async with (
            self._errors(path),
            self._http.stream(
                method, path, params=params, json=json, content=content, timeout=patience
            ) as answer,
        ):
            body = await self._body(answer, path)
            self._check(answer.status_code, body, path)
            return body, answer.headers

    async def _body(self, answer: httpx.Response, path: str) -> bytes:
        body = bytearray()
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > ANSWER_LIMIT:
                raise BadAnswerError(
                    tr("The answer is longer than 32 MB."),
                    self.where + path,
                    tr("Check that this address is a livedesk engine."),
                )
        return bytes(body)

    def _check(self, status: int, body: bytes, path: str) -> None:
        if status < 400:
            return
        if status == FORBIDDEN and self.on_forbidden is not None:
            self.on_forbidden()
        trouble = wire.read_trouble(body)
        what = trouble.message if trouble else tr("It answered HTTP {n}.").format(n=status)
        action = trouble.action if trouble else ""
        code = trouble.code if trouble else ""
        item = wire.item_of(trouble) if trouble else None
        raise RefusedError(what, self.where + path, action or _advice(status), status, code, item)

    @asynccontextmanager
    async def _errors(self, path: str) -> AsyncIterator[None]:
        """Give failures of the transport words for people; their own texts can hold addresses."""
        try:
            yield
        except (httpx.TransportError, httpx_sse.SSEError) as error:
            unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            kind = NotSentError if unsent else UnreachableError
            advice = tr("livedesk tries again by itself.")
            raise kind(_failure(error), self.where + path, advice) from error

    @asynccontextmanager
    async def stream(
        self, path: str, params: dict[str, str], headers: dict[str, str]
    ) -> AsyncIterator[AsyncIterator[httpx_sse.ServerSentEvent]]:
        timeout = httpx.Timeout(5.0, connect=2.0, read=_STREAM_SILENCE_S)
        async with (
            self._errors(path),
            httpx_sse.aconnect_sse(
                self._http, "GET", path, params=params, headers=headers, timeout=timeout
            ) as source,
        ):
            if source.response.status_code >= 400:
                self._check(
                    source.response.status_code, await self._body(source.response, path), path
                )
            yield source.aiter_sse()


class EngineClient:
    """The calls of the engine's API that the console uses (docs/architecture.md, "API")."""

    def __init__(self, url: str, token: Secret, transport: Transport | None = None) -> None:
        self._door = HttpDoor(url, token, transport)
        self.pins = PinClient(self._door)
        self.moderation = ModerationClient(self._door)
        self.alarms = AlarmClient(self._door)
        self.people = PeopleClient(self._door)
        self.checks = CheckClient(self._door)
        self.records = RecordClient(self._door)

    @property
    def where(self) -> str:
        return self._door.where

    def when_forbidden(self, tell: Callable[[], None]) -> None:
        """`tell` is called whenever the engine refuses something for want of a right."""
        self._door.on_forbidden = tell

    def act_as(self, name: Callable[[], str]) -> None:
        """Under which name orders are given, as far as the engine lets its caller say so."""
        self._door.acts_as = name

    async def close(self) -> None:
        await self._door.close()

    async def me(self) -> Me | None:
        """Who the token belongs to; None where the engine is too old to say."""
        try:
            body = await self._door.get_bytes("/v1/me")
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        return wire.read_me(body, f"{self.where}/v1/me")

    async def stores(self) -> tuple[StoreStatus, ...]:
        body, _ = await self._door.get("/v1/stores")
        return wire.read_stores(body, f"{self.where}/v1/stores")

    async def status(self, store: str) -> StoreStatus:
        path = f"{store_path(store)}/status"
        body, _ = await self._door.get(path)
        return wire.read_status(body, self.where + path)

    async def events(
        self, store: str, begin_s: float, end_s: float, kinds: Iterable[str], limit: int
    ) -> tuple[Event, ...]:
        """The newest on record between two instants (Unix seconds), oldest first. An engine that is
        too old to say has none."""
        path = f"{store_path(store)}/events"
        params: dict[str, str | float] = {
            "from": begin_s, "to": end_s, "kinds": ",".join(kinds), "limit": limit,
        }  # fmt: skip
        try:
            body, _ = await self._door.get(path, params)
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                return ()
            raise
        return wire.read_events(body, self.where + path)

    async def history(self, store: str, begin_s: float, end_s: float, points: int) -> wire.History:
        """The journal's series between two instants (Unix seconds), at most `points` each."""
        path = f"{store_path(store)}/history"
        params: dict[str, str | float] = {"from": begin_s, "to": end_s, "points": points}
        body, _ = await self._door.get(path, params, _HISTORY_TIMEOUT)
        return wire.read_history(body, self.where + path)

    async def preview(self, store: str) -> Picture | None:
        """The newest picture, or None while the engine has none."""
        try:
            body, headers = await self._door.get(
                f"{store_path(store)}/preview.mjpg", {"single": "1"}
            )
        except RefusedError as refusal:
            if refusal.status == NOT_FOUND:
                return None
            raise
        return Picture(body, _age_s(headers)) if body else None

    async def end_session(self, store: str) -> None:
        await self._door.post(f"{store_path(store)}/session/end", {})

    async def switch(self, store: str, to: str, reason: str) -> None:
        """Ask for a switch; what comes of it is told by status and events."""
        await self._door.post(f"{store_path(store)}/failover", {"to": to, "reason": reason})

    async def hold(self, store: str, *, on: bool) -> None:
        """Hold, or release a hold or a latch."""
        await self._door.post(f"{store_path(store)}/hold", {"on": on})

    async def drill(self, store: str, *, confirm: bool, stay_s: float) -> None:
        """Ask for a switch there and back; on air only with `confirm`."""
        body: dict[str, Json] = {"confirm": confirm, "stay_s": stay_s}
        await self._door.post(f"{store_path(store)}/drill", body)

    async def stop_engine(self, *, relays: bool) -> None:
        await self._door.post("/v1/engine/stop", {"relays": relays})

    async def listen(
        self,
        after: int | None,
        listener: Listener,
        on_open: Callable[[], None],
        on_queue: OnQueue | None = None,
    ) -> None:
        """Tell the listener what the event stream brings, until the engine ends it.

        `after` is the number of the last event that was seen: the engine sends what came since.
        Without it the engine begins with the newest FIRST_EVENTS. `on_queue` is told what changes
        in the queues; without it the engine does not send that.
        """
        path = "/v1/events"
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        params = {"recent": str(FIRST_EVENTS)} if after is None else {}
        if on_queue is not None:
            params["queue"] = "1"
        async with self._door.stream(path, params, headers) as messages:
            on_open()
            async for message in messages:
                self._deliver(message, listener, on_queue, self.where + path)

    @staticmethod
    def _deliver(
        message: httpx_sse.ServerSentEvent,
        listener: Listener,
        on_queue: OnQueue | None,
        where: str,
    ) -> None:
        try:
            if message.event == "status":
                listener.status(wire.read_status(message.data, where))
            elif message.event == "journal":
                listener.event(wire.read_event(message.data, where))
            elif message.event == "engine":
                listener.engine(wire.read_engine(message.data, where))
            elif message.event == "queue" and on_queue is not None:
                on_queue(wire.read_change(message.data, where))
        except BadAnswerError as error:
            known = message.event == "journal" and message.id.isdecimal()
            listener.unreadable(int(message.id) if known else None, error)


def _public(url: str) -> str:
    """Host and port without user, password, path or query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _age_s(headers: httpx.Headers) -> float:
    try:
        return max(0.0, float(headers.get("x-age-ms", "0")) / 1000)
    except ValueError:
        return 0.0


def _failure(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return tr("Nobody answers.")
    if isinstance(error, httpx.TimeoutException):
        return tr("The answer did not come in time.")
    if isinstance(error, httpx_sse.SSEError):
        return tr("The answer is not an event stream.")
    return tr("The connection broke off.")


def _advice(status: int) -> str:
    if status in (401, 403):
        return tr("Check the token and its role.")
    return tr("See the engine's log.")
