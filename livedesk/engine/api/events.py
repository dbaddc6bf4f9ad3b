"""How are events and statuses streamed, so that a reader that returns has missed nothing?

Server-sent events as in the HTML standard, section 9.2 ("Server-sent events").
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.engine.api.answers import ApiError, number, wrong_value
from livedesk.engine.api.host_view import may_see, status_for
from livedesk.engine.api.roles import Role
from livedesk.engine.api.view import EngineView
from livedesk.engine.bus import SubscriberLostError, Subscription

SIGN_OF_LIFE_S = 5.0
_RETRY = b"retry: 500\n\n"
_ALIVE = b": alive\n\n"
_SEQ_LIMIT = 2**63 - 1


async def stream_events(request: Request) -> Response:
    """`event: journal` with an id, `event: status` without; see docs/architecture.md."""
    engine: EngineView = request.app.state.engine
    stores = _wanted_stores(request, engine)
    after = _last_event_id(request)
    recent = round(number(request, "recent", 0, 0, 5_000))
    if request.method == "HEAD":
        return Response(media_type="text/event-stream")
    return StreamingResponse(
        _stream(engine, request.scope["role"], stores, after, recent),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _wanted_stores(request: Request, engine: EngineView) -> frozenset[str] | None:
    """A token that is bound to one store hears of no other."""
    wanted = frozenset(filter(None, request.query_params.getlist("store")))
    if (own := request.scope["store"]) is not None:
        return frozenset({own})
    for store in sorted(wanted):
        if engine.store(store) is None:
            raise ApiError(
                404, "unknown_store", "This engine has no such store.", "See GET /v1/stores."
            )
    return wanted or None


def _last_event_id(request: Request) -> int | None:
    text = request.headers.get("last-event-id", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or int(text) > _SEQ_LIMIT:
        raise wrong_value("Last-Event-ID", "the id of an event of this engine")
    return int(text)


async def _stream(
    engine: EngineView,
    role: Role,
    stores: frozenset[str] | None,
    after: int | None,
    recent: int,
) -> AsyncIterator[bytes]:
    earlier, subscription = await engine.bus.subscribe(stores, after, recent)
    try:
        yield _RETRY
        for event in earlier:
            if may_see(role, event):
                yield _journal(event)
        for store in engine.stores():
            subscription.offer_status(store.status())
        async with aclosing(_live(subscription, role)) as live:
            async for piece in live:
                yield piece
    finally:
        engine.bus.unsubscribe(subscription)


async def _live(subscription: Subscription, role: Role) -> AsyncGenerator[bytes, None]:
    while True:
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_S):
                item = await subscription.get()
        except TimeoutError:
            yield _ALIVE
            continue
        except SubscriberLostError as lost:
            # The reader comes back with the last id it has seen and is given what it lacks.
            yield b'event: resync\ndata: {"dropped": %d}\n\n' % lost.dropped
            return
        if item is None:
            return
        if not isinstance(item, Event):
            yield _status(item, role)
        elif may_see(role, item):
            yield _journal(item)


def _journal(event: Event) -> bytes:
    return b"id: %d\nevent: journal\ndata: %b\n\n" % (event.seq, msgspec.json.encode(event))


def _status(status: StoreStatus, role: Role) -> bytes:
    return b"event: status\ndata: %b\n\n" % msgspec.json.encode(status_for(role, status))
