"""What did people do, when, and who? Everything on record behind which a person stands.

What an order led to is told by the switch, the pin or the alarm itself; here stands the act.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from livedesk.journal.fold.pins import PIN_EVENTS
from livedesk.journal.reader import TimedEvent

_ANSWERS: Final = ("order.refused", "order.unanswered")
"""What became of an order that was not carried out."""

_CONSEQUENCES: Final = ("failover", "relay", "uplink")
"""First parts of what the relay tells of an order that it carries out."""

_RETOLD: Final = ("check.standing", "moderation.refused")
"""Of an act that is on record already."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One act. `act` is a stable dotted word: the event's kind, but `pin.cue`, `pin.unpin` and
    `moderation.<decision>`. `subject`: the alarm, uplink, product or item that it was about.
    `outcome`: why an order was not carried out, in words.
    """

    t_ms: int
    utc_ns: int
    actor: str
    act: str
    text: str
    subject: str = ""
    outcome: str = ""


class Actions:
    """Takes every event that names an actor."""

    def __init__(self) -> None:
        self._rows: list[ActionRow] = []
        self._pins: set[str] = set()
        self._once: dict[str, str] = {}

    def take(self, timed: TimedEvent) -> None:
        event = timed.event
        if not event.actor or not self._is_act(timed):
            return
        act = _act(event.kind, event.data)
        row = ActionRow(
            timed.t_ms,
            event.utc_ns,
            self._one(event.actor),
            self._one(act),
            event.text,
            self._one(_subject(event.kind, event.data)),
        )
        self._rows.append(row)

    def result(self) -> tuple[ActionRow, ...]:
        """In order of time: what a relay told late stands where it belongs."""
        return tuple(sorted(self._rows, key=lambda row: row.t_ms))

    def _is_act(self, timed: TimedEvent) -> bool:
        kind, data = timed.event.kind, timed.event.data
        if kind in _ANSWERS:
            self._answer(timed)
            return False
        if kind in PIN_EVENTS:
            # Each event of a pin names who gave its cue; the first one is the cue.
            pin_id = data.get("id")
            is_first = isinstance(pin_id, str) and pin_id not in self._pins
            self._pins.update([pin_id] if isinstance(pin_id, str) else [])
            return is_first
        return kind not in _RETOLD and kind.partition(".")[0] not in _CONSEQUENCES

    def _answer(self, timed: TimedEvent) -> None:
        act = f"order.{timed.event.data.get('order')}"
        for place in range(len(self._rows) - 1, -1, -1):
            row = self._rows[place]
            if row.act == act and row.actor == timed.event.actor:
                self._rows[place] = replace(row, outcome=timed.event.text)
                return

    def _one(self, text: str) -> str:
        """The same text again is the same object: thousands of acts have few names."""
        return self._once.setdefault(text, text)


def _act(kind: str, data: dict[str, Any]) -> str:
    if kind in PIN_EVENTS:
        return "pin.unpin" if data.get("action") == "unpin" else "pin.cue"
    if kind == "moderation.decided" and isinstance(decision := data.get("decision"), dict):
        return f"moderation.{decision.get('kind')}"
    return kind


_SUBJECTS: Final = ("alarm", "to", "product_id", "item_id", "warning_id", "name", "verdict")


def _subject(kind: str, data: dict[str, Any]) -> str:
    if kind == "show.changed":
        return str(data.get("op", ""))
    found = (data.get(name) for name in _SUBJECTS)
    return next((value for value in found if isinstance(value, str)), "")
