"""How do people and programs pin? Cues, unpins, what was done by hand, and the ledger.

What is refused is a 409 with the code of the refusal. A cue is taken in one turn of the event
loop. The answer says that it is on its way and on record, so that no later engine forgets what was
answered; events and status say what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from livedesk.core.pins import CueSource, PadClock
from livedesk.engine.api.actors import ByBody, actor_of
from livedesk.engine.api.answers import ApiError, json_answer, number, typed_body, wrong_value
from livedesk.engine.api.pins_view import PinningView
from livedesk.engine.api.stores import store_of
from livedesk.engine.pinning.cues import Cue, CueError, Wants

LONGEST_CLOCK_ERROR_MS = 10_000.0
LARGEST_CLOCK_OFFSET_MS = 1e13
"""A device that believes it is 1970, or three centuries later, can still be told apart."""
_Name = Annotated[str, Meta(max_length=100)]
_ProductId = Annotated[str, Meta(min_length=1, max_length=200)]
_UnixNs = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class CueBody(ByBody, kw_only=True):
    """`cued_at_ns`: Unix time by the engine's clock."""

    product_id: _ProductId | None = None
    next: bool = False
    cued_at_ns: _UnixNs | None = None
    source: CueSource = "api"
    cue_id: _Name = ""
    clock: PadClock | None = None


class UnpinBody(ByBody, kw_only=True):
    cued_at_ns: _UnixNs | None = None
    source: CueSource = "api"
    cue_id: _Name = ""
    clock: PadClock | None = None


class ByHandBody(ByBody, kw_only=True):
    pin: str
    done: bool
    text: Annotated[str, Meta(max_length=300)] = ""


def pinning_of(request: Request) -> PinningView:
    """Raises ApiError where the store has no pins."""
    pinning = store_of(request).pinning
    if pinning is None:
        raise ApiError(
            404, "no_pins", "This store does not pin.", "Add [store.pins] to its settings."
        )
    return pinning


@contextmanager
def as_answers() -> Iterator[None]:
    try:
        yield
    except CueError as refusal:
        status = 422 if refusal.is_wrong else 409
        raise ApiError(status, refusal.code, str(refusal), refusal.action) from refusal


async def cue(request: Request) -> Response:
    pinning = pinning_of(request)
    body = await typed_body(request, CueBody)
    if body.next == (body.product_id is not None):
        raise wrong_value("The body", "an object with either product_id or next: true")
    wants: Wants = "next" if body.next else "pin"
    return await _taken(pinning, _cue(request, body, wants, body.product_id or ""))


async def unpin(request: Request) -> Response:
    pinning = pinning_of(request)
    body = await typed_body(request, UnpinBody)
    return await _taken(pinning, _cue(request, body, "unpin"))


def _cue(request: Request, body: CueBody | UnpinBody, wants: Wants, product_id: str = "") -> Cue:
    """Raises ApiError."""
    clock = body.clock
    if clock is not None and not 0 <= clock.error_ms <= LONGEST_CLOCK_ERROR_MS:
        raise wrong_value("clock.error_ms", f"from 0 to {LONGEST_CLOCK_ERROR_MS:,.0f}")
    if clock is not None and abs(clock.offset_ms) > LARGEST_CLOCK_OFFSET_MS:
        raise wrong_value("clock.offset_ms", f"within ±{LARGEST_CLOCK_OFFSET_MS:g}")
    return Cue(
        wants=wants,
        product_id=product_id,
        cued_utc_ns=body.cued_at_ns,
        source=body.source,
        cue_id=body.cue_id,
        clock=clock,
        actor=actor_of(request, body.by),
    )


async def _taken(pinning: PinningView, wanted: Cue) -> Response:
    with as_answers():
        pin = pinning.cue(wanted)
    return json_answer(await pinning.on_record(pin), 202)


async def by_hand(request: Request) -> Response:
    pinning = pinning_of(request)
    body = await typed_body(request, ByHandBody)
    with as_answers():
        pin = pinning.by_hand(body.pin, body.text, actor_of(request, body.by), done=body.done)
    return json_answer(await pinning.on_record(pin))


async def ledger(request: Request) -> Response:
    limit = round(number(request, "limit", 50, 1, 1_000))
    return json_answer(pinning_of(request).ledger(limit))
