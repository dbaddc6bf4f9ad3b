"""What happened in a store between two instants? From the record, for who was not there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.clock import NS_PER_S
from livedesk.engine.api.answers import json_answer
from livedesk.engine.api.spans import asked_kinds, asked_limit, asked_span
from livedesk.engine.api.stores import store_of
from livedesk.engine.api.view import EngineView


async def store_events(request: Request) -> Response:
    """The newest `limit` events from `from` on and before `to` (Unix seconds), oldest first;
    `kinds` names whole ones or their first parts, separated by commas."""
    store = store_of(request)
    engine: EngineView = request.app.state.engine
    from_s, to_s = asked_span(request, 0.0, engine.clock.utc_ns() / NS_PER_S)
    kinds, limit = asked_kinds(request), asked_limit(request)
    return json_answer({"events": await store.events(from_s, to_s, kinds, limit)})
