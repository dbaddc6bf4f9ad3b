"""How do people see alarms, acknowledge them, put them aside and take them back?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.alarms.shelf import LONGEST_MIN
from livedesk.core.one_line import one_line
from livedesk.core.status import AlarmStatus
from livedesk.engine.api.actors import actor_of
from livedesk.engine.api.alarms_view import AlarmsView
from livedesk.engine.api.answers import ApiError, json_answer, not_found, typed_body, wrong_value
from livedesk.engine.api.roles import DESK, OPERATIONS, Role
from livedesk.engine.api.stores import S, store_of
from livedesk.engine.api.view import EngineView

_LONGEST_WHY: Final = 200


class ByBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`by`: who acts; without it, whose token it is."""

    by: Annotated[str, Meta(max_length=60)] | None = None


class ShelveBody(ByBody, kw_only=True):
    minutes: Annotated[float, Meta(ge=1, le=LONGEST_MIN)]
    why: Annotated[str, Meta(max_length=_LONGEST_WHY)]


async def list_alarms(request: Request) -> Response:
    alarms = _alarms_of(request)
    return json_answer(
        {"active": alarms.active(), "ended": alarms.ended(), "flood": alarms.flood()}
    )


async def act(request: Request) -> Response:
    """The action is the last word of the path; what is before it is the id, with its slashes."""
    alarm_id, _, action = request.path_params["alarm"].rpartition("/")
    do = _ACTS.get(action)
    if do is None or not alarm_id:
        raise not_found(request.scope)
    return await do(_alarms_of(request), request, alarm_id)


async def _acknowledge(alarms: AlarmsView, request: Request, alarm_id: str) -> Response:
    body = await typed_body(request, ByBody)
    seen = alarms.acknowledge(alarm_id, actor_of(request, body.by))
    if seen is None:
        raise _unknown()
    return json_answer(seen)


async def _shelve(alarms: AlarmsView, request: Request, alarm_id: str) -> Response:
    body = await typed_body(request, ShelveBody)
    if not (why := one_line(body.why, _LONGEST_WHY)):
        raise wrong_value("why", "the reason, in a few words")
    return _standing(alarms.shelve(alarm_id, actor_of(request, body.by), body.minutes, why))


async def _unshelve(alarms: AlarmsView, request: Request, alarm_id: str) -> Response:
    body = await typed_body(request, ByBody)
    return _standing(alarms.unshelve(alarm_id, actor_of(request, body.by)))


def _standing(alarm: AlarmStatus | None) -> Response:
    if alarm is None:
        raise _unknown()
    return json_answer(alarm)


def _unknown() -> ApiError:
    return ApiError(
        404,
        "unknown_alarm",
        "No such alarm stands.",
        "It may be over: see the list of alarms.",
    )


def _alarms_of(request: Request) -> AlarmsView:
    """Raises ApiError when there is no such store."""
    if "store" in request.path_params:
        return store_of(request).alarms
    engine: EngineView = request.app.state.engine
    return engine.alarms


_ACTS: Final[dict[str, Callable[[AlarmsView, Request, str], Awaitable[Response]]]] = {
    "ack": _acknowledge,
    "shelve": _shelve,
    "unshelve": _unshelve,
}

CALLS: Final[
    tuple[tuple[str, str, frozenset[Role], Callable[[Request], Awaitable[Response]]], ...]
] = (
    ("GET", f"{S}/alarms", DESK, list_alarms),
    ("POST", f"{S}/alarms/{{alarm:path}}", OPERATIONS, act),
    ("GET", "/v1/alarms", DESK, list_alarms),
    ("POST", "/v1/alarms/{alarm:path}", OPERATIONS, act),
)
