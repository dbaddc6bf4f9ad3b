"""Who may steer the sandbox, and what is an order? A token, and a small JSON object."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from livedesk.core.events import Json
from livedesk.core.secrets import Secret
from livedesk.sandbox.orders import OrderError

MAX_BODY_BYTES: Final = 16_384
Endpoint = Callable[[Request], Awaitable[Response]]


class Counter:
    """Every request needs `Authorization: Bearer <token>`. All orders answer with the figures."""

    def __init__(self, token: Secret, figures: Callable[[], dict[str, Json]]) -> None:
        self._token = token
        self._figures = figures

    def told(self, figures: Callable[[Request], dict[str, Json]]) -> Endpoint:
        """A call that answers with figures. It may raise OrderError."""

        async def endpoint(request: Request) -> Response:
            if not self._knows(request):
                return _stranger()
            try:
                return JSONResponse(figures(request))
            except OrderError as fault:
                return _not_done(fault)

        return endpoint

    def done(self, carry_out: Callable[[dict[str, Any]], Awaitable[None]]) -> Endpoint:
        """A call that is an order."""

        async def endpoint(request: Request) -> Response:
            if not self._knows(request):
                return _stranger()
            try:
                await carry_out(await _body(request))
            except OrderError as fault:
                return _not_done(fault)
            return JSONResponse(self._figures())

        return endpoint

    def _knows(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").encode()
        return secrets.compare_digest(given, f"Bearer {self._token.reveal()}".encode())


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


def _stranger() -> Response:
    return _error(401, "unauthorized", "No valid token.", "Send the sandbox's token.")


def _not_done(fault: OrderError) -> Response:
    return _error(400, "bad_order", f"Not done: {fault}.", "Correct the order.")


def _error(status: int, code: str, message: str, action: str) -> Response:
    body = {"error": {"code": code, "message": message, "action": action}}
    return JSONResponse(body, status_code=status)
