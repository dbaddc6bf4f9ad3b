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

from livedesk.core.clock import Clock
from livedesk.core.engine_status import EngineStatus
from livedesk.core.events import Event
from livedesk.core.moderation import QueueChange
from livedesk.core.status import StoreStatus
from livedesk.engine.api.answers import ApiError, number, wrong_value
from livedesk.engine.api.auth import demand
from livedesk.engine.api.host_view import may_see, status_for
from livedesk.engine.api.queue_pace import QueuePace
from livedesk.engine.api.roles import DESK, Role
from livedesk.engine.api.view import EngineView
from livedesk.engine.bus import SubscriberLostError, Subscription

SIGN_OF_LIFE_S = 5.0
_RETRY = b"retry: 500\n\n"
_ALIVE = b": alive\n\n"
_SEQ_LIMIT = 2**63 - 1


async def stream_events(request: Request) -> Response:
    """`event: journal` with an id; without one `event: status`, `event: engine` and, if it is
    wanted, `event: queue`; see docs/architecture.md."""
    engine: EngineView = request.app.state.engine
    stores = _wanted_stores(request, engine)
    after = _last_event_id(request)
    recent = round(number(request, "recent", 0, 0, 5_000))
    wants_queue = request.query_params.get("queue", "") in ("1", "true")
    if wants_queue:
        demand(request.scope["role"], DESK)
    if request.method == "HEAD":
        return Response(media_type="text/event-stream")
    return StreamingResponse(
        _stream(engine, request.scope["role"], stores, after, recent, queue=wants_queue),
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
    *,
    queue: bool,
) -> AsyncIterator[bytes]:
    sees_engine = role in DESK
    earlier, subscription = await engine.bus.subscribe(
        stores, after, recent, queue=queue, engine=sees_engine
    )
    try:
        yield _RETRY
        for event in earlier:
            if may_see(role, event):
                yield _journal(event)
        for store in engine.stores():
            subscription.offer_status(store.status())
        if sees_engine:
            subscription.offer_engine(engine.overview())
        async with aclosing(_live(subscription, role, engine.clock)) as live:
            async for piece in live:
                yield piece
    finally:
        engine.bus.unsubscribe(subscription)


async def _live(
    subscription: Subscription, role: Role, clock: Clock
) -> AsyncGenerator[bytes, None]:
    pace = QueuePace()
    while True:
        turn_s = pace.wait_s(clock.mono_ns())
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_S if turn_s is None else turn_s):
                item = await subscription.get()
        except TimeoutError:
            if turn_s is None:
                yield _ALIVE
            for change in pace.due(clock.mono_ns()):
                yield _queue(change)
            continue
        except SubscriberLostError as lost:
            # The reader comes back with the last id it has seen and is given what it lacks.
            yield b'event: resync\ndata: {"dropped": %d}\n\n' % lost.dropped
            return
        if item is None:
            return
        if isinstance(item, QueueChange):
            paced = pace.take(item, clock.mono_ns())
            if paced is not None:
                yield _queue(paced)
        elif isinstance(item, EngineStatus):
            yield _engine(item)
        elif not isinstance(item, Event):
            yield _status(item, role)
        elif may_see(role, item):
            yield _journal(item)
        for change in pace.due(clock.mono_ns()):
            yield _queue(change)


def _journal(event: Event) -> bytes:
    return b"id: %d\nevent: journal\ndata: %b\n\n" % (event.seq, msgspec.json.encode(event))


def _queue(change: QueueChange) -> bytes:
    return b"event: queue\ndata: %b\n\n" % msgspec.json.encode(change)


def _engine(status: EngineStatus) -> bytes:
    return b"event: engine\ndata: %b\n\n" % msgspec.json.encode(status)


def _status(status: StoreStatus, role: Role) -> bytes:
    return b"event: status\ndata: %b\n\n" % msgspec.json.encode(status_for(role, status))
