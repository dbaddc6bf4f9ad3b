"""How is a file of orders handed in, and how are its columns named?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.records import OrderFile
from livedesk.engine.api.actors import ByBody, actor_alone, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, typed_body, wrong_value
from livedesk.engine.api.auth import UPLOADS
from livedesk.engine.api.roles import ANALYSIS, Role
from livedesk.engine.api.sessions import records_of
from livedesk.engine.records.orders import (
    FILES_MOST,
    LONGEST_NAME,
    OrdersError,
    OrderShelf,
    TooManyOrdersError,
)

_MOST_COLUMNS: Final = 100
_Column = Annotated[str, Meta(max_length=500)]


class MappingBody(ByBody, kw_only=True):
    """Our field → the column of the file."""

    mapping: Annotated[dict[_Column, _Column], Meta(max_length=_MOST_COLUMNS)]


async def hand_in(request: Request) -> Response:
    """The body is the file."""
    name = request.query_params.get("name", "")
    if not name.strip() or len(name) > LONGEST_NAME:
        raise wrong_value("name", f"the name of the file, of at most {LONGEST_NAME} characters")
    with _as_answers():
        return json_answer(await _shelf(request).take(name, request.stream()), 201)


async def tell_file(request: Request) -> Response:
    return json_answer(_file_of(request))


async def name_columns(request: Request) -> Response:
    body = await typed_body(request, MappingBody)
    actor_of(request, body.by)
    file = _file_of(request)
    with _as_answers():
        return json_answer(await _shelf(request).understand(file.id, body.mapping))


async def remove_file(request: Request) -> Response:
    await actor_alone(request)
    await _shelf(request).remove(_file_of(request).id)
    return Response(status_code=204)


def _shelf(request: Request) -> OrderShelf:
    return records_of(request).orders


def _file_of(request: Request) -> OrderFile:
    file = _shelf(request).get(request.path_params["file"])
    if file is None:
        raise unknown_orders()
    return file


def unknown_orders() -> ApiError:
    return ApiError(
        404,
        "unknown_orders",
        "There is no such file of orders; they are kept for a day.",
        "Hand it in again.",
    )


@contextmanager
def _as_answers() -> Iterator[None]:
    try:
        yield
    except KeyError as error:
        raise unknown_orders() from error
    except OrdersError as error:
        raise ApiError(
            422, "unusable", str(error), "Correct the file, or choose another."
        ) from error
    except TooManyOrdersError as error:
        text = f"{FILES_MOST} files of orders are kept already."
        raise ApiError(429, "too_many_orders", text, "Remove one first.") from error


_Endpoint = Callable[[Request], Awaitable[Response]]
[_ORDERS] = UPLOADS

CALLS: Final[tuple[tuple[str, str, frozenset[Role], _Endpoint], ...]] = (
    ("POST", _ORDERS, ANALYSIS, hand_in),
    ("GET", f"{_ORDERS}/{{file}}", ANALYSIS, tell_file),
    ("PUT", f"{_ORDERS}/{{file}}", ANALYSIS, name_columns),
    ("DELETE", f"{_ORDERS}/{{file}}", ANALYSIS, remove_file),
)
