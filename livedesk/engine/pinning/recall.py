"""What did an earlier engine leave of a session's pins? Reads its record: call it in a thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from livedesk.core.clock import NS_PER_MS, Clock
from livedesk.core.events import Event
from livedesk.core.pins import PinStatus, Product
from livedesk.journal.errors import JournalError
from livedesk.journal.fold.pins import PIN_EVENTS, pin_told, unsettled_pins
from livedesk.journal.reader import SessionReader
from livedesk.pins.pin import Pin

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recalled:
    """`pins`: all, in the order of their cues. `unsettled`: of which more has to come.

    `cue_ids`: which pin was asked for under which name of the caller's.
    """

    pins: tuple[Pin, ...] = ()
    unsettled: tuple[Pin, ...] = ()
    cue_ids: tuple[tuple[str, str], ...] = ()


def recall(record: Path, clock: Clock) -> Recalled:
    """A record that cannot be read has nothing to tell; the journal's own alarm says so."""
    try:
        with SessionReader.open(record) as reader:
            events = [timed.event for timed in reader.events(kinds=PIN_EVENTS)]
    except JournalError as error:
        log.error("pins of %s cannot be taken up: %s", record, error)
        return Recalled()
    return recalled(events, clock)


def recalled(events: Sequence[Event], clock: Clock) -> Recalled:
    newest: dict[str, PinStatus] = {}
    begun: dict[str, Event] = {}
    cue_ids: dict[str, str] = {}
    for event in events:
        pin = pin_told(event)
        if pin is None:
            continue
        newest[pin.id] = pin
        begun.setdefault(pin.id, event)
        cue_id = event.data.get("cue_id")
        if isinstance(cue_id, str) and cue_id:
            cue_ids[cue_id] = pin.id
    pins = {pin_id: _pin(pin, begun[pin_id], clock) for pin_id, pin in newest.items()}
    open_ids = [left.pin.id for left in unsettled_pins(events)]
    return Recalled(
        tuple(pins.values()),
        tuple(pins[pin_id] for pin_id in open_ids),
        tuple(cue_ids.items()),
    )


def _pin(told: PinStatus, begun: Event, clock: Clock) -> Pin:
    cued_ns = _cued_mono_ns(told, begun, clock)

    def at(since_cue_ms: float | None) -> int | None:
        return None if since_cue_ms is None else cued_ns + round(since_cue_ms * NS_PER_MS)

    return Pin(
        id=told.id,
        key=told.key,
        product=_product(told, begun),
        cued_mono_ns=cued_ns,
        cued_utc_ns=told.cued_utc_ns,
        received_mono_ns=at(told.received_ms) or cued_ns,
        deadline_mono_ns=cued_ns + _allowed_ns(begun),
        source=told.source,
        actor=told.actor,
        clock=told.clock,
        state=told.state,
        reason=told.reason,
        code=told.code,
        shown=told.shown,
        sent_mono_ns=at(told.sent_ms),
        accepted_mono_ns=at(told.accepted_ms),
        settled_mono_ns=at(told.settled_ms),
        attempts=told.attempts,
        reads=told.reads,
        hedged=told.hedged,
        by_hand=told.by_hand,
        recorded=told.recorded,
    )


def _cued_mono_ns(told: PinStatus, begun: Event, clock: Clock) -> int:
    """A monotonic time that is yet to come is of the machine's boot before: then UTC counts."""
    cued_ns, now_ns = begun.data.get("cue_mono_ns"), clock.mono_ns()
    if isinstance(cued_ns, int) and cued_ns <= now_ns:
        return cued_ns
    return now_ns - max(0, clock.utc_ns() - told.cued_utc_ns)


def _allowed_ns(begun: Event) -> int:
    cued_ns, deadline_ns = begun.data.get("cue_mono_ns"), begun.data.get("deadline_mono_ns")
    if isinstance(cued_ns, int) and isinstance(deadline_ns, int):
        return deadline_ns - cued_ns
    return 0


def _product(told: PinStatus, begun: Event) -> Product | None:
    if told.action == "unpin":
        return None
    try:
        return msgspec.convert(begun.data.get("product"), Product)
    except msgspec.ValidationError:
        return Product(told.product_id, told.title)
