"""How does the service answer, how does it refuse, and how does it read what it is sent?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from livedesk.core.moderation import Item

T = TypeVar("T")

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
_NOT_HERE: Final = {404: "unknown_call", 405: "wrong_method"}


class Refusal(Exception):  # noqa: N818 - reads as the answer it is
    """An answer that is not what the caller wanted; every part of it is for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        action: str,
        more: Mapping[str, Any] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "action": action, **(more or {})}
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        if status == 413:  # What is left of the body is not waited for.
            self.headers["Connection"] = "close"
        if status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"

    def response(self) -> Response:
        return answer({"error": self.body}, self.status, self.headers)


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(content),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def raw_items(items: Sequence[bytes]) -> msgspec.Raw:
    """Items are kept as JSON: their list is made without reading them again."""
    return msgspec.Raw(b"[" + b",".join(items) + b"]")


def wrong(name: str, expected: str) -> Refusal:
    return Refusal(422, "wrong_value", f"{name} must be {expected}.", f"Correct {name}.")


def busy(what: str) -> Refusal:
    return Refusal(503, "busy", what, "Try again in a second.", retry_after_s=1)


def unknown_item() -> Refusal:
    return Refusal(404, "unknown_item", "There is no such item.", "Fetch the items anew.")


def conflict(code: str, text: str, item: Item) -> Refusal:
    """As it is, so that the caller need not ask."""
    return Refusal(409, code, text, "Look at the item as it is now.", {"item": item})


async def body_of(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > limit:
            raise Refusal(
                413, "too_large", f"The body is larger than {limit} bytes.", "Send it in parts."
            )
    return bytes(content)


async def read(request: Request, kind: type[T]) -> T:
    """The body as `kind`. Raises Refusal.

    Lone surrogates, which JSON can write and UTF-8 cannot, become U+FFFD: one comment with such a
    name must not cost the other 499. It takes a second for the largest bodies, hence the thread.
    """
    content = await body_of(request)
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as fault:
        raise Refusal(422, "wrong_value", f"{fault}.", "Correct the body.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return await asyncio.to_thread(_parsed_slowly, content, kind)


def _parsed_slowly(content: bytes, kind: type[T]) -> T:
    try:
        return msgspec.convert(_whole(json.loads(content)), kind)
    except msgspec.ValidationError as fault:
        raise Refusal(422, "wrong_value", f"{fault}.", "Correct the body.") from None
    except (ValueError, RecursionError):
        raise Refusal(400, "no_json", "The body is no JSON.", "Send JSON in UTF-8.") from None


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(each) for name, each in value.items()}
    return value


def number(request: Request, name: str, default: int, least: int, most: int) -> int:
    """A query parameter within limits. Raises Refusal."""
    text = request.query_params.get(name)
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most):
        raise wrong(name, f"a whole number from {least} to {most}")
    return int(text)


async def on_refusal(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, Refusal)
    return fault.response()


async def on_http_error(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    code = _NOT_HERE.get(fault.status_code, "not_done")
    refusal = Refusal(fault.status_code, code, f"{fault.detail}.", "See docs/rule-service.yaml.")
    refusal.headers |= dict(fault.headers or {})
    return refusal.response()


async def on_gone(request: Request, fault: Exception) -> Response:
    """The caller hung up while it was still sending."""
    return Response(status_code=400)


async def on_fault(request: Request, fault: Exception) -> Response:
    return Refusal(
        500, "internal", "The service failed at this call.", "Look into its log, and report it."
    ).response()


HANDLERS: Final[Mapping[Any, Callable[[Request, Exception], Any]]] = {
    Refusal: on_refusal,
    HTTPException: on_http_error,
    ClientDisconnect: on_gone,
    Exception: on_fault,
}
