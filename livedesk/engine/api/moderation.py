"""How do people moderate? The queue, claims and decisions; and how do comments come in over HTTP?

What is refused says why, and holds the item as it is: who asks shows that in place of what it had.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Final, get_args

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.moderation import DecisionKind, Item
from livedesk.engine.api.actors import actor_of
from livedesk.engine.api.answers import (
    ApiError,
    json_answer,
    not_found,
    number,
    typed_body,
    wrong_value,
)
from livedesk.engine.api.hook_answers import hook_error
from livedesk.engine.api.moderation_view import (
    MOST_A_PAGE,
    ModeratingView,
    ModerationError,
    QueueState,
)
from livedesk.engine.api.stores import store_of
from livedesk.engine.api.view import EngineView
from livedesk.engine.hook_news import refuse
from livedesk.platforms.webhook import HookRefused

USUAL_PAGE: Final = 500
_STATUS: Final = {
    "unknown_item": 404, "unknown_effect": 404, "unknown_warning": 404, "service": 502,
    "stopping": 503,
}  # fmt: skip
_ACTIONS: Final = {
    "claimed": "Wait until the claim is released or runs out, or speak with its holder.",
    "duplicate_reply": "Ask with again: true to post it all the same.",
    "unknown_item": "Fetch the queue anew.",
    "unknown_warning": "See warnings in the status for those that there are.",
    "unknown_reply": "See faq in the queue for the answers that there are.",
    "service": "See the rule service's log.",
    "stopping": "Ask again when the engine is back.",
}
_LOOK: Final = "Look at the item as it is now."

_Act = Callable[[ModeratingView, Request, str], Awaitable[Item]]
_Name = Annotated[str, Meta(min_length=1, max_length=60)]
_Key = Annotated[str, Meta(min_length=1, max_length=100)]


class ByBody(msgspec.Struct, forbid_unknown_fields=True):
    """`by`: who acts; the token's name without it."""

    by: _Name | None = None


class DecideBody(ByBody):
    """`key`: the same again is one decision. `seen`: how many decisions the item had when the
    person looked at it; one made in ignorance of others is refused."""

    key: _Key | None = None
    seen: Annotated[int, Meta(ge=0, le=1_000)] | None = None


class ReplyBody(DecideBody, kw_only=True):
    """`again`: also when the answer was posted a moment ago."""

    faq: _Key
    again: bool = False


class DoneBody(ByBody, kw_only=True):
    """`effect`: the key of what was, or could not be, done by hand; `text`: why it could not."""

    effect: Annotated[str, Meta(min_length=1, max_length=300)]
    done: bool
    text: Annotated[str, Meta(max_length=200)] = ""


class WarningBody(ByBody, kw_only=True):
    """`warning`: its id."""

    warning: Annotated[str, Meta(min_length=1, max_length=300)]


def moderating_of(request: Request) -> ModeratingView:
    """Raises ApiError where the store has no moderation."""
    moderating = store_of(request).moderating
    if moderating is None:
        raise ApiError(
            404,
            "no_moderation",
            "This store is not moderated here.",
            "Add [store.moderation] to its settings.",
        )
    return moderating


@contextmanager
def _as_answers() -> Iterator[None]:
    try:
        yield
    except ModerationError as error:
        status = _STATUS.get(error.code, 409)
        action = error.action or _ACTIONS.get(error.code, _LOOK)
        more = {} if error.item is None else {"item": error.item}
        raise ApiError(status, error.code, error.text, action, more) from error


async def queue(request: Request) -> Response:
    moderating = moderating_of(request)
    state = _state(request.query_params.get("state", "open"))
    limit = round(number(request, "limit", USUAL_PAGE, 1, MOST_A_PAGE))
    with _as_answers():
        return json_answer(moderating.queue(state, request.query_params.get("after", ""), limit))


def _state(text: str) -> QueueState:
    states: tuple[QueueState, ...] = get_args(QueueState)
    for state in states:
        if state == text:
            return state
    raise wrong_value("state", f"one of {', '.join(states)}")


async def act(request: Request) -> Response:
    call = _ACTS.get(request.path_params["action"])
    if call is None:
        raise not_found(request.scope)
    moderating = moderating_of(request)
    with _as_answers():
        return json_answer(await call(moderating, request, request.path_params["item"]))


def _decide(kind: DecisionKind) -> _Act:
    async def decide(moderating: ModeratingView, request: Request, item_id: str) -> Item:
        body = await typed_body(request, DecideBody)
        by, key = _by(request, body), _key(body)
        return await moderating.act(item_id, kind, by, key, seen=body.seen)

    return decide


async def _reply(moderating: ModeratingView, request: Request, item_id: str) -> Item:
    body = await typed_body(request, ReplyBody)
    return await moderating.act(
        item_id, "reply", _by(request, body), _key(body), body.faq, body.again, body.seen
    )


async def _claim(moderating: ModeratingView, request: Request, item_id: str) -> Item:
    return await moderating.claim(item_id, _by(request, await typed_body(request, ByBody)))


async def _release(moderating: ModeratingView, request: Request, item_id: str) -> Item:
    return await moderating.release(item_id, _by(request, await typed_body(request, ByBody)))


async def _done(moderating: ModeratingView, request: Request, item_id: str) -> Item:
    body = await typed_body(request, DoneBody)
    why_not = "" if body.done else body.text.strip()
    return await moderating.by_hand(item_id, body.effect, body.done, _by(request, body), why_not)


_ACTS: Final[dict[str, _Act]] = {
    "approve": _decide("approve"),
    "hide": _decide("hide"),
    "ban": _decide("ban"),
    "undo": _decide("undo"),
    "reply": _reply,
    "claim": _claim,
    "release": _release,
    "done": _done,
}


def _by(request: Request, body: ByBody) -> str:
    return actor_of(request, body.by)


def _key(body: DecideBody) -> str:
    return body.key or secrets.token_hex(12)


async def take_comments(request: Request) -> Response:
    """One JSON object a line; a line that is none is counted, and harms no other."""
    moderating = moderating_of(request)
    body = await request.body()
    with _as_answers():
        taken, unusable = moderating.take_lines(body)
    return json_answer({"taken": taken, "unusable": unusable})


async def warning_done(request: Request) -> Response:
    """Somebody saw to what a compliance warning is about."""
    moderating = moderating_of(request)
    body = await typed_body(request, WarningBody)
    with _as_answers():
        return json_answer(moderating.warning_done(body.warning, _by(request, body)))


async def hook(request: Request) -> Response:
    """Signed after Standard Webhooks; whoever signs needs no token, and learns of no store."""
    engine: EngineView = request.app.state.engine
    store = engine.store(request.path_params["store"])
    body = await request.body()
    try:
        if store is None or store.moderating is None:
            refuse(request.headers, body, engine.clock.utc_ns())
        store.moderating.hook(request.headers, body)
    except HookRefused as refusal:
        raise hook_error(refusal) from refusal
    return Response(status_code=204)
