"""How does the chat start and end: beside the sandbox's other parts, or as a process of its own?

`python -m livedesk.sandbox.chat` reads one JSON line from standard input, all of it optional:

    {"rooms": ["glow"], "token": "…", "port": 0, "seed": 1, "order": {…}}

`order` is a first one, as for `POST /chat`. The answer is one line: `{"ready": true, "pid",
"control_url", "token", "chat": {"url", "room", "rooms", "token"}}`; `control_url` has `POST /chat`,
`GET /state`, `GET /chat/executions?room=&after=` and `GET /chat/comments?room=&after=`.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.core.tasks import Tasks
from livedesk.sandbox.alone import alone
from livedesk.sandbox.chat.chat import Chat, ChatJob
from livedesk.sandbox.counter import Counter
from livedesk.sandbox.encoder.job import JobError
from livedesk.sandbox.orders import OrderError
from livedesk.sandbox.process import Say, as_process
from livedesk.sandbox.serving import listening, served, url_of
from livedesk.sandbox.shop.server import Counter as Calls
from livedesk.sandbox.shop.server import Lines

MAX_ROOMS: Final = 64
_FIELDS: Final = frozenset({"rooms", "token", "port", "seed", "order"})


def parse_chat_job(job: object) -> ChatJob:
    """Raises JobError."""
    if not isinstance(job, dict) or not set(job) <= _FIELDS:
        raise JobError(f"chat: an object with any of {', '.join(sorted(_FIELDS))} is needed")
    wish = ChatJob()
    rooms, token = job.get("rooms", list(wish.rooms)), job.get("token", wish.token.reveal())
    port, seed, order = job.get("port", 0), job.get("seed", wish.seed), job.get("order", {})
    if not (
        isinstance(rooms, list)
        and 1 <= len(rooms) <= MAX_ROOMS
        and len(set(map(str, rooms))) == len(rooms)
    ):
        raise JobError(f"chat: rooms: a list of names is needed, at most {MAX_ROOMS}, each once")
    if not all(isinstance(room, str) and room.isalnum() for room in rooms):
        raise JobError("chat: rooms: letters and digits are needed")
    if not (isinstance(token, str) and token):
        raise JobError("chat: token: a text is needed")
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise JobError("chat: port: a number from 0 to 65535 is needed")
    if not isinstance(seed, int) or not isinstance(order, dict):
        raise JobError("chat: seed: a whole number is needed, and an object as order")
    return ChatJob(tuple(rooms), Secret(token), port, seed, order)


@asynccontextmanager
async def running_chat(job: ChatJob, clock: Clock) -> AsyncIterator[Chat]:
    """A chat for as long as the context is open. Raises JobError and OSError."""
    chat, lines, tasks = Chat(job, clock), Lines(), Tasks()
    try:
        await chat.order(job.order)
    except OrderError as fault:
        raise JobError(f"chat: {fault}") from None
    listener = listening(job.port)
    chat.url = url_of(listener)
    try:
        calls: Any = Calls(chat, lines)
        app = Starlette(routes=[Route("/{path:path}", calls)])
        async with served(app, listener, lines.protocol()):
            tasks.spawn("viewers", chat.write())
            try:
                yield chat
            finally:
                lines.close()
    finally:
        await tasks.close()


def chat_routes(chat: Chat, counter: Counter) -> list[Route]:
    """What steers the chat, and its witness."""

    def witness(
        page: Callable[[str, int], dict[str, Json]],
    ) -> Callable[[Request], dict[str, Json]]:
        def told(request: Request) -> dict[str, Json]:
            after = request.query_params.get("after", "0")
            if not (after.isascii() and after.isdigit()):
                raise OrderError("after: a number is needed")
            return page(request.query_params.get("room", ""), int(after))

        return told

    return [
        Route("/chat", counter.done(chat.order), methods=["POST"]),
        Route("/chat/executions", counter.told(witness(chat.executions)), methods=["GET"]),
        Route("/chat/comments", counter.told(witness(chat.comments)), methods=["GET"]),
    ]


async def run_chat(job: ChatJob, clock: Clock, say: Say, until: Awaitable[object]) -> None:
    """The chat alone with its control: tell where it is, and take it down when `until` is done."""
    async with running_chat(job, clock) as chat:
        await alone(
            lambda: {"chat": chat.figures()},
            lambda counter: chat_routes(chat, counter),
            {"chat": chat.access()},
            say,
            until,
        )


async def serve(clock: Clock) -> int:
    """The process of a chat alone."""

    async def run(line: str, say: Say, until: Awaitable[object]) -> None:
        try:
            job = json.loads(line.strip() or "{}")
        except (ValueError, RecursionError):
            raise JobError("not a line of JSON") from None
        await run_chat(parse_chat_job(job), clock, say, until)

    return await as_process(run)
