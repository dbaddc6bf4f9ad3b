"""How is a change of a pin told, as an event of the record? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from livedesk.core.events import Json, Level
from livedesk.core.pins import PinState
from livedesk.pins.pin import Pin

_LOUDNESS: Final[dict[PinState, Level]] = {
    "late": "warning", "failed": "warning", "unknown": "warning", "refused": "warning",
    "superseded": "notice",
}  # fmt: skip

_WORDS: Final[dict[PinState, str]] = {
    "cued": "was cued",
    "in_flight": "was sent",
    "accepted": "was accepted by the platform",
    "failed": "failed",
    "unknown": "is uncertain, it is being read back",
    "superseded": "gave way to a newer cue",
    "refused": "was refused",
}

_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Told:
    kind: str
    level: Level
    text: str
    data: dict[str, Json]


def pin_told(pin: Pin, before: Pin | None) -> Told | None:
    """What is new about a pin since it was told of last; None for what the next event will tell."""
    if before is not None and _stage(before) == _stage(pin):
        return None
    kind = "pin.by_hand" if _waits_for_hand(pin) else f"pin.{_KINDS.get(pin.state, pin.state)}"
    level: Level = "notice" if kind == "pin.by_hand" else _LOUDNESS.get(pin.state, "info")
    return Told(kind, level, _text(pin), pin_data(pin))


_KINDS: Final[dict[PinState, str]] = {"in_flight": "sent"}


def _stage(pin: Pin) -> tuple[object, ...]:
    return pin.state, pin.settled_mono_ns, pin.by_hand


def _waits_for_hand(pin: Pin) -> bool:
    return pin.by_hand and pin.state == "in_flight"


def displaced_told(pin: Pin) -> Told:
    """An older pin took effect after this one, which is sent once more."""
    text = f"{_subject(pin)} was displaced by an older one and is sent once more."
    return Told("pin.displaced", "warning", text, pin_data(pin))


def first_data(pin: Pin, cue_id: str) -> dict[str, Json]:
    """With what a later engine needs to take the pin up. `cue_id`: the caller's name for it."""
    data = pin_data(pin) | {
        "cue_mono_ns": pin.cued_mono_ns,
        "deadline_mono_ns": pin.deadline_mono_ns,
        "product": msgspec.to_builtins(pin.product),
    }
    return data | {"cue_id": cue_id} if cue_id else data


def pin_data(pin: Pin) -> dict[str, Json]:
    data: dict[str, Json] = msgspec.to_builtins(pin.status(None))
    return data


def _text(pin: Pin) -> str:
    why = f": {pin.reason.rstrip('.')}" if pin.reason else ""
    if _waits_for_hand(pin):
        return f"{_subject(pin)} is to be done by hand in the platform's own window."
    if pin.state == "late":
        shown = "was shown too late" if pin.shown else "was too late and is not shown"
        return f"{_subject(pin)} {shown}{_after(pin)}{why}."
    if pin.state == "confirmed":
        done = "is done" if pin.product is None else "is shown"
        who = ", as told by hand" if pin.by_hand else ""
        return f"{_subject(pin)} {done}{_after(pin)}{who}."
    if pin.state == "unknown" and pin.settled_mono_ns is not None:
        return f"{_subject(pin)} stays uncertain{why}."
    return f"{_subject(pin)} {_WORDS[pin.state]}{why}."


def _after(pin: Pin) -> str:
    return "" if pin.latency_ms is None else f" after {pin.latency_ms:,.0f} ms"


def _subject(pin: Pin) -> str:
    if pin.product is None:
        return "Unpin"
    title = pin.product.title or pin.product.id
    if len(title) > _LONGEST_TITLE:
        title = f"{title[: _LONGEST_TITLE - 1]}…"
    return f"Pin of {title}"
