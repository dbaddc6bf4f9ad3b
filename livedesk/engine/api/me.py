"""Who does the engine take its caller for?"""

from __future__ import annotations

from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.engine_status import Me
from livedesk.core.roles import RIGHTS, Right
from livedesk.engine.api.actors import caller_of
from livedesk.engine.api.answers import json_answer


async def tell_me(request: Request) -> Response:
    caller = caller_of(request)
    rights = tuple(right for right in get_args(Right) if right in RIGHTS[caller.role])
    named = caller.token == "user"
    return json_answer(Me(caller.actor, caller.role, rights, caller.store, named))
