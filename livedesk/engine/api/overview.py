"""How is the engine itself, and how does one end it?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.actors import BY, actor_in
from livedesk.engine.api.answers import json_answer, json_object, wrong_value
from livedesk.engine.api.view import EngineView


async def engine_status(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    return json_answer(engine.overview())


async def stop_engine(request: Request) -> Response:
    """Answers first and stops then; `relays` ends the media paths as well."""
    engine: EngineView = request.app.state.engine
    content = await json_object(request, {"relays", BY})
    relays = content.get("relays", False)
    if not isinstance(relays, bool):
        raise wrong_value("relays", "true or false")
    engine.ask_to_stop(relays=relays, actor=actor_in(request, content))
    return json_answer({"stopping": True, "relays": relays}, 202)
