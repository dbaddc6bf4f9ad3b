"""An engine for the console's tests: the real HTTP protocol on a real socket, played by hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from livedesk.core.engine_status import EngineStatus, Me
from livedesk.core.events import Event
from livedesk.core.moderation import QueueChange
from livedesk.core.pins import PinLatency, PinStatus, ProductList, RunOfShow
from livedesk.core.secrets import Secret
from livedesk.core.status import StoreStatus
from livedesk.desk.link import EngineAccess

TOKEN = "canary-token-4711"
PAD_TOKEN = "canary-pad-token-0815"


@dataclass(slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    last_event_id: str | None
    recent: str | None
    body: dict[str, Any]


@dataclass(slots=True)
class Script:
    """What an engine knows; it survives the engine, as a journal would."""

    statuses: dict[str, StoreStatus] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    recorded: list[Event] = field(default_factory=list)
    """What is on record of before anybody listened."""
    seen: list[Seen] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)
    """Answers for a path that replace the right one."""
    refusals: dict[str, tuple[int, str, str, str]] = field(default_factory=dict)
    """HTTP status, code, message and action for a path."""
    refusal_bodies: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """HTTP status and whole answer for a path."""
    changes: list[QueueChange] = field(default_factory=list)
    """Of queues, told as they are put in here."""
    me: Me | None = None
    """Whose token it is; None: an engine from before there were people."""
    engine: EngineStatus | None = None
    jpeg: bytes | None = None
    products: ProductList = field(default_factory=ProductList)
    show: RunOfShow = field(default_factory=RunOfShow)
    pin: PinStatus | None = None
    """What a cue or an unpin is answered with."""
    pictures: dict[str, bytes] = field(default_factory=dict)

    def paths(self, method: str) -> list[str]:
        return [seen.path for seen in self.seen if seen.method == method]

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [seen.body for seen in self.seen if seen.path == path]

    def happen(self, text: str, store: str = "lumen") -> Event:
        seq = len(self.events) + 1
        event = Event(seq, seq * 10**9, seq * 10**9, store, None, "test.event", "info", "engine",
                      text)  # fmt: skip
        self.events.append(event)
        return event


class FakeEngine:
    """Serves a script until it is stopped; stopping breaks all connections, as a kill does."""

    def __init__(self, script: Script) -> None:
        self.script = script
        routes = [
            Route("/v1/stores", self._stores),
            Route("/v1/events", self._events),
            Route("/v1/me", self._me),
            Route("/v1/stores/{store}/status", self._status),
            Route("/v1/stores/{store}/history", self._history),
            Route("/v1/stores/{store}/events", self._recorded),
            Route("/v1/stores/{store}/preview.mjpg", self._preview),
            Route("/v1/stores/{store}/session/end", self._done, methods=["POST"]),
            Route("/v1/stores/{store}/failover", self._switch, methods=["POST"]),
            Route("/v1/stores/{store}/hold", self._hold, methods=["POST"]),
            Route("/v1/stores/{store}/drill", self._drill, methods=["POST"]),
            *self._pin_routes(),
            Route("/v1/stores/{store}/moderation/queue", self._done),
            Route("/v1/stores/{store}/moderation/{item}/{act}", self._act, methods=["POST"]),
            Route("/v1/engine/stop", self._done, methods=["POST"]),
        ]
        config = uvicorn.Config(
            Starlette(routes=routes), host="127.0.0.1", port=0, log_config=None, lifespan="off",
            timeout_graceful_shutdown=0,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="fake engine")
        self._stopping = threading.Event()

    def _pin_routes(self) -> list[Route]:
        store = "/v1/stores/{store}"
        return [
            Route(f"{store}/products", self._products),
            Route(f"{store}/products/{{product}}/picture", self._picture),
            Route(f"{store}/show", self._show, methods=["GET", "POST"]),
            Route(f"{store}/cues", self._ledger, methods=["GET"]),
            Route(f"{store}/cues", self._cue, methods=["POST"]),
            Route(f"{store}/pin", self._cue, methods=["DELETE"]),
            Route(f"{store}/pin/done", self._cue, methods=["POST"]),
            Route(f"{store}/pads", self._pads, methods=["GET", "POST"]),
            Route(f"{store}/pads/{{pad}}", self._done, methods=["DELETE"]),
            Route("/v1/clock", self._clock),
        ]

    def start(self) -> None:
        self._thread.start()
        until = threading.Event()
        for _ in range(500):
            if self._server.started:
                return
            until.wait(0.01)
        raise AssertionError("the fake engine did not start within 5 s")

    def stop(self) -> None:
        self._stopping.set()
        self._server.should_exit = True
        self._thread.join(5)

    @property
    def access(self) -> EngineAccess:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return EngineAccess(f"http://127.0.0.1:{port}", Secret(TOKEN))

    def _note(self, request: Request, body: dict[str, Any] | None = None) -> Response | None:
        self.script.seen.append(
            Seen(request.method, request.url.path, request.headers.get("last-event-id"),
                 request.query_params.get("recent"), body or {})
        )  # fmt: skip
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Response(b'{"error": {"code": "no", "message": "Wrong token."}}', 401)
        refusal = self.script.refusals.get(request.url.path)
        if refusal is not None:
            status, code, message, action = refusal
            error = {"code": code, "message": message, "action": action}
            return _json({"error": error}, status)
        told = self.script.refusal_bodies.get(request.url.path)
        if told is not None:
            return _json(told[1], told[0])
        raw = self.script.raw.get(request.url.path)
        return Response(raw) if raw is not None else None

    async def _stores(self, request: Request) -> Response:
        statuses = list(self.script.statuses.values())
        return self._note(request) or _json({"stores": statuses})

    async def _me(self, request: Request) -> Response:
        me = self.script.me
        return self._note(request) or (_json(me) if me else Response(status_code=404))

    async def _status(self, request: Request) -> Response:
        return self._note(request) or _json(self.script.statuses[request.path_params["store"]])

    async def _history(self, request: Request) -> Response:
        answer = {"from": float(request.query_params["from"]),
                  "to": float(request.query_params["to"]), "series": []}  # fmt: skip
        return self._note(request) or _json(answer)

    async def _recorded(self, request: Request) -> Response:
        return self._note(request) or _json({"events": self.script.recorded})

    async def _preview(self, request: Request) -> Response:
        jpeg = self.script.jpeg
        return self._note(request) or (
            Response(jpeg, headers={"X-Age-Ms": "120"}) if jpeg else Response(status_code=404)
        )

    async def _done(self, request: Request) -> Response:
        return self._note(request) or _json({})

    async def _switch(self, request: Request) -> Response:
        body = await request.json()
        answer = {"accepted": True, "from": "primary", "to": body["to"]}
        return self._note(request, body) or _json(answer, 202)

    async def _hold(self, request: Request) -> Response:
        body = await request.json()
        return self._note(request, body) or _json({"mode": "hold" if body["on"] else "auto"})

    async def _drill(self, request: Request) -> Response:
        body = await request.json()
        return self._note(request, body) or _json({"drill": "running"}, 202)

    async def _products(self, request: Request) -> Response:
        return self._note(request) or _json(self.script.products)

    async def _picture(self, request: Request) -> Response:
        picture = self.script.pictures.get(request.path_params["product"])
        return self._note(request) or Response(picture, 200 if picture else 404)

    async def _show(self, request: Request) -> Response:
        body = await request.json() if request.method == "POST" else None
        return self._note(request, body) or _json(self.script.show)

    async def _ledger(self, request: Request) -> Response:
        pins = [self.script.pin] if self.script.pin is not None else []
        answer = {"latency": PinLatency(sent=len(pins)), "pins": pins, "worst": pins}
        return self._note(request) or _json(answer)

    async def _cue(self, request: Request) -> Response:
        return self._note(request, await request.json()) or _json(self.script.pin, 202)

    async def _act(self, request: Request) -> Response:
        return self._note(request, await request.json()) or Response(status_code=404)

    async def _pads(self, request: Request) -> Response:
        pad = {"id": "a1", "name": "Mia", "left_s": 3600}
        reached = ["http://192.0.2.20:8642"]
        if request.method == "GET":
            return self._note(request) or _json({"pads": [pad], "addresses": reached})
        answer = {"pad": pad, "path": f"/pad/lumen#t={PAD_TOKEN}", "addresses": reached}
        return self._note(request, await request.json()) or _json(answer, 201)

    async def _clock(self, request: Request) -> Response:
        return self._note(request) or _json({"utc_ns": 7, "mono_ns": 5})

    async def _events(self, request: Request) -> Response:
        refusal = self._note(request)
        if refusal is not None:
            return refusal
        after = int(request.headers.get("last-event-id", "0"))
        return StreamingResponse(self._stream(after), media_type="text/event-stream")

    async def _stream(self, after: int) -> AsyncIterator[bytes]:
        told: dict[str, StoreStatus] = {}
        changes = 0
        engine: EngineStatus | None = None
        while not self._stopping.is_set():
            for event in [event for event in self.script.events if event.seq > after]:
                after = event.seq
                yield b"id: %d\nevent: journal\ndata: %b\n\n" % (after, msgspec.json.encode(event))
            for store, status in self.script.statuses.items():
                if told.get(store) is not status:
                    told[store] = status
                    yield b"event: status\ndata: %b\n\n" % msgspec.json.encode(status)
            if self.script.engine is not engine and self.script.engine is not None:
                engine = self.script.engine
                yield b"event: engine\ndata: %b\n\n" % msgspec.json.encode(engine)
            for change in self.script.changes[changes:]:
                changes += 1
                yield b"event: queue\ndata: %b\n\n" % msgspec.json.encode(change)
            await asyncio.sleep(0.01)


def _json(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


@contextmanager
def running(script: Script) -> Iterator[FakeEngine]:
    engine = FakeEngine(script)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()
