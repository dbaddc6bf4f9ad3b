"""Whose act is a call?"""

from __future__ import annotations

from starlette.requests import Request

from livedesk.engine.people.identity import Caller


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
