"""How is the engine itself? The call that asks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.answers import json_answer
from livedesk.engine.api.view import EngineView


async def engine_status(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    return json_answer(engine.overview())
