"""How does the shop start and end: beside the sandbox's other parts, or as a process of its own?

`python -m livedesk.sandbox.shop` reads one JSON line from standard input, all of it optional:

    {"room": "glow", "token": "…", "port": 0, "seed": 1, "order": {…}}

`order` is a first one, as for `POST /shop`. The answer is one line: `{"ready": true, "pid",
"control_url", "token", "shop": {"url", "room", "token", "products": [id, …], "shopee": {…},
"tiktok": {…}}}`; `control_url` has `POST /shop`, `GET /state` and `GET /shop/executions?after=`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.requests import Request
from starlette.routing import Route

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.alone import alone
from livedesk.sandbox.chat.room import ChatRoom
from livedesk.sandbox.counter import Counter
from livedesk.sandbox.encoder.job import JobError
from livedesk.sandbox.orders import OrderError
from livedesk.sandbox.process import Say, as_process
from livedesk.sandbox.serving import listening, served, url_of
from livedesk.sandbox.shop.server import Lines, shop_app
from livedesk.sandbox.shop.shop import Shop, ShopJob

_FIELDS: Final = frozenset({"room", "token", "port", "seed", "order"})


def parse_shop_job(job: object) -> ShopJob:
    """Raises JobError."""
    if not isinstance(job, dict) or not set(job) <= _FIELDS:
        raise JobError(f"shop: an object with any of {', '.join(sorted(_FIELDS))} is needed")
    wish = ShopJob()
    room, token = job.get("room", wish.room), job.get("token", wish.token.reveal())
    port, seed = job.get("port", wish.port), job.get("seed", wish.seed)
    if not (isinstance(room, str) and room.isalnum() and isinstance(token, str) and token):
        raise JobError("shop: room and token: texts are needed, of the room letters and digits")
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise JobError("shop: port: a number from 0 to 65535 is needed")
    if not isinstance(seed, int) or not isinstance(job.get("order", {}), dict):
        raise JobError("shop: seed: a whole number is needed, and an object as order")
    return ShopJob(room, Secret(token), port, seed, job.get("order", {}))


@asynccontextmanager
async def running_shop(
    job: ShopJob, clock: Clock, chat: ChatRoom | None = None
) -> AsyncIterator[Shop]:
    """A shop for as long as the context is open. Raises JobError and OSError."""
    shop, lines = Shop(job, clock, chat), Lines()
    try:
        await shop.order(job.order)
    except OrderError as fault:
        raise JobError(f"shop: {fault}") from None
    listener = listening(job.port)
    shop.url = url_of(listener)
    try:
        async with served(shop_app(shop, lines), listener, lines.protocol()):
            try:
                yield shop
            finally:
                lines.close()
    finally:
        await shop.close()


def shop_routes(shop: Shop, counter: Counter) -> list[Route]:
    """What steers the shop."""

    def executions(request: Request) -> dict[str, Json]:
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit()):
            raise OrderError("after: the number of an execution is needed")
        return shop.executions(int(after))

    return [
        Route("/shop", counter.done(shop.order), methods=["POST"]),
        Route("/shop/executions", counter.told(executions), methods=["GET"]),
    ]


async def run_shop(job: ShopJob, clock: Clock, say: Say, until: Awaitable[object]) -> None:
    """The shop alone with its control: tell where it is, and take it down when `until` is done."""
    async with running_shop(job, clock) as shop:
        await alone(
            lambda: {"shop": shop.figures()},
            lambda counter: shop_routes(shop, counter),
            {"shop": shop.access()},
            say,
            until,
        )


async def serve(clock: Clock) -> int:
    """The process of a shop alone."""

    async def run(line: str, say: Say, until: Awaitable[object]) -> None:
        await run_shop(parse_shop_job(_object(line)), clock, say, until)

    return await as_process(run)


def _object(line: str) -> Any:
    try:
        return json.loads(line.strip() or "{}")
    except (ValueError, RecursionError):
        raise JobError("not a line of JSON") from None
