"""How does the API answer, and how does it say that something is wrong?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

T = TypeVar("T")


class ApiError(Exception):
    """An answer that is not what the caller wanted; every part of it is for people."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        action: str,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """`more`: further members of the error, for programs."""
        super().__init__(message)
        self.more = more or {}
        self.status = status
        self.code = code
        self.message = message
        self.action = action

    def response(self) -> Response:
        body = {"code": self.code, "message": self.message, "action": self.action, **self.more}
        return json_answer({"error": body}, self.status, _HEADERS.get(self.status))


_HEADERS = {
    401: {"WWW-Authenticate": "Bearer"},
    # What is left of the body is not waited for.
    408: {"Connection": "close"},
    413: {"Connection": "close"},
}


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Dataclasses and plain values as JSON; numbers that are none become null."""
    return Response(
        msgspec.json.encode(content),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def wrong_value(name: str, expected: str) -> ApiError:
    what = name.replace("The ", "the ", 1)
    return ApiError(422, "wrong_value", f"{name} must be {expected}.", f"Correct {what}.")


def number(request: Request, name: str, default: float, low: float, high: float) -> float:
    """A query parameter within limits. Raises ApiError."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise wrong_value(name, f"a number from {low:g} to {high:g}")
    return value


async def json_object(request: Request, known: set[str]) -> dict[str, Any]:
    """The body as an object with known members only; nothing at all is an empty object."""
    content = await _decoded(request, object)
    if not isinstance(content, dict):
        raise wrong_value("The body", "a JSON object")
    for name in content:
        if name not in known:
            wanted = ", ".join(sorted(known)) or "no members"
            raise wrong_value("The body", f"an object with {wanted}; it has another member")
    return content


async def typed_body(request: Request, kind: type[T]) -> T:
    """The body as a struct; nothing at all is one without members. Raises ApiError."""
    return await _decoded(request, kind)


async def _decoded(request: Request, kind: type[T]) -> T:
    body = await request.body()
    if not body.strip():
        body = b"{}"
    try:
        content = msgspec.json.decode(body, type=kind)
        # Which of two products a sender means who names both is not for us to choose.
        json.loads(body, object_pairs_hook=_only_once)
    except msgspec.ValidationError as error:
        raise wrong_value("The body", f"as described; {error}") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise wrong_value("The body", "valid JSON") from error
    return content


def _only_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(members)
    if len(content) < len(members):
        raise wrong_value("The body", "an object without a member that comes twice")
    return content


def not_found(scope: Scope) -> ApiError:
    return ApiError(
        404, "not_found", f"There is no {scope['path']}.", "See the API in docs/architecture.md."
    )


def on_api_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return error.response()


def on_http_error(request: Request, error: Exception) -> Response:
    """What the router itself refuses: an unknown path or method."""
    status = getattr(error, "status_code", 500)
    if status == 404:
        return not_found(request.scope).response()
    if status == 405:
        allowed = (getattr(error, "headers", None) or {}).get("Allow", "another method")
        answer = ApiError(
            405,
            "method_not_allowed",
            f"{request.method} is not possible here.",
            f"Use {allowed}.",
        ).response()
        answer.headers["Allow"] = allowed
        return answer
    return ApiError(status, "refused", "The request was refused.", "Check the request.").response()


def on_gone(_request: Request, _error: Exception) -> Response:
    """Nobody is there any more to read the answer."""
    return Response(status_code=400)


def on_fault(_request: Request, _error: Exception) -> Response:
    """A fault of ours: the traceback is in the log, not in the answer."""
    return ApiError(
        500,
        "fault",
        "livedesk made a mistake while answering.",
        "Try again; the engine's log says more.",
    ).response()
