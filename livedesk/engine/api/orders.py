"""How do people move the stream? Switch, hold and drill, as orders to the relay.

409 is the relay's own refusal, with its code and words; 504 says that it gave no answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.order_limits import LONGEST_REASON, LONGEST_STAY_S, USUAL_STAY_S
from livedesk.engine.api.actors import BY, actor_in
from livedesk.engine.api.answers import ApiError, json_answer, json_object, wrong_value
from livedesk.engine.api.stores import store_of
from livedesk.engine.orders import OrderRefusedError, RelaySilentError


async def switch(request: Request) -> Response:
    """Accepted means that the relay does it; what comes of it is told by events and status."""
    store = store_of(request)
    content = await json_object(request, {"to", "reason", BY})
    to = _text(content, "to", None)
    reason = _text(content, "reason", "")
    with _as_answers():
        from_ = await store.orders.failover(to, reason, actor_in(request, content))
    return json_answer({"accepted": True, "from": from_, "to": to}, 202)


async def hold(request: Request) -> Response:
    store = store_of(request)
    content = await json_object(request, {"on", BY})
    with _as_answers():
        mode = await store.orders.hold(_flag(content, "on", None), actor_in(request, content))
    return json_answer({"mode": mode})


async def drill(request: Request) -> Response:
    store = store_of(request)
    content = await json_object(request, {"confirm", "stay_s", BY})
    confirmed = _flag(content, "confirm", False)
    stay_s = _seconds(content)
    with _as_answers():
        await store.orders.drill(stay_s, actor_in(request, content), confirmed=confirmed)
    return json_answer({"drill": "running"}, 202)


async def newest_drill(request: Request) -> Response:
    report = store_of(request).status().failover.drill
    if report is None:
        raise ApiError(404, "no_drill", "No drill is known.", "Order one: POST to this address.")
    return json_answer(report)


@contextmanager
def _as_answers() -> Iterator[None]:
    try:
        yield
    except OrderRefusedError as refusal:
        raise ApiError(409, refusal.code, str(refusal), refusal.action) from refusal
    except RelaySilentError as silence:
        action = "Look at the store's status; if the relay is down, livedesk starts it again."
        raise ApiError(504, "relay_silent", str(silence), action) from silence


def _text(content: dict[str, Any], name: str, default: str | None) -> str:
    value = content.get(name, default)
    if not isinstance(value, str) or len(value) > LONGEST_REASON or (not value and default is None):
        raise wrong_value(name, f"a text of at most {LONGEST_REASON} characters")
    return value


def _flag(content: dict[str, Any], name: str, default: bool | None) -> bool:
    value = content.get(name, default)
    if not isinstance(value, bool):
        raise wrong_value(name, "true or false")
    return value


def _seconds(content: dict[str, Any]) -> float:
    value = content.get("stay_s", USUAL_STAY_S)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not (math.isfinite(value) and 0 <= value <= LONGEST_STAY_S):
        raise wrong_value("stay_s", f"a number from 0 to {LONGEST_STAY_S:g}")
    return float(value)
