"""Whose act is a call?"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from starlette.requests import Request

from livedesk.engine.api.answers import typed_body, wrong_value
from livedesk.engine.people.identity import LONGEST_BY, Caller

BY: Final = "by"
By = Annotated[str, Meta(max_length=LONGEST_BY)]


class ByBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`by`: who acts; without it, whose token it is."""

    by: By | None = None


def caller_of(request: Request) -> Caller:
    caller = request.scope["caller"]
    assert isinstance(caller, Caller)
    return caller


def actor_of(request: Request, by: str | None = None) -> str:
    """The name for the record. `by`, from the body, counts only from the machine's own token.

    The audit trail of the call names the same person.
    """
    actor = caller_of(request).name_for(by or "")
    request.scope["actor"] = actor
    return actor


def actor_in(request: Request, content: dict[str, Any]) -> str:
    """The same for a body that was read as members. Raises ApiError."""
    by = content.get(BY)
    if by is not None and not (isinstance(by, str) and len(by) <= LONGEST_BY):
        raise wrong_value(BY, f"a name of at most {LONGEST_BY} characters")
    return actor_of(request, by)


async def actor_alone(request: Request) -> str:
    """The same for a call whose body says nothing else. Raises ApiError."""
    return actor_of(request, (await typed_body(request, ByBody)).by)
