"""Which calls are there, and which roles may make them? The one table of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from livedesk.engine.api import (
    alarms,
    audit,
    channels,
    check,
    clock,
    events,
    exports,
    happened,
    me,
    metrics,
    moderation,
    order_files,
    orders,
    overview,
    pad_calls,
    pad_page,
    pins,
    products,
    runbook,
    sessions,
    show,
    stores,
    users,
)
from livedesk.engine.api.answers import ApiError, on_api_error, on_fault, on_gone, on_http_error
from livedesk.engine.api.auth import Gate, Keyring, demand
from livedesk.engine.api.pad_calls import PadDoor
from livedesk.engine.api.roles import (
    ADMIN,
    ANYONE,
    DESK,
    DIRECTION,
    OPERATIONS,
    STAGE,
    Role,
)
from livedesk.engine.api.stores import S
from livedesk.engine.api.view import EngineView
from livedesk.engine.people.door import PeopleDoor
from livedesk.engine.records.records import Records

Endpoint = Callable[[Request], Awaitable[Response]]

CALLS: tuple[tuple[str, str, frozenset[Role], Endpoint], ...] = (
    ("GET", "/v1/stores", ANYONE, stores.list_stores),
    ("GET", f"{S}/status", ANYONE, stores.store_status),
    ("GET", f"{S}/history", DESK, stores.store_history),
    ("GET", f"{S}/events", DESK, happened.store_events),
    ("GET", f"{S}/preview.mjpg", DESK, stores.preview),
    ("POST", f"{S}/failover", OPERATIONS, orders.switch),
    ("POST", f"{S}/hold", OPERATIONS, orders.hold),
    ("POST", f"{S}/drill", OPERATIONS, orders.drill),
    ("GET", f"{S}/drill", OPERATIONS, orders.newest_drill),
    ("GET", f"{S}/check", DESK, check.tell_check),
    ("POST", f"{S}/check", OPERATIONS, check.sign_check),
    ("POST", f"{S}/session/end", OPERATIONS, stores.end_session),
    ("GET", f"{S}/products", ANYONE, products.list_products),
    ("GET", f"{S}/products/{{product:path}}/picture", ANYONE, products.picture),
    ("POST", f"{S}/cues", STAGE, pins.cue),
    ("GET", f"{S}/cues", ANYONE, pins.ledger),
    ("DELETE", f"{S}/pin", STAGE, pins.unpin),
    ("POST", f"{S}/pin/done", DIRECTION, pins.by_hand),
    ("GET", f"{S}/show", ANYONE, show.run_of_show),
    ("POST", f"{S}/show", DIRECTION, show.change_show),
    ("GET", f"{S}/moderation/queue", DESK, moderation.queue),
    ("POST", f"{S}/moderation/{{item}}/{{action}}", OPERATIONS, moderation.act),
    ("POST", f"{S}/warnings/done", OPERATIONS | DIRECTION, moderation.warning_done),
    ("POST", f"{S}/comments", OPERATIONS, moderation.take_comments),
    ("POST", "/v1/hooks/{store}/products", ANYONE, products.hook),
    ("POST", "/v1/hooks/{store}/warnings", ANYONE, moderation.hook),
    ("GET", "/v1/clock", ANYONE, clock.tell_clock),
    ("GET", "/v1/me", ANYONE, me.tell_me),
    ("GET", "/v1/events", ANYONE, events.stream_events),
    ("GET", "/v1/engine", DESK, overview.engine_status),
    ("POST", "/v1/engine/stop", ADMIN, overview.stop_engine),
    ("GET", "/metrics", DESK, metrics.scrape),
    *pad_calls.CALLS,
    *pad_page.CALLS,
    *users.CALLS,
    *audit.CALLS,
    *alarms.CALLS,
    *runbook.CALLS,
    *channels.CALLS,
    *sessions.CALLS,
    *exports.CALLS,
    *order_files.CALLS,
)


def build_app(
    engine: EngineView,
    keyring: Keyring,
    hosts: frozenset[str],
    pad_door: PadDoor,
    people: PeopleDoor,
    records: Records,
) -> Starlette:
    """The whole API. `hosts` are names, beside addresses, under which it may be called."""
    app = Starlette(
        routes=[_route(*call) for call in CALLS],
        middleware=[Middleware(Gate, keyring=keyring, hosts=hosts)],
        exception_handlers={
            ApiError: on_api_error,
            HTTPException: on_http_error,
            ClientDisconnect: on_gone,
            Exception: on_fault,
        },
    )
    app.router.redirect_slashes = False
    app.state.engine = engine
    app.state.pad_door = pad_door
    app.state.people = people
    app.state.records = records
    app.state.registry = metrics.registry_of(engine, records)
    return app


def _route(method: str, path: str, roles: frozenset[Role], endpoint: Endpoint) -> Route:
    async def guarded(request: Request) -> Response:
        demand(request.scope["role"], roles)
        return await endpoint(request)

    async def answered(request: Request) -> Response:
        return await audit.noted(request, guarded)

    return Route(path, answered, methods=[method])
