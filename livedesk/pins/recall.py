"""What became of a pin that an earlier engine left behind? Pure: what is shown in, its fate out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from livedesk.pins.gateways.base import Shown
from livedesk.pins.pin import Pin

LOOK_AGAIN_S: Final = 3.0
"""Longer than a write of the earlier engine may take to have its effect."""

_WHY: Final = "The engine was restarted"


def taken_up(pins: Sequence[Pin], mono_ns: int) -> tuple[list[Pin], Pin | None]:
    """Those that a newer one had replaced already, settled; and the newest, if there is any."""
    ordered = sorted(pins, key=lambda pin: pin.received_mono_ns)
    replaced = [superseded(pin, mono_ns) for pin in ordered[:-1]]
    return replaced, ordered[-1] if ordered else None


def superseded(pin: Pin, mono_ns: int) -> Pin:
    reason = "A newer cue took its place."
    return replace(
        pin, state="superseded", code="superseded", reason=reason, settled_mono_ns=mono_ns
    )


def in_doubt(pin: Pin) -> Pin:
    """While it is read back."""
    reason = f"{_WHY}; it is being read back."
    if pin.state == "accepted":
        return replace(pin, reason=reason)
    return replace(pin, state="unknown", code="restarted", reason=reason)


def unreadable(pin: Pin, mono_ns: int) -> Pin:
    """Its fate on a platform that cannot be read back."""
    reason = f"{_WHY}, and this platform cannot be read back."
    state = pin.state if pin.state == "accepted" else "unknown"
    return replace(pin, state=state, code="restarted", reason=reason, settled_mono_ns=mono_ns)


def judged(pin: Pin, shown: Shown | None, mono_ns: int, *, is_last: bool) -> Pin | None:
    """Its fate after a look; None when it takes another. `shown` None: no look was possible."""
    wanted = pin.product.id if pin.product else None
    if shown is not None and shown.known and shown.product_id == wanted:
        return replace(
            pin,
            state="confirmed" if mono_ns <= pin.deadline_mono_ns else "late",
            code="restarted",
            reason=f"{_WHY}; then it was found by reading back.",
            shown=True,
            settled_mono_ns=mono_ns,
        )
    if not is_last:
        return None
    if shown is None or not shown.known:
        why = f": {shown.text or shown.code}" if shown else ""
        reason = f"{_WHY}, and nothing could be read back{why}"
        return replace(
            pin, state="unknown", code="restarted", reason=reason, settled_mono_ns=mono_ns
        )
    return replace(
        pin,
        state="failed",
        code="not_shown",
        reason=f"{_WHY}, and it is not shown. It was not sent again.",
        shown=False,
        settled_mono_ns=mono_ns,
    )
