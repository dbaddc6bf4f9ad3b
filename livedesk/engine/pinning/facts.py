"""What do the newest pins say together? For the alarms. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.engine.pin_conditions import GATEWAY, LATE_OF
from livedesk.pins.gateways.base import Shown
from livedesk.pins.pin import Pin

_NEWS_NS: Final = 600 * NS_PER_S
"""What was late longer ago says nothing about the next pin."""


class HeldUp:
    """Until when did the platform last take no pins, for so long that it was an alarm?"""

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self.until_ns: int | None = None

    def look(self, mono_ns: int, is_held: bool) -> None:
        if not is_held:
            self._since_ns = None
            return
        self._since_ns = mono_ns if self._since_ns is None else self._since_ns
        if mono_ns - self._since_ns >= GATEWAY.on_s * NS_PER_S:
            self.until_ns = mono_ns


def late_of(
    recent: Sequence[Pin], mono_ns: int, held_until_ns: int | None = None
) -> tuple[int, int]:
    """Of how many of the newest pins that were judged, how many were late. `recent`: newest first.

    A person's hand is no measure of the way to the platform, and pins that were cued before
    `held_until_ns` were late for a reason that had an alarm of its own.
    """
    judged = [
        pin
        for pin in recent
        if pin.settled_mono_ns is not None
        and mono_ns - pin.settled_mono_ns < _NEWS_NS
        and pin.product is not None
        and not pin.by_hand
        and (held_until_ns is None or pin.cued_mono_ns > held_until_ns)
        and pin.state in ("confirmed", "late", "failed", "unknown")
    ][:LATE_OF]
    return sum(pin.state == "late" for pin in judged), len(judged)


def displaced_by(recent: Sequence[Pin], shown: Shown | None, shown_ns: int | None) -> str | None:
    """The product that was seen in place of the newest pin's; None when all is as it was cued.

    While a pin is on its way the platform rightly shows another.
    """
    if shown is None or not shown.known or shown_ns is None or shown.product_id is None:
        return None
    sent = [pin for pin in recent if pin.state not in ("refused", "superseded")]
    if not sent or sent[0].settled_mono_ns is None or not sent[0].shown:
        return None
    newest = sent[0]
    wanted = None if newest.product is None else newest.product.id
    is_later = shown_ns > (newest.settled_mono_ns or 0)
    return shown.product_id if is_later and shown.product_id != wanted else None
