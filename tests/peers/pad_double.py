"""What a pad's page speaks with: the real gate, tokens and page, and pins that a test decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from livedesk.core.clock import NS_PER_MS, SystemClock
from livedesk.core.moderation import ModerationStatus
from livedesk.core.pins import GatewayStatus, PinsStatus, PinStatus, Product, RunOfShow, ShowCue
from livedesk.core.status import StoreStatus
from livedesk.engine.api import pad_calls, pad_page
from livedesk.engine.api.answers import ApiError, json_answer, on_api_error
from livedesk.engine.api.auth import Gate, Keyring
from livedesk.engine.api.listener import listen
from livedesk.engine.api.pads import Pad, PadTokens
from livedesk.engine.api.server import ApiServer

STORE = "glow"
Fate = Callable[["EngineDouble", PinStatus], Coroutine[Any, Any, None]]


async def stays(_engine: EngineDouble, _pin: PinStatus) -> None:
    """The pin stays on its way."""


@dataclass
class EngineDouble:
    """One store whose pins end as `fate` says."""

    tokens: PadTokens
    clock: SystemClock = field(default_factory=SystemClock)
    products: tuple[Product, ...] = ()
    show: RunOfShow = field(default_factory=RunOfShow)
    pins: PinsStatus = field(
        default_factory=lambda: PinsStatus(GatewayStatus("sandbox", "up"), web_pad=True)
    )
    terms: tuple[str, ...] = ()
    """Not to be said again."""
    fate: Fate = stays
    lose_answers: int = 0
    """So many cues are taken and not answered."""
    refusal: ApiError | None = None
    cues: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    _known: dict[str, PinStatus] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _works: set[asyncio.Task[None]] = field(default_factory=set)
    port: int = 0
    url: str = ""
    pad_url: str = ""
    pad: Pad | None = None

    def stores(self) -> tuple[EngineDouble, ...]:
        return (self,)

    def store(self, store: str) -> EngineDouble | None:
        return self if store == STORE else None

    def status(self) -> StoreStatus:
        moderation = ModerationStatus(terms=self.terms)
        return StoreStatus(
            STORE, "Glow", self.clock.utc_ns(), state="live", pins=self.pins, moderation=moderation
        )

    def tell(self, pin: PinStatus) -> None:
        """The newest pin, in the next status."""
        shown: dict[str, Any] = {}
        if pin.shown is not None:
            shown = {"shown_product_id": pin.product_id, "shown_title": pin.title}
            shown["shown_age_ms"] = 0.0
        self.change(newest=pin, recent=(pin,), **shown)

    def change(self, **pins: Any) -> None:
        self.pins = replace(self.pins, **pins)
        self._changed.set()
        self._changed = asyncio.Event()

    async def events(self, _request: Request) -> Response:
        async def stream() -> AsyncIterator[bytes]:
            yield b"retry: 500\n\n"
            while not self._closing.is_set():
                yield b"event: status\ndata: %b\n\n" % msgspec.json.encode(self.status())
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.25):
                        await self._changed.wait()

        return StreamingResponse(stream(), media_type="text/event-stream")

    async def tell_clock(self, _request: Request) -> Response:
        return json_answer({"utc_ns": self.clock.utc_ns(), "mono_ns": self.clock.mono_ns()})

    async def list_products(self, _request: Request) -> Response:
        listed = [
            {**msgspec.to_builtins(product), "refusal": product.refusal}
            for product in self.products
        ]
        return json_answer({"revision": 1, "products": listed})

    async def run_of_show(self, _request: Request) -> Response:
        return json_answer(self.show)

    async def picture(self, request: Request) -> Response:
        content = self.pictures.get(request.path_params["product"], b"")
        return Response(content, 200 if content else 404, media_type="image/png")

    async def cue(self, request: Request) -> Response:
        body = json.loads(await request.body())
        self.cues.append(body)
        if self.refusal is not None:
            raise self.refusal
        pin = self._known.get(body["cue_id"])
        if pin is None:
            pin = self._known[body["cue_id"]] = self._pin(request.method, body)
            work = asyncio.create_task(self.fate(self, pin))
            self._works.add(work)
            work.add_done_callback(self._works.discard)
        if self.lose_answers > 0:
            self.lose_answers -= 1
            await self._closing.wait()
        return json_answer(pin, 202)

    @property
    def taken(self) -> tuple[PinStatus, ...]:
        return tuple(self._known.values())

    def _pin(self, method: str, body: dict[str, Any]) -> PinStatus:
        product = next((p for p in self.products if p.id == body.get("product_id")), None)
        return PinStatus(
            id=f"pin-{len(self._known) + 1}",
            action="unpin" if method == "DELETE" else "pin",
            product_id=product.id if product else "",
            title=product.title if product else "",
            state="in_flight",
            source=body["source"],
            cued_utc_ns=body.get("cued_at_ns", self.clock.utc_ns()),
        )

    def age_ms(self, pin: PinStatus) -> float:
        return (self.clock.utc_ns() - pin.cued_utc_ns) / NS_PER_MS

    def let_go(self) -> None:
        """Of the calls that were to have no answer."""
        self._closing.set()
        self.change()

    async def close(self) -> None:
        for work in tuple(self._works):
            work.cancel()
        await asyncio.gather(*self._works, return_exceptions=True)


@asynccontextmanager
async def engine_double(
    folder: Path, *products: Product, port: int = 0, **more: Any
) -> AsyncIterator[EngineDouble]:
    """Answers on a free port, or on this one; with a pad that was let in."""
    clock = SystemClock()
    tokens = PadTokens(folder / "pads.json", clock)
    await tokens.load()
    cues = tuple(ShowCue(f"c{at}", product.id) for at, product in enumerate(products[:3]))
    engine = EngineDouble(tokens, clock, products, RunOfShow(1, cues), **more)
    base = f"/v1/stores/{STORE}"
    listener = listen("127.0.0.1", port)
    port = listener.getsockname()[1]
    app = Starlette(
        routes=[
            *(Route(path, call, methods=[method]) for method, path, _, call in pad_page.CALLS),
            *(Route(path, call, methods=[method]) for method, path, _, call in pad_calls.CALLS),
            Route("/v1/events", engine.events),
            Route("/v1/clock", engine.tell_clock),
            Route(f"{base}/products", engine.list_products),
            Route(f"{base}/products/{{product}}/picture", engine.picture),
            Route(f"{base}/show", engine.run_of_show),
            Route(f"{base}/cues", engine.cue, methods=["POST"]),
            Route(f"{base}/pin", engine.cue, methods=["DELETE"]),
        ],
        middleware=[Middleware(Gate, keyring=Keyring({}, tokens), hosts=frozenset())],
        exception_handlers={ApiError: cast(Any, on_api_error)},
    )
    app.state.engine = engine
    app.state.pad_door = pad_calls.PadDoor(tokens, clock, "127.0.0.1", port)
    server = ApiServer(app)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.answering()
    engine.pad, token = await tokens.admit(STORE, "Phone", "test")
    engine.port = port
    engine.url = f"http://127.0.0.1:{port}"
    engine.pad_url = f"{engine.url}/pad/{STORE}#t={token.reveal()}"
    try:
        yield engine
    finally:
        engine.let_go()
        server.should_exit = True
        await serving
        await engine.close()
        listener.close()
