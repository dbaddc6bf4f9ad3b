"""Which pins were called for, how long did each take, and what became of it?

Each `pin.*` event holds the whole of what was known of its pin (`core.pins.PinStatus`), so the
newest one of a pin tells of it (docs/architecture.md, "Pins").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.core.events import Event
from livedesk.core.pins import UNSETTLED, PinStatus, Product
from livedesk.journal.reader import TimedEvent
from livedesk.journal.rows import value_of

PIN_EVENTS: Final = (
    "pin.cued", "pin.sent", "pin.accepted", "pin.confirmed", "pin.late", "pin.failed",
    "pin.unknown", "pin.superseded", "pin.refused", "pin.by_hand",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PinRow:
    """One pin, with the session time of its cue."""

    t_ms: int
    pin: PinStatus


@dataclass(frozen=True, slots=True)
class UnsettledPin:
    """What an engine left behind: a pin whose end is not on record.

    Its monotonic times are those of the machine's boot in which it was cued. Where the disk had not
    taken the cue itself, product and times are not known (None and 0).
    """

    pin: PinStatus
    product: Product | None
    cue_mono_ns: int
    deadline_mono_ns: int


class PinsTold:
    """Takes PIN_EVENTS; of other events, and of what cannot be understood, nothing."""

    def __init__(self) -> None:
        self._rows: dict[str, PinRow] = {}

    def take(self, timed: TimedEvent) -> None:
        pin = pin_told(timed.event)
        if pin is not None:
            known = self._rows.get(pin.id)
            begun_ms = timed.t_ms - round(pin.received_ms or 0.0) if known is None else known.t_ms
            self._rows[pin.id] = PinRow(begun_ms, pin)

    def result(self) -> list[PinRow]:
        """All pins in the order of their cues, each as it was last told of."""
        return sorted(self._rows.values(), key=lambda row: row.t_ms)


def pin_rows(events: Iterable[TimedEvent]) -> list[PinRow]:
    """All pins in the order of their cues, each as it was last told of."""
    pins = PinsTold()
    for timed in events:
        pins.take(timed)
    return pins.result()


def unsettled_pins(events: Iterable[Event]) -> list[UnsettledPin]:
    """The pins of which more had to come, oldest first."""
    first: dict[str, Event] = {}
    newest: dict[str, PinStatus] = {}
    for event in events:
        pin = pin_told(event)
        if pin is None:
            continue
        first.setdefault(pin.id, event)
        newest[pin.id] = pin
    return [
        UnsettledPin(
            pin=pin,
            product=value_of(first[pin.id].data.get("product"), Product),
            cue_mono_ns=_whole(first[pin.id], "cue_mono_ns"),
            deadline_mono_ns=_whole(first[pin.id], "deadline_mono_ns"),
        )
        for pin in newest.values()
        if pin.settled_ms is None and pin.state in UNSETTLED
    ]


def pin_told(event: Event) -> PinStatus | None:
    """The pin that the event tells of; None of other events, and of what cannot be understood."""
    return value_of(event.data, PinStatus) if event.kind in PIN_EVENTS else None


def settled_utc_ns(pin: PinStatus) -> int | None:
    if pin.settled_ms is None:
        return None
    return pin.cued_utc_ns + round(pin.settled_ms * NS_PER_MS)


def _whole(event: Event, name: str) -> int:
    value = event.data.get(name)
    return value if isinstance(value, int) else 0
