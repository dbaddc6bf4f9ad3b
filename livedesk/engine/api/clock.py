"""Which time is it for the engine? Asked by pads of other devices, to tell when a cue was given."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.answers import json_answer
from livedesk.engine.api.view import EngineView


async def tell_clock(request: Request) -> Response:
    engine: EngineView = request.app.state.engine
    return json_answer({"utc_ns": engine.clock.utc_ns(), "mono_ns": engine.clock.mono_ns()})
