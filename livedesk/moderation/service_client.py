"""How does an engine talk to the rule service? The only file of the room that speaks HTTP.

The contract is docs/rule-service.yaml. All calls are idempotent, so one that is not answered is
asked again (`hedged`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from livedesk.core.moderation import Comment, ComplianceWarning, Decision, Item
from livedesk.core.one_line import one_line
from livedesk.core.secrets import Secret, redact
from livedesk.moderation.outbox import Outcome

T = TypeVar("T")

ANSWER_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one answer that are read at most: five hundred items with long messages and six comments
each stay below it."""
EVENT_LIMIT: Final = 4 * 1024 * 1024
MOST_WARNINGS: Final = 100
AGAIN_S: Final = 0.4
"""A call without an answer after this is made once more beside the first. With 100 ms of delay it
means a fault, and leaves time for two more within `PATIENCE_S`."""
PATIENCE_S: Final = 1.5
"""Without an answer for this long the service is away."""
SILENCE_S: Final = 1.7
"""An event stream without a byte for this long has broken: it gives a sign of life each second."""

_AFTER_FAULT_S: Final = 0.05
_AT_ONCE: Final = 3
_LONG_CALL_S: Final = 15.0
_MOST_SAID: Final = 2**20
"""Characters of an error's text that are looked at: a token that is cut would not be known."""
_TRANSIENT: Final = frozenset((401, 403, 408, 425, 429))
"""With 5xx: nothing is wrong with what was sent, and it is wanted again later."""

EventKind = Literal["open", "item", "rules", "warning", "reset", "alive", "unread", "other"]
"""`open`: the stream is there, and all that follows is. `unread`: this version does not understand
it, as it may come from a service of a later one."""


class ServiceAwayError(Exception):
    """There was no answer that can be used; the text says why, without address and token."""


