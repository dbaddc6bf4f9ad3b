"""Which pins had been called for by an instant, how did each stand, and what was shown?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from livedesk.core.pin_latency import latency_of
from livedesk.core.pins import UNSETTLED, GatewayStatus, PinsStatus, PinStatus
from livedesk.journal.fold.pins import pin_told
from livedesk.journal.reader import TimedEvent
from livedesk.journal.replay.course import Course

RECENT: Final = 10


@dataclass(slots=True)
class _Pin:
    cued_ms: int
    course: Course[PinStatus] = field(default_factory=Course)


class PinCourses:
    """Takes PIN_EVENTS (`fold/pins.py`)."""

    def __init__(self) -> None:
        self._pins: dict[str, _Pin] = {}
        self._in_order: list[_Pin] | None = None
        self.any_by_hand = False

    def take(self, timed: TimedEvent) -> None:
        told = pin_told(timed.event)
        if told is None:
            return
        pin = self._pins.get(told.id)
        if pin is None:
            begun_ms = timed.t_ms - round(told.received_ms or 0.0)
            pin = self._pins[told.id] = _Pin(begun_ms)
        pin.course.add(timed.t_ms, told)
        self.any_by_hand |= told.by_hand

    @property
    def is_empty(self) -> bool:
        return not self._pins

    def at(self, t_ms: int, gateway: GatewayStatus, budget_ms: float) -> PinsStatus:
        """Products and the run of show are not on record, so nothing is said of them."""
        stood = list(self._newest_first(t_ms))
        recent = tuple(
            replace(pin, age_ms=float(t_ms - cued_ms)) for cued_ms, pin in stood[:RECENT]
        )
        shown, shown_age_ms = _shown(stood, t_ms)
        return PinsStatus(
            gateway=gateway,
            newest=recent[0] if recent else None,
            recent=recent,
            by_hand=tuple(
                pin
                for pin in recent
                if pin.by_hand and pin.settled_ms is None and pin.state in UNSETTLED
            ),
            shown_product_id=None if shown is None else shown.product_id,
            shown_title="" if shown is None else shown.title,
            shown_age_ms=shown_age_ms,
            latency=latency_of((pin for _, pin in stood), budget_ms),
        )

    def _newest_first(self, t_ms: int) -> Iterator[tuple[int, PinStatus]]:
        """With the times of their cues."""
        if self._in_order is None:
            self._in_order = sorted(self._pins.values(), key=lambda pin: pin.cued_ms)
        until = bisect_right(self._in_order, t_ms, key=lambda pin: pin.cued_ms)
        for pin in reversed(self._in_order[:until]):
            status = pin.course.at(t_ms)
            if status is not None:
                yield pin.cued_ms, status


def _shown(stood: list[tuple[int, PinStatus]], t_ms: int) -> tuple[PinStatus | None, float | None]:
    """What the newest pin that was read back put up, and how long ago; none after it was taken
    down."""
    for cued_ms, pin in stood:
        if pin.action == "unpin" and pin.state == "confirmed":
            return None, None
        if pin.action == "pin" and pin.shown:
            return pin, max(0.0, t_ms - cued_ms - (pin.settled_ms or 0.0))
    return None, None
