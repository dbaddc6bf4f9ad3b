"""What is noted of a call that changes something, and how is the trail read?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.secrets import Secret, redact
from livedesk.engine.api.actors import caller_of
from livedesk.engine.api.answers import ApiError, json_answer, number
from livedesk.engine.api.auth import UPLOADS
from livedesk.engine.api.roles import ANALYSIS
from livedesk.engine.people.audit_file import AuditDamagedError
from livedesk.engine.people.door import PeopleDoor

Endpoint = Callable[[Request], Awaitable[Response]]

USUAL_PAGE: Final = 500
MOST_A_PAGE: Final = 5_000
_SEQ_LIMIT: Final = 2**63 - 1

_TOLD: Final = frozenset((
    "to", "reason", "on", "confirm", "stay_s", "product_id", "next", "source", "op", "pin", "done",
    "text", "faq", "again", "effect", "warning", "name", "role", "hours", "minutes", "why",
    "verdict", "waive", "relays", "steps", "sessions", "formats", "edition", "orders", "evidence",
    "mapping",
))  # fmt: skip
"""Members of a body that say what was done. None of them holds a secret, and no other is noted."""

_ONLY_AT: Final = ("/claim", "/release")
"""That somebody looks at an item is no act: it changes nothing that lasts, every ten seconds."""
_DATA: Final = "/comments"
"""What viewers wrote, and not what somebody did."""


def is_act(method: str, path: str) -> bool:
    return method not in ("GET", "HEAD") and not path.endswith((*_ONLY_AT, _DATA))


async def noted(request: Request, answer: Endpoint) -> Response:
    """Answer, and note what came of it. Calls of nobody are signed by a platform: what they bring
    is in the store's own record."""
    caller = caller_of(request)
    if caller.token == "none" or not is_act(request.method, request.url.path):
        return await answer(request)
    # A file is not looked into, and the call has it written down as it comes.
    if request.url.path in UPLOADS:
        said = {"name": request.query_params.get("name", "")}
    else:
        said = _said(await request.body())
    outcome = 0
    try:
        response = await answer(request)
        outcome = response.status_code
        return response
    except ApiError as error:
        outcome = error.status
        raise
    except Exception:
        outcome = 500
        raise
    finally:
        people: PeopleDoor = request.app.state.people
        own = _token_of(request)

        def told(text: str) -> str:
            # Who pastes a token into the wrong field has it in no record that others read.
            return redact(text, own)

        people.audit.note(
            told(f"{request.method} {request.url.path}"),
            told(str(request.scope["actor"])),
            caller.role,
            store=told(str(request.path_params.get("store", ""))),
            outcome=outcome,
            data={"token": caller.token} | {key: told(value) for key, value in said.items()},
        )


def _token_of(request: Request) -> tuple[Secret, ...]:
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    # A short one, which somebody chose for a trial, would take words out of the texts.
    return (Secret(token),) if len(token) >= 16 else ()


def _said(body: bytes) -> dict[str, str]:
    """What is wrong with a body is for the call to say."""
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {key: _as_text(value) for key, value in content.items() if key in _TOLD}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


async def read_trail(request: Request) -> Response:
    people: PeopleDoor = request.app.state.people
    audit = people.audit
    after = round(number(request, "after", 0, 0, _SEQ_LIMIT))
    limit = round(number(request, "limit", USUAL_PAGE, 1, MOST_A_PAGE))
    try:
        entries = await audit.page(after, limit)
        # Who pages on has had all of it looked through with the first page.
        proof = await audit.proof(whole=after == 0)
    except AuditDamagedError as error:
        raise ApiError(
            500, "damaged", f"{str(error).capitalize()}.", "Keep the file, and look at its backup."
        ) from error
    except sqlite3.Error as error:
        raise ApiError(
            503, "unreadable", f"The audit trail cannot be read: {error}.", "Look at its disk."
        ) from error
    answer = {
        "entries": entries,
        "intact": proof.intact,
        "head": proof.head,
        "count": proof.entries,
        "broken_at": proof.broken_at,
        "problem": audit.problem,
    }
    return json_answer(answer)


CALLS: Final = (("GET", "/v1/audit", ANALYSIS, read_trail),)
