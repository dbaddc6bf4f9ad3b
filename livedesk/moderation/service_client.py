"""How does an engine talk to the rule service? The only file of the room that speaks HTTP.

The contract is docs/rule-service.yaml. All calls are idempotent, so one that is not answered may be
made again.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from livedesk.core.moderation import Comment, ComplianceWarning, Decision, Item
from livedesk.core.secrets import Secret
from livedesk.moderation.event_reader import EventReader, ServiceEvent
from livedesk.moderation.outbox import Outcome
from livedesk.moderation.service_answers import (
    ItemsPage,
    JudgedComments,
    RulesDocument,
    ServiceAwayError,
    check,
    read,
    read_each,
)

T = TypeVar("T")

ANSWER_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of one answer that are read at most: five hundred items with long messages and six comments
each stay below it."""
MOST_WARNINGS: Final = 100
SILENCE_S: Final = 1.7
"""An event stream without a byte for this long has broken: it gives a sign of life each second.
With a look ten times a second that is told within 2 s."""

_LONG_CALL_S: Final = 15.0


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


class RuleService:
    """One rule service behind a token. Calls raise ServiceAwayError and ServiceRefusedError.

    `silence_s`: so long may its stream be silent.
    """

    def __init__(
        self,
        url: str,
        token: Secret,
        transport: httpx.AsyncBaseTransport | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        # At INFO httpx writes out every URL it calls.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._token = token
        self.silence_s = silence_s
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
            check(answer.status_code, content, self._token)
            return RulesDocument(content, answer.headers.get("etag", "").strip().strip('"'))

    async def judge(self, store: str, comments: Sequence[Comment]) -> JudgedComments:
        body = {"store": store, "comments": comments}
        told = await self._call("POST", "/v1/comments", _Judged, body)
        items, unread = read_each(told.items, Item)
        return JudgedComments(told.version, items, unread)

    async def local(self, store: str, items: Sequence[Item]) -> tuple[Item, ...]:
        """What an engine judged and decided by itself; as it is from then on."""
        body = {"store": store, "items": items}
        told = await self._call("POST", "/v1/local", _Items, body)
        return read_each(told.items, Item)[0]

    async def outcomes(self, store: str, outcomes: Sequence[Outcome]) -> tuple[Item, ...]:
        body = {"store": store, "effects": outcomes}
        told = await self._call("POST", "/v1/effects", _Items, body)
        return read_each(told.items, Item)[0]

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
        known, unread = read_each(page.items, Item)
        return ItemsPage(page.seq, known, page.after, len(unread))

    async def warnings(
        self, store: str, limit: int = MOST_WARNINGS
    ) -> tuple[tuple[ComplianceWarning, ...], int]:
        """Those that it keeps, the newest first, and how many this version does not understand."""
        params: dict[str, str | int] = {"store": store, "limit": limit}
        told = await self._call("GET", "/v1/warnings", _Warnings, params=params)
        known, unread = read_each(told.warnings, ComplianceWarning)
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
            check(answer.status_code, told, self._token)
            return read(told, kind)

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
        patience = httpx.Timeout(self.silence_s, connect=1.0)
        async with self._answered(
            "GET", "/v1/events", params={"store": store}, headers=headers, patience=patience
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                check(answer.status_code, await _body(answer), self._token)
                raise ServiceAwayError("The rule service gave no event stream.")
            on_sign()
            yield ServiceEvent("open")
            reader = EventReader()
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
