"""Which sessions are on record, what do they amount to, and which of them stay?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.clock import NS_PER_S
from livedesk.core.order_limits import LONGEST_REASON
from livedesk.engine.api.actors import ByBody, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, number, typed_body, wrong_value
from livedesk.engine.api.roles import ADMIN, ANALYSIS, Role
from livedesk.engine.api.spans import (
    UNIX_LIMIT_S,
    asked_kinds,
    asked_limit,
    asked_points,
    asked_span,
)
from livedesk.engine.people.door import PeopleDoor
from livedesk.engine.records.library import Found
from livedesk.engine.records.past import events_of, history_of
from livedesk.engine.records.records import Records
from livedesk.engine.records.summaries import NoSummaryError
from livedesk.engine.records.trail import note_deleted
from livedesk.journal.errors import JournalError
from livedesk.journal.retention import KeptSessionError, OpenSessionError


class KeepBody(ByBody, kw_only=True):
    on: bool
    why: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class DeleteBody(ByBody, kw_only=True):
    """`confirm`: the id of the session once more."""

    confirm: str


def records_of(request: Request) -> Records:
    records: Records = request.app.state.records
    return records


async def session_of(request: Request, session_id: str | None = None) -> Found:
    """The session of the path, or another. Raises ApiError when there is none such."""
    wanted = request.path_params["session"] if session_id is None else session_id
    found = await records_of(request).find(wanted)
    if found is None:
        raise ApiError(404, "unknown_session", "There is no such session.", "See GET /v1/sessions.")
    return found


async def readable_session_of(request: Request) -> Found:
    """Raises ApiError."""
    found = await session_of(request)
    if found.session.problem is not None:
        raise unreadable(found.session.problem)
    return found


def unreadable(problem: str) -> ApiError:
    action = "Keep the file: livedesk recover FILE writes what can still be read of it."
    return ApiError(409, "unreadable", problem, action)


async def list_sessions(request: Request) -> Response:
    return json_answer({"sessions": await records_of(request).sessions()})


async def session_summary(request: Request) -> Response:
    found = await readable_session_of(request)
    try:
        return json_answer(await records_of(request).figures(found))
    except NoSummaryError as error:
        raise unreadable(str(error)) from error


async def session_history(request: Request) -> Response:
    """As of a store; without a span all of the session."""
    found = await readable_session_of(request)
    from_s, to_s = asked_span(request, *_reach_s(found))
    points = asked_points(request)
    with _as_answers():
        series = await asyncio.to_thread(history_of, found.path, from_s, to_s, points)
    return json_answer({"from": from_s, "to": to_s, "series": series})


async def session_events(request: Request) -> Response:
    """As of a store; without a span all of the session."""
    found = await readable_session_of(request)
    from_s, to_s = asked_span(request, 0.0, _reach_s(found)[1])
    kinds, limit = asked_kinds(request), asked_limit(request)
    with _as_answers():
        events = await asyncio.to_thread(events_of, found.path, from_s, to_s, kinds, limit)
    return json_answer({"events": events})


async def session_status(request: Request) -> Response:
    """As it was at `at`; without it, as it was in the end."""
    found = await readable_session_of(request)
    utc_ns = _asked_instant_ns(request, found)
    with _as_answers():
        status = await records_of(request).replays.status(found, utc_ns)
    return json_answer(status)


async def session_still(request: Request) -> Response:
    found = await readable_session_of(request)
    utc_ns = _asked_instant_ns(request, found)
    with _as_answers():
        still = await records_of(request).replays.still(found, utc_ns)
    if still is None:
        raise ApiError(404, "no_still", "This session has no pictures.", "See its events.")
    headers = {"Cache-Control": "no-store", "X-Utc-Ns": str(still.utc_ns)}
    return Response(still.jpeg, media_type="image/jpeg", headers=headers)


def _asked_instant_ns(request: Request, found: Found) -> int:
    """`at`, Unix seconds. Raises ApiError."""
    usual_s = found.until_utc_ns / NS_PER_S
    return round(number(request, "at", usual_s, 0, UNIX_LIMIT_S) * NS_PER_S)


def _reach_s(found: Found) -> tuple[float, float]:
    """From the first to behind the last of what is on record, Unix time."""
    started_ns = found.session.started_utc_ns or 0
    return started_ns / NS_PER_S, max(started_ns, found.until_utc_ns) / NS_PER_S + 1.0


async def keep_session(request: Request) -> Response:
    body = await typed_body(request, KeepBody)
    actor_of(request, body.by)
    if body.on and not body.why.strip():
        raise wrong_value("why", "what it is kept for, in a few words")
    found = await session_of(request)
    with _as_answers():
        await records_of(request).keep(found, body.why if body.on else None)
    return json_answer((await session_of(request)).session)


async def delete_session(request: Request) -> Response:
    body = await typed_body(request, DeleteBody)
    actor = actor_of(request, body.by)
    found = await session_of(request)
    if body.confirm != found.session.id:
        raise wrong_value("confirm", "the id of the session once more")
    with _as_answers():
        lost = await records_of(request).delete(found)
    people: PeopleDoor = request.app.state.people
    note_deleted(people.audit, lost, actor, request.scope["role"])
    return Response(status_code=204)


@contextmanager
def _as_answers() -> Iterator[None]:
    try:
        yield
    except OpenSessionError as error:
        raise ApiError(409, "open", str(error), "Wait until it is over.") from error
    except KeptSessionError as error:
        raise ApiError(409, "kept", str(error), "Take the mark off first.") from error
    except JournalError as error:
        raise ApiError(409, "unreadable", str(error), "See what the text says.") from error


_Endpoint = Callable[[Request], Awaitable[Response]]
_ONE: Final = "/v1/sessions/{session}"

CALLS: Final[tuple[tuple[str, str, frozenset[Role], _Endpoint], ...]] = (
    ("GET", "/v1/sessions", ANALYSIS, list_sessions),
    ("GET", f"{_ONE}/summary", ANALYSIS, session_summary),
    ("GET", f"{_ONE}/history", ANALYSIS, session_history),
    ("GET", f"{_ONE}/events", ANALYSIS, session_events),
    ("GET", f"{_ONE}/status", ANALYSIS, session_status),
    ("GET", f"{_ONE}/still", ANALYSIS, session_still),
    ("POST", f"{_ONE}/keep", ANALYSIS, keep_session),
    ("DELETE", _ONE, ADMIN, delete_session),
)
