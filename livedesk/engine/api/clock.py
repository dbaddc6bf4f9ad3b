"""Which time is it for the engine? Asked by pads of other devices, to tell when a cue was given."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from livedesk.engine.api.answers import json_answer
from livedesk.engine.api.view import EngineView


async def tell_clock(request: Request) -> Response:
    """The instant at which the answer is made, after all checks of the call.

    What comes after it is one write to the socket, so it is true to half of the round trip that the
    caller measures, wherever the rest was spent (RFC 5905, section 8). Both clocks are read in one
    go; a caller on this machine may use `mono_ns`, which no time server moves.
    """
    engine: EngineView = request.app.state.engine
    return json_answer({"utc_ns": engine.clock.utc_ns(), "mono_ns": engine.clock.mono_ns()})
