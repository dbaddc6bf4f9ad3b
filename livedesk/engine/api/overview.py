"""How is the engine itself, and do its ways to people work? The calls that ask."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.actors import actor_of
from livedesk.engine.api.alarms import ByBody
from livedesk.engine.api.answers import ApiError, json_answer, typed_body
from livedesk.engine.api.view import EngineView
from livedesk.engine.people.door import PeopleDoor


async def engine_status(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    return json_answer(engine.overview())


async def test_channel(request: Request) -> Response:
    """Answers when the message arrived, or with the reason why it did not, as `ok` and `text`."""
    engine: EngineView = request.app.state.engine
    name = request.path_params["channel"]
    body = await typed_body(request, ByBody)
    delivery = await engine.test_channel(name, actor_of(request, body.by))
    if delivery is None:
        raise ApiError(
            404, "unknown_channel", "This engine has no such channel.", "See GET /v1/engine."
        )
    people: PeopleDoor = request.app.state.people
    outcome = {"channel": name, "ok": str(delivery.ok).lower(), "reason": delivery.reason}
    people.audit.note("channel.tested", data=outcome)
    text = "The message arrived." if delivery.ok else f"It did not arrive: {delivery.reason}."
    return json_answer({"ok": delivery.ok, "text": text})
