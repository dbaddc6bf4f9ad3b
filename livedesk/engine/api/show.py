"""How do people read and arrange the run of show?"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.pins import ShowOp
from livedesk.engine.api.actors import ByBody, actor_of
from livedesk.engine.api.answers import json_answer, typed_body
from livedesk.engine.api.pins import as_answers, pinning_of
from livedesk.engine.pinning.show_orders import ShowOrder


class ShowBody(ByBody, kw_only=True):
    op: ShowOp
    cue_id: Annotated[str, Meta(max_length=200)] = ""
    product_id: Annotated[str, Meta(max_length=200)] = ""
    to: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    revision: Annotated[int, Meta(ge=0)] | None = None


async def run_of_show(request: Request) -> Response:
    return json_answer(pinning_of(request).show)


async def change_show(request: Request) -> Response:
    pinning = pinning_of(request)
    body = await typed_body(request, ShowBody)
    order = ShowOrder(body.op, body.cue_id, body.product_id, body.to, body.revision)
    with as_answers():
        return json_answer(pinning.change_show(order, actor_of(request, body.by)))
