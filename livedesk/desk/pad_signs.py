"""How is the state of a pin told to somebody two metres away? A word, a shape, a colour, a figure.

The words never say more than is known: `PINNED` only after the platform was asked what it shows.
"""

from __future__ import annotations

from livedesk.core.pins import UNSETTLED, PinStatus
from livedesk.desk.pad import PadLine, Sign
from livedesk.desk.pin_words import title_of
from livedesk.desk.words import span, tr


def sign_of(pin: PinStatus, *, is_over_budget: bool = False) -> Sign:
    """Of a pin, or of an unpin; `is_over_budget`: it is on its way for longer than it may be."""
    sign = _unpin_sign(pin) if pin.action == "unpin" else _pin_sign(pin)
    return Sign(sign.word, sign.shape, "late") if is_over_budget else sign


def _pin_sign(pin: PinStatus) -> Sign:
    match pin.state:
        case "cued":
            return Sign(tr("CUED"), "dots", "flying")
        case "in_flight" if pin.by_hand:
            return Sign(tr("BY HAND"), "hand", "flying")
        case "in_flight":
            return Sign(tr("IN FLIGHT"), "chevrons", "flying")
        case "accepted":
            return Sign(tr("ACCEPTED"), "half", "flying")
        case "confirmed":
            return Sign(tr("PINNED"), "tick", "good")
        case "late" if pin.shown:
            return Sign(tr("LATE"), "clock", "late")
        case "late":
            return Sign(tr("NOT PINNED"), "clock", "bad")
        case "failed":
            return Sign(tr("NOT PINNED"), "cross", "bad")
        case "refused":
            return Sign(tr("NOT PINNED"), "barred", "bad")
        case "unknown":
            return Sign(tr("UNKNOWN"), "question", "unknown")
        case "superseded":
            return Sign(tr("REPLACED"), "replaced", "quiet")


def _unpin_sign(pin: PinStatus) -> Sign:
    match pin.state:
        case "confirmed":
            return Sign(tr("TAKEN DOWN"), "tick", "good")
        case "failed" | "refused":
            shape = _pin_sign(pin).shape
            return Sign(tr("NOT TAKEN DOWN"), shape, "bad")
        case "late" if not pin.shown:
            return Sign(tr("NOT TAKEN DOWN"), "clock", "bad")
        case "cued" | "in_flight" | "accepted":
            shape = _pin_sign(pin).shape
            return Sign(tr("TAKING DOWN"), shape, "flying")
        case _:
            return _pin_sign(pin)


def is_flying(pin: PinStatus) -> bool:
    """Whether it is on its way, so that a second touch adds nothing."""
    return pin.state in UNSETTLED and pin.settled_ms is None


def figure_of(pin: PinStatus, elapsed_ms: float | None) -> str:
    """How long it has been on its way, or how long it took; empty where neither means anything."""
    if is_flying(pin):
        return lasting(elapsed_ms)
    if pin.shown or pin.action == "unpin":
        return lasting(pin.latency_ms)
    return ""


def lasting(ms: float | None) -> str:
    """`312 ms`, `1.2 s`, `2 min 05 s`."""
    if ms is None:
        return ""
    if round(ms) < 1000:
        return f"{max(0, round(ms))} ms"
    return f"{ms / 1000:.1f} s" if ms < 60_000 else span(ms / 1000)


def detail_of(pin: PinStatus) -> str:
    """What is behind the word, and what to do about it."""
    reason = title_of(pin.reason)
    match pin.state:
        case "unknown" if is_flying(pin):
            return tr("Looking what viewers see.")
        case "unknown":
            return reason or tr("Nobody could tell: look at the live, or ask the desk.")
        case "accepted" if not is_flying(pin):
            return tr("This platform cannot be asked what it shows.")
        case "late" if not pin.shown:
            return reason or tr("Too late to send it.")
        case "late" if pin.action == "unpin":
            return reason or tr("Taken down, too late.")
        case "late":
            return reason or tr("Viewers see it, too late.")
        case "failed" | "refused":
            return reason or tr("No reason was given.")
        case "in_flight" if pin.by_hand:
            return tr("The desk does it in the platform's own window.")
        case "superseded":
            return tr("A newer cue took its place.")
    return "" if pin.recorded else tr("The record does not have it: tell the desk.")


def line_of(pin: PinStatus, elapsed_ms: float | None, budget_ms: float) -> PadLine:
    """The big line about a pin."""
    over = elapsed_ms is not None and elapsed_ms > budget_ms and not pin.by_hand
    waits = is_flying(pin) and pin.state != "unknown"
    return PadLine(
        sign_of(pin, is_over_budget=over and waits),
        figure_of(pin, elapsed_ms),
        title_of(pin.title),
        detail_of(pin),
    )
