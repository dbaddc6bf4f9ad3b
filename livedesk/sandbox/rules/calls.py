"""Which calls are there, and who may make them? The one table of the service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from livedesk.core.clock import Clock
from livedesk.core.moderation import ComplianceWarning, Decision, Item
from livedesk.sandbox.rules import acts, intake, pages
from livedesk.sandbox.rules.access import (
    ANYONE,
    EDITOR,
    ENGINE,
    STAFF,
    Keyring,
    Role,
    demand,
)
from livedesk.sandbox.rules.answers import (
    HANDLERS,
    Refusal,
    answer,
    body_of,
    number,
    read,
    unknown_item,
    wrong,
)
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.rulebook import Rulebook
from livedesk.sandbox.rules.stream import Feed
from livedesk.sandbox.rules.transaction import Actor, Transaction
from livedesk.sandbox.rules.wire import (
    ClaimCall,
    CommentsCall,
    DecideCall,
    EffectsCall,
    LocalCall,
    PickCall,
    ReleaseCall,
    check_comments,
    check_effects,
    check_items,
    check_warning,
)

SERVICE: Final = "livedesk sandbox"
MOST_ITEMS: Final = 5_000
MOST_ENTRIES: Final = 1_000
MOST_WARNINGS: Final = 500
_KEY_CHARS: Final = 200
_SEQ_LIMIT: Final = 2**62


@dataclass(frozen=True, slots=True)
class Service:
    """What the calls work with; made and closed in `server.py`."""

    database: Database
    rulebook: Rulebook
    feed: Feed
    keyring: Keyring
    clock: Clock


Call = Callable[[Service, Request, Role], Awaitable[Response]]


async def health(service: Service, request: Request, role: Role) -> Response:
    version, utc_ns = service.rulebook.now.version, service.clock.utc_ns()
    return answer({"service": SERVICE, "version": version, "utc_ns": utc_ns, "role": role})


async def rules(service: Service, request: Request, role: Role) -> Response:
    version = request.query_params.get("version") or service.rulebook.now.version
    headers = {"ETag": f'"{version}"', "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    document = await service.rulebook.document(version)
    if document is None:
        raise Refusal(404, "unknown_version", "There is no such version.", "See the versions.")
    if f'"{version}"' in known:
        return Response(status_code=304, headers=headers)
    return Response(document, headers=headers, media_type="application/json")


async def put_rules(service: Service, request: Request, role: Role) -> Response:
    if not (expected := request.headers.get("if-match", "").strip()):
        raise Refusal(
            428, "no_if_match", "The version that is changed must be told.", "Send If-Match."
        )
    document = await body_of(request)
    made = await service.rulebook.put(document, expected, _actor(role))
    return answer(
        {"version": made.version, "problems": made.problems},
        headers={"ETag": f'"{made.version}"'},
    )


async def check_rules(service: Service, request: Request, role: Role) -> Response:
    return answer(await service.rulebook.check(await body_of(request)))


async def versions(service: Service, request: Request, role: Role) -> Response:
    return answer({"versions": await service.rulebook.versions()})


async def statistics(service: Service, request: Request, role: Role) -> Response:
    store = request.query_params.get("store", "")
    found = await service.database.read(partial(pages.statistics, store=store))
    return answer({"rules": found})


async def comments(service: Service, request: Request, role: Role) -> Response:
    call = await read(request, CommentsCall)
    check_comments(call.comments)
    in_use = service.rulebook.now
    verdicts = await asyncio.to_thread(intake.judged, in_use, call.store, call.comments)
    actor = _actor(role)
    items = await service.database.write(
        lambda changes: intake.taken(changes, call.store, call.comments, verdicts, in_use, actor)
    )
    return answer({"version": in_use.version, "items": items})


async def local(service: Service, request: Request, role: Role) -> Response:
    call = await read(request, LocalCall)
    check_items(call.items)
    actor = _actor(role)
    met = await service.database.write(
        lambda changes: acts.meet(changes, call.store, call.items, actor)
    )
    return answer({"items": met})


async def items(service: Service, request: Request, role: Role) -> Response:
    query = request.query_params
    state = query.get("state") or "all"
    if state not in pages.STATES:
        raise wrong("state", f"one of {', '.join(pages.STATES)}")
    after = number(request, "after", 0, 0, _SEQ_LIMIT)
    limit = number(request, "limit", 500, 1, MOST_ITEMS)
    page = partial(pages.items, store=query.get("store", ""), state=state, after=after, limit=limit)
    return answer(await service.database.read(page))


async def one_item(service: Service, request: Request, role: Role) -> Response:
    wanted = request.path_params["item"]
    found = await service.database.read(partial(pages.item, item_id=wanted))
    if found is None:
        raise unknown_item()
    return answer(msgspec.Raw(found))


async def pick(service: Service, request: Request, role: Role) -> Response:
    call = await read(request, PickCall)
    check_comments([call.comment])
    actor = _actor(role, call.by)
    item = await service.database.write(
        lambda changes: intake.picked(changes, call.store, call.comment, actor)
    )
    return answer(item, 201)


async def events(service: Service, request: Request, role: Role) -> Response:
    stores = frozenset(filter(None, request.query_params.getlist("store")))
    last = request.headers.get("last-event-id", "").strip()
    if not last:
        return service.feed.response(stores, None)
    # An id that is none of ours is unknown, as one from the future is.
    known = last.isascii() and last.isdecimal() and len(last) < 20
    return service.feed.response(stores, int(last) if known else -1)


async def claim(service: Service, request: Request, role: Role) -> Response:
    call = await read(request, ClaimCall)
    actor, wanted = _actor(role, call.by), request.path_params["item"]
    return await _changed(service, lambda changes: acts.claim(changes, wanted, actor, call.for_s))


async def release(service: Service, request: Request, role: Role) -> Response:
    call = await read(request, ReleaseCall)
    actor, wanted = _actor(role, call.by), request.path_params["item"]
    return await _changed(service, lambda changes: acts.release(changes, wanted, actor))


async def decide(service: Service, request: Request, role: Role) -> Response:
    key = request.headers.get("idempotency-key", "").strip()
    if not 0 < len(key) <= _KEY_CHARS:
        raise Refusal(
            400, "no_key", "A decision needs an Idempotency-Key.",
            f"Send one of at most {_KEY_CHARS} characters, the same each time it is sent.",
        )  # fmt: skip
    call = await read(request, DecideCall)
    decision = Decision(call.kind, call.by, call.utc_ns, key, call.reply, call.local)
    actor, wanted = _actor(role, call.by), request.path_params["item"]
    faq = service.rulebook.now.faq
    return await _changed(
        service, lambda changes: acts.decide(changes, wanted, decision, faq, actor, call.seen)
    )


async def effects(service: Service, request: Request, role: Role) -> Response:
    call = await read(request, EffectsCall)
    check_effects(news.effect for news in call.effects)
    actor = _actor(role)
    found = await service.database.write(
        lambda changes: acts.settle(changes, call.store, call.effects, actor)
    )
    return answer({"items": found})


async def warnings(service: Service, request: Request, role: Role) -> Response:
    store = request.query_params.get("store", "")
    limit = number(request, "limit", 100, 1, MOST_WARNINGS)
    page = partial(pages.warnings, store=store, limit=limit)
    return answer({"warnings": await service.database.read(page)})


async def warn(service: Service, request: Request, role: Role) -> Response:
    warning = await read(request, ComplianceWarning)
    check_warning(warning)
    actor = _actor(role)
    kept, is_new = await service.database.write(lambda changes: acts.warn(changes, warning, actor))
    return answer(kept, 201 if is_new else 200)


async def audit(service: Service, request: Request, role: Role) -> Response:
    after = number(request, "after", 0, 0, _SEQ_LIMIT)
    limit = number(request, "limit", 500, 1, MOST_ENTRIES)
    entries = await service.database.read(partial(pages.audit, after=after, limit=limit))
    return answer({"entries": entries})


CALLS: Final[tuple[tuple[str, str, frozenset[Role], Call], ...]] = (
    ("GET", "/v1/health", ANYONE, health),
    ("GET", "/v1/rules", ANYONE, rules),
    ("PUT", "/v1/rules", EDITOR, put_rules),
    ("POST", "/v1/rules/check", EDITOR, check_rules),
    ("GET", "/v1/rules/versions", ANYONE, versions),
    ("GET", "/v1/rules/statistics", ANYONE, statistics),
    ("POST", "/v1/comments", ENGINE, comments),
    ("POST", "/v1/local", ENGINE, local),
    ("GET", "/v1/items", ANYONE, items),
    ("POST", "/v1/items", ENGINE, pick),
    ("GET", "/v1/items/{item}", ANYONE, one_item),
    ("POST", "/v1/items/{item}/claim", ENGINE, claim),
    ("POST", "/v1/items/{item}/release", ENGINE, release),
    ("POST", "/v1/items/{item}/decide", ENGINE, decide),
    ("GET", "/v1/events", ANYONE, events),
    ("POST", "/v1/effects", ENGINE, effects),
    ("GET", "/v1/warnings", ANYONE, warnings),
    ("POST", "/v1/warnings", STAFF, warn),
    ("GET", "/v1/audit", EDITOR, audit),
)


def rules_app(service: Service, middleware: Sequence[Middleware] = ()) -> Starlette:
    app = Starlette(
        routes=[_route(service, *call) for call in CALLS],
        exception_handlers=dict(HANDLERS),
        middleware=middleware,
    )
    app.router.redirect_slashes = False
    return app


def _route(service: Service, method: str, path: str, roles: frozenset[Role], call: Call) -> Route:
    async def endpoint(request: Request) -> Response:
        role = service.keyring.role_of(request)
        demand(role, roles)
        return await call(service, request, role)

    return Route(path, endpoint, methods=[method])


async def _changed(service: Service, work: Callable[[Transaction], Item]) -> Response:
    return answer(await service.database.write(work))


def _actor(role: Role, by: str = "") -> Actor:
    return Actor(by or role, role)