class ServiceRefusedError(Exception):
    """The service will not do it. `item`: as it is, when it told."""

    def __init__(self, status: int, code: str, text: str, item: Item | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.item = item


@dataclass(frozen=True, slots=True)
class RulesDocument:
    content: bytes
    version: str


@dataclass(frozen=True, slots=True)
class JudgedComments:
    """One item for each comment on which a rule acts. `unread`: ids of those that are there, and
    that this version does not understand."""

    version: str
    items: tuple[Item, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """`seq`: where to listen from. `after`: what to ask for next; None at the end."""

    seq: int
    items: tuple[Item, ...]
    after: str | int | None = None
    unread: int = 0
    """Items that this version does not understand."""


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
class _Items:
    items: tuple[msgspec.Raw, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    version: str
    items: tuple[msgspec.Raw, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    seq: int
    items: tuple[msgspec.Raw, ...]
    after: str | int | None = None


@dataclass(frozen=True, slots=True)
class _Warnings:
    warnings: tuple[msgspec.Raw, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    id: str


@dataclass(frozen=True, slots=True)
class _Version:
    version: str


@dataclass(frozen=True, slots=True)
class _Trouble:
    code: str = ""
    message: str = ""
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class _Error:
    error: _Trouble
    item: Item | None = None


class RuleService:
    """One rule service behind a token. Calls raise ServiceAwayError and ServiceRefusedError."""

    def __init__(
        self, url: str, token: Secret, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        # At INFO httpx writes out every URL it calls.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._token = token
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {token.reveal()}"},
            timeout=httpx.Timeout(_LONG_CALL_S, connect=1.0),
            limits=httpx.Limits(max_connections=40, max_keepalive_connections=16),
            transport=transport,
            # A certificate store takes 30 ms to load, which plain HTTP has no use for.
            verify=urlsplit(url).scheme.lower() == "https",
            trust_env=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def rules(self, known: str = "") -> RulesDocument | None:
        """The rule set's document; None when `known` is its version."""
        headers = {"If-None-Match": f'"{known}"'} if known else {}
        async with self._answered("GET", "/v1/rules", headers=headers) as answer:
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return None
            content = await _body(answer)
            _check(answer.status_code, content, self._token)
            return RulesDocument(content, answer.headers.get("etag", "").strip().strip('"'))

    async def judge(self, store: str, comments: Sequence[Comment]) -> JudgedComments:
        body = {"store": store, "comments": comments}
        told = await self._call("POST", "/v1/comments", _Judged, body)
        items, unread = _items(told.items)
        return JudgedComments(told.version, items, unread)

    async def local(self, store: str, items: Sequence[Item]) -> tuple[Item, ...]:
        """What an engine judged and decided by itself; as it is from then on."""
        body = {"store": store, "items": items}
        return _items((await self._call("POST", "/v1/local", _Items, body)).items)[0]

    async def outcomes(self, store: str, outcomes: Sequence[Outcome]) -> tuple[Item, ...]:
        body = {"store": store, "effects": outcomes}
        return _items((await self._call("POST", "/v1/effects", _Items, body)).items)[0]

    async def decide(self, item_id: str, decision: Decision, seen: int | None = None) -> Item:
        """`seen`: how many decisions the item had when the person looked at it."""
        body: dict[str, Any] = {
            "kind": decision.kind,
            "by": decision.by,
            "utc_ns": decision.utc_ns,
            "reply": decision.reply,
        }
        if seen is not None:
            body["seen"] = seen
        headers = {"Idempotency-Key": decision.key}
        path = f"/v1/items/{quote(item_id, safe='')}/decide"
        return await self._call("POST", path, Item, body, headers=headers)

    async def claim(self, item_id: str, by: str) -> Item:
        path = f"/v1/items/{quote(item_id, safe='')}/claim"
        return await self._call("POST", path, Item, {"by": by})

    async def release(self, item_id: str, by: str) -> Item:
        path = f"/v1/items/{quote(item_id, safe='')}/release"
        return await self._call("POST", path, Item, {"by": by})

    async def items(
        self, store: str, state: str = "", after: str | int | None = None, limit: int = 500
    ) -> ItemsPage:
        params: dict[str, str | int] = {"store": store, "limit": limit}
        if state:
            params["state"] = state
        if after is not None:
            params["after"] = after
        page = await self._call("GET", "/v1/items", _Page, params=params)
        known, unread = _items(page.items)
        return ItemsPage(page.seq, known, page.after, len(unread))

    async def warnings(
        self, store: str, limit: int = MOST_WARNINGS
    ) -> tuple[tuple[ComplianceWarning, ...], int]:
        """Those that it keeps, the newest first, and how many this version does not understand."""
        params: dict[str, str | int] = {"store": store, "limit": limit}
        told = await self._call("GET", "/v1/warnings", _Warnings, params=params)
        known, unread = _each(told.warnings, ComplianceWarning)
        return known, len(unread)

    async def _call(
        self,
        method: str,
        path: str,
        kind: type[T],
        body: dict[str, Any] | None = None,
        *,
        params: dict[str, str | int] | None = None,
        headers: dict[str, str] | None = None,
    ) -> T:
        content = None if body is None else msgspec.json.encode(body)
        async with self._answered(
            method, path, params=params, headers=headers, content=content
        ) as answer:
            told = await _body(answer)
            _check(answer.status_code, told, self._token)
            return _read(told, kind)

    @asynccontextmanager
    async def _answered(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str | int] | None = None,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        patience: httpx.Timeout | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """Failures of the transport in words: their own texts can hold addresses."""
        sent = {"Content-Type": "application/json", **(headers or {})} if content else headers
        try:
            async with self._http.stream(
                method,
                path,
                params=params,
                headers=sent,
                content=content,
                timeout=httpx.USE_CLIENT_DEFAULT if patience is None else patience,
            ) as answer:
                yield answer
        except httpx.TimeoutException as error:
            raise ServiceAwayError("The rule service gave no answer in time.") from error
        except httpx.ConnectError as error:
            raise ServiceAwayError("Nobody answers at the rule service's address.") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ServiceAwayError("The connection to the rule service broke off.") from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ServiceAwayError("The rule service's address is not valid.") from error

    async def events(
        self, store: str, after: str, on_sign: Callable[[], None]
    ) -> AsyncGenerator[ServiceEvent, None]:
        """What happens from `after` on, until the stream breaks. `on_sign`: there was a byte."""
        headers = {"Accept": "text/event-stream"}
        if after:
            headers["Last-Event-ID"] = after
        patience = httpx.Timeout(SILENCE_S, connect=1.0)
        async with self._answered(
            "GET", "/v1/events", params={"store": store}, headers=headers, patience=patience
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                _check(answer.status_code, await _body(answer), self._token)
                raise ServiceAwayError("The rule service gave no event stream.")
            on_sign()
            yield ServiceEvent("open")
            reader = _EventReader()
            async for piece in answer.aiter_bytes():
                on_sign()
                for event in reader.take(piece):
                    yield event
        raise ServiceAwayError("The rule service ended the event stream.")


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > ANSWER_LIMIT:
            raise ServiceAwayError(
                f"The rule service's answer is longer than {ANSWER_LIMIT} bytes."
            )
    return bytes(body)


def _check(status: int, body: bytes, token: Secret) -> None:
    """What it says goes to people and into the record, and may repeat what it was sent."""
    if status < httpx.codes.MULTIPLE_CHOICES:
        return
    try:
        told = msgspec.json.decode(body, type=_Error)
        trouble, item = told.error, told.error.item or told.item
    except msgspec.MsgspecError:
        trouble, item = _Trouble(), None
    text = _said(trouble.message, 300, token) or f"The rule service answered HTTP {status}."
    if status in (401, 403):
        raise ServiceAwayError(f"The rule service does not let this engine in. {text}")
    if status in _TRANSIENT or not 400 <= status < 500:
        raise ServiceAwayError(text)
    raise ServiceRefusedError(status, _said(trouble.code, 100, token), text, item)


def _said(words: str, longest: int, token: Secret) -> str:
    return one_line(redact(words[:_MOST_SAID], (token,)), longest)


def _read(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ServiceAwayError("The rule service's answer cannot be understood.") from error


def _items(told: Sequence[msgspec.Raw]) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    return _each(told, Item)


def _each(told: Sequence[msgspec.Raw], kind: type[T]) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """Each by itself: one that is not understood keeps no other back. Of those the ids."""
    found: list[T] = []
    unread: list[str] = []
    for raw in told:
        try:
            found.append(msgspec.json.decode(raw, type=kind))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            unread.append(_read(raw, _Named).id)
    return tuple(found), tuple(unread)


class _EventReader:
    """Server-sent events (HTML Standard, 9.2.6) out of bytes that come in pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._event = ""
        self._id = ""
        self._after = ""
        self._data: list[bytes] = []
        self._size = 0

    def take(self, piece: bytes) -> list[ServiceEvent]:
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
        return ServiceEvent("item", item=_read(data, Item))
    if kind == "rules":
        return ServiceEvent("rules", version=_read(data, _Version).version)
    if kind == "warning":
        return ServiceEvent("warning", warning=_read(data, ComplianceWarning))
    return ServiceEvent("other")


async def hedged(
    call: Callable[[], Awaitable[T]], again_s: float = AGAIN_S, limit_s: float = PATIENCE_S
) -> T:
    """The first answer to a call that may be made several times.

    It is made again after `again_s` without one, and at once when it failed. Raises
    ServiceAwayError after `limit_s`, and ServiceRefusedError as soon as that is the answer.
    """
    time = asyncio.get_running_loop().time
    deadline_s, next_s = time() + limit_s, time()
    running: set[asyncio.Task[T]] = set()
    made: list[asyncio.Task[T]] = []
    failure = ServiceAwayError(f"The rule service gave no answer within {limit_s:g} s.")
    try:
        while (now_s := time()) < deadline_s:
            if now_s >= next_s and len(running) < _AT_ONCE:
                made.append(asyncio.create_task(_awaited(call)))
                running.add(made[-1])
                next_s = now_s + again_s
            wait_s = (min(next_s, deadline_s) if len(running) < _AT_ONCE else deadline_s) - now_s
            if not running:
                await asyncio.sleep(wait_s)
                continue
            done, running = await asyncio.wait(
                running, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                try:
                    return task.result()
                except ServiceAwayError as error:
                    failure = error
                    next_s = min(next_s, time() + _AFTER_FAULT_S)
        raise failure
    finally:
        for task in made:
            task.cancel()
        await asyncio.gather(*made, return_exceptions=True)


async def _awaited(call: Callable[[], Awaitable[T]]) -> T:
    return await call()
