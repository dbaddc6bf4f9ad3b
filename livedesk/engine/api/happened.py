"""What happened in a store between two instants? From the record, for who was not there."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.clock import NS_PER_S
from livedesk.engine.api.answers import ApiError, json_answer, number, wrong_value
from livedesk.engine.api.stores import store_of
from livedesk.engine.api.view import EngineView

_UNIX_LIMIT_S: Final = 1e11
_USUAL: Final = 1_000
_MOST: Final = 5_000
_MOST_KINDS: Final = 50


async def store_events(request: Request) -> Response:
    """The newest `limit` events from `from` on and before `to` (Unix seconds), oldest first;
    `kinds` names whole ones or their first parts, separated by commas."""
    store = store_of(request)
    engine: EngineView = request.app.state.engine
    to_s = number(request, "to", engine.clock.utc_ns() / NS_PER_S, 0, _UNIX_LIMIT_S)
    from_s = number(request, "from", 0, 0, _UNIX_LIMIT_S)
    limit = round(number(request, "limit", _USUAL, 1, _MOST))
    kinds = frozenset(filter(None, request.query_params.get("kinds", "").split(",")))
    if len(kinds) > _MOST_KINDS:
        raise wrong_value("kinds", f"at most {_MOST_KINDS} kinds of events")
    if from_s >= to_s:
        raise ApiError(422, "wrong_value", "from must be before to.", "Correct from or to.")
    return json_answer({"events": await store.events(from_s, to_s, kinds, limit)})
