"""What did people do, when, and who? Everything on record behind which a person stands.

What an order led to is told by the switch, the pin or the alarm itself; here stands the act.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import msgspec

from livedesk.journal.fold.pins import PIN_EVENTS
from livedesk.journal.values import EventRow

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


class _ActTold(msgspec.Struct, frozen=True, gc=False):
    """What is looked at in the data of an act; of all kinds of acts together."""

    id: object = None
    action: object = None
    decision: object = None
    order: object = None
    op: object = None
    alarm: object = None
    to: object = None
    product_id: object = None
    item_id: object = None
    warning_id: object = None
    name: object = None
    verdict: object = None


class Actions:
    """Takes every event that names an actor."""

    def __init__(self) -> None:
        self._rows: list[ActionRow] = []
        self._pins: set[str] = set()
        self._once: dict[str, str] = {}
        self._read = msgspec.json.Decoder(_ActTold).decode

    def take_row(self, row: EventRow) -> None:
        """Of an event whose data nobody has looked at yet. Raises ValueError when they are not
        JSON."""
        _, t_ms, utc_ns, _, kind, _, _, text, actor, data = row
        if not actor or kind in _RETOLD or kind.partition(".")[0] in _CONSEQUENCES:
            return
        told = self._told(data)
        if kind in _ANSWERS:
            self._answer(f"order.{told.order}", actor, text)
        elif kind not in PIN_EVENTS or self._is_cue(told):
            who, act, subject = map(self._one, (actor, _act(kind, told), _subject(kind, told)))
            self._rows.append(ActionRow(t_ms, utc_ns, who, act, text, subject))

    def result(self) -> tuple[ActionRow, ...]:
        """In order of time: what a relay told late stands where it belongs."""
        return tuple(sorted(self._rows, key=lambda row: row.t_ms))

    def _told(self, data: str) -> _ActTold:
        try:
            return self._read(data)
        except msgspec.ValidationError:
            return _ActTold()
        except msgspec.DecodeError as error:
            raise ValueError("the data of an act are no JSON") from error

    def _is_cue(self, told: _ActTold) -> bool:
        """Each event of a pin names who gave its cue; the first one is the cue."""
        pin_id = str(told.id)
        is_first = pin_id not in self._pins
        self._pins.add(pin_id)
        return is_first

    def _answer(self, act: str, actor: str, text: str) -> None:
        for place in range(len(self._rows) - 1, -1, -1):
            row = self._rows[place]
            if row.act == act and row.actor == actor:
                self._rows[place] = replace(row, outcome=text)
                return

    def _one(self, text: str) -> str:
        """The same text again is the same object: thousands of acts have few names."""
        return self._once.setdefault(text, text)


def _act(kind: str, told: _ActTold) -> str:
    if kind in PIN_EVENTS:
        return "pin.unpin" if told.action == "unpin" else "pin.cue"
    if kind == "moderation.decided" and isinstance(told.decision, dict):
        return f"moderation.{told.decision.get('kind')}"
    return kind


def _subject(kind: str, told: _ActTold) -> str:
    if kind == "show.changed":
        return str(told.op or "")
    found = (
        told.alarm, told.to, told.product_id, told.item_id, told.warning_id, told.name,
        told.verdict,
    )  # fmt: skip
    return next((value for value in found if isinstance(value, str)), "")
