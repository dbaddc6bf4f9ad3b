"""How does one part of the sandbox run by itself? With its own control, until it is to end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.counter import Counter
from livedesk.sandbox.process import Say
from livedesk.sandbox.serving import listening, served


async def alone(
    figures: Callable[[], dict[str, Json]],
    routes: Callable[[Counter], Sequence[BaseRoute]],
    access: dict[str, Json],
    say: Say,
    until: Awaitable[object],
) -> None:
    """Tell where the control is and how the part is reached; `routes` are the part's orders."""
    token = Secret(secrets.token_urlsafe(24))
    counter = Counter(token, figures)
    state = Route("/state", counter.told(lambda _: figures()), methods=["GET"])
    app = Starlette(routes=[state, *routes(counter)])
    async with served(app, listening()) as control_url:
        ready: dict[str, Json] = {"ready": True, "pid": os.getpid()}
        control: dict[str, Json] = {"control_url": control_url, "token": token.reveal()}
        say({**ready, **control, **access})
        await until
