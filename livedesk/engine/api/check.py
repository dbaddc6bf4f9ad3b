"""Is the store ready to go on air, and who says so? The check before the show over HTTP."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.check import Verdict
from livedesk.engine.api.actors import actor_of
from livedesk.engine.api.answers import ApiError, json_answer, typed_body, wrong_value
from livedesk.engine.api.check_view import CheckingView
from livedesk.engine.api.stores import store_of
from livedesk.engine.checking.signs import NotGoError, UnknownLineError

LONGEST_TEXT: Final = 300
_MOST_LINES: Final = 100
_Line = Annotated[str, Meta(min_length=1, max_length=200)]
_Name = Annotated[str, Meta(min_length=1, max_length=60)]


class SignBody(Struct, frozen=True, forbid_unknown_fields=True):
    """`waive`: ids of lines that `by` takes on."""

    verdict: Verdict
    text: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    waive: Annotated[tuple[_Line, ...], Meta(max_length=_MOST_LINES)] = ()
    by: _Name | None = None


async def tell_check(request: Request) -> Response:
    return json_answer(_checking_of(request).report())


async def sign_check(request: Request) -> Response:
    checking = _checking_of(request)
    body = await typed_body(request, SignBody)
    by = actor_of(request, body.by)
    text = " ".join(body.text.split())
    try:
        return json_answer(await checking.sign(body.verdict, by, text, body.waive))
    except NotGoError as refusal:
        raise ApiError(
            409,
            "not_go",
            str(refusal),
            "Put them right, or name those in waive that you take on.",
            {"against": list(refusal.against)},
        ) from refusal
    except UnknownLineError as error:
        raise wrong_value("waive", "ids of lines of this check") from error


def _checking_of(request: Request) -> CheckingView:
    """Raises ApiError where the engine was put together without."""
    checking = store_of(request).checking
    if checking is None:
        raise ApiError(404, "no_check", "This store has no check.", "Nothing is to be done.")
    return checking
