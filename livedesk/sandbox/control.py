"""How is the sandbox steered while it runs? A small HTTP API on the loopback, behind a token.

* `GET /state`: figures of encoder, path and platform.
* `POST /path`: any of `rate_kbps`, `delay_ms`, `jitter_ms` (numbers; `rate_kbps` null is no limit),
  `recording` (true: the recorded uplink), `blackhole`, `down` (true or false), `reset` (seconds to
  refuse new connections after breaking all), `clear` (true: a good path again).
* `POST /encoder`: any of `audio_delay_ms`, `kbps` (video), `audio_ppm` (the sound's clock runs off
  by so much), `jump_ms` (both tracks' timestamps, once), `freeze`, `black`, `mute`, `clip` (true or
  false), `stop_track` ("audio", "video" or "none"), `drop` and `restart` (milliseconds until it
  connects again, or true; `restart` begins its timestamps at 0), `clear` (true: as it was started),
  `stop` (true), `start` (true, or the RTMP address to push to).

Both answer with the same figures as `GET /state`. An order that is not understood changes nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from livedesk.core.clock import Clock
from livedesk.core.events import Json
from livedesk.core.rtmp_address import parse_address
from livedesk.core.secrets import Secret
from livedesk.sandbox.child import EncoderChild
from livedesk.sandbox.link import Shape
from livedesk.sandbox.orders import (
    ENCODER_ORDERS,
    OrderError,
    encoder_commands,
    flag,
    number,
    only,
)
from livedesk.sandbox.path import Path
from livedesk.sandbox.platform import Platform
from livedesk.sandbox.supply import ConstantRate, Supply

MAX_BODY_BYTES: Final = 16_384
MAX_DELAY_MS: Final = 10_000
MAX_KBPS: Final = 10_000_000
MAX_REFUSE_S: Final = 3600


class Bench:
    """Everything that can be steered, with the one place that reads orders."""

    def __init__(
        self,
        clock: Clock,
        encoder: EncoderChild,
        path: Path,
        platform: Platform,
        recording: Supply | None,
    ) -> None:
        self._clock = clock
        self._encoder = encoder
        self._path = path
        self._platform = platform
        self._recording = recording

    def figures(self) -> dict[str, Json]:
        return {
            "mono_ns": self._clock.mono_ns(),
            "utc_ns": self._clock.utc_ns(),
            "encoder": self._encoder.figures(),
            "path": self._path.figures(),
            "platform": self._platform.figures(),
        }

    async def order_path(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        shape = Shape() if flag(order, "clear") else self._path.shape
        if "rate_kbps" in order:
            kbps = None if order["rate_kbps"] is None else number(order, "rate_kbps", 1, MAX_KBPS)
            shape = replace(shape, supply=None if kbps is None else ConstantRate(kbps))
        if "recording" in order:
            shape = replace(shape, supply=self._recorded(flag(order, "recording")))
        if "delay_ms" in order:
            shape = replace(shape, delay_ms=number(order, "delay_ms", 0, MAX_DELAY_MS))
        if "jitter_ms" in order:
            shape = replace(shape, jitter_ms=number(order, "jitter_ms", 0, MAX_DELAY_MS))
        if "blackhole" in order:
            shape = replace(shape, blackhole=flag(order, "blackhole"))
        down = flag(order, "down") if "down" in order else None
        refuse_s = number(order, "reset", 0, MAX_REFUSE_S) if "reset" in order else None
        only(order, _PATH_ORDERS)
        self._path.apply(shape)
        if down is False or flag(order, "clear"):
            self._path.restore()
        if down:
            await self._path.refuse()
        elif refuse_s is not None:
            await self._path.reset(refuse_s)

    def _recorded(self, on: bool) -> Supply | None:
        if on and self._recording is None:
            raise OrderError("recording: the sandbox was started without one")
        return self._recording if on else None

    async def order_encoder(self, order: dict[str, Any]) -> None:
        """Raises OrderError before anything is changed."""
        commands = encoder_commands(order)
        target, start = self._target(order.get("start", False))
        stop = flag(order, "stop")
        only(order, ENCODER_ORDERS)
        if stop:
            await self._encoder.stop()
        if start:
            await self._encoder.start(target)
        if not all(self._encoder.order(command) for command in commands):
            raise OrderError("no encoder runs: start it first")

    def _target(self, start: object) -> tuple[Secret | None, bool]:
        if isinstance(start, bool):
            if start and not self._encoder.has_target:
                raise OrderError("start: the RTMP address to push to is needed the first time")
            return None, start
        address, fault = parse_address(start) if isinstance(start, str) else (None, "no text")
        if address is None:
            raise OrderError(f"start: true or an RTMP address is needed, not {fault}")
        return Secret(address.url), True


_PATH_ORDERS: Final = (
    "rate_kbps", "recording", "delay_ms", "jitter_ms", "blackhole", "down", "reset", "clear",
)  # fmt: skip


def control_app(bench: Bench, token: Secret) -> Starlette:
    """The API. Every request needs `Authorization: Bearer <token>`."""
    app = _App(bench, token)
    return Starlette(
        routes=[
            Route("/state", app.state, methods=["GET"]),
            Route("/path", app.path, methods=["POST"]),
            Route("/encoder", app.encoder, methods=["POST"]),
        ]
    )


class _App:
    def __init__(self, bench: Bench, token: Secret) -> None:
        self._bench = bench
        self._token = token

    async def state(self, request: Request) -> Response:
        if not self._knows(request):
            return _error(401, "unauthorized", "No valid token.", "Send the sandbox's token.")
        return JSONResponse(self._bench.figures())

    async def path(self, request: Request) -> Response:
        return await self._order(request, self._bench.order_path)

    async def encoder(self, request: Request) -> Response:
        return await self._order(request, self._bench.order_encoder)

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return secrets.compare_digest(given, f"Bearer {self._token.reveal()}".encode())

    async def _order(
        self, request: Request, carry_out: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> Response:
        if not self._knows(request):
            return _error(401, "unauthorized", "No valid token.", "Send the sandbox's token.")
        try:
            await carry_out(await _body(request))
        except OrderError as fault:
            return _error(400, "bad_order", f"Not done: {fault}.", "Correct the order.")
        return JSONResponse(self._bench.figures())


async def _body(request: Request) -> dict[str, Any]:
    """Raises OrderError."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > MAX_BODY_BYTES:
            raise OrderError(f"the body is larger than {MAX_BODY_BYTES} bytes")
    try:
        order = json.loads(raw)
    except (ValueError, RecursionError):
        raise OrderError("the body is no JSON") from None
    if not isinstance(order, dict):
        raise OrderError("the body is no JSON object")
    return order


def _error(status: int, code: str, message: str, action: str) -> Response:
    body = {"error": {"code": code, "message": message, "action": action}}
    return JSONResponse(body, status_code=status)
