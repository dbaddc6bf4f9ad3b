"""What did somebody ask for, and has it come about? Sent, confirmed, refused or unknown.

An order is only done when the status shows it. One whose answer is missing is unknown, not failed:
the relay may have it, and a second one could move the stream twice. Pure; time is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.status import FailoverStatus
from livedesk.desk.model import Moment
from livedesk.desk.words import tr

CONFIRM_S = 3.0
"""A status comes four times a second; what none shows after so long may not have arrived."""

SHOWN_S = 20.0
"""So long a refusal stays to be read."""

ARMED_S = 5.0
LEAST_PAUSE_S = 0.3
"""Two presses closer together are one double click, which is no second thought."""

Kind = Literal["switch", "hold", "drill"]


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants of a store's failover. `to` is for a switch, `on` for a hold."""

    kind: Kind
    to: str = ""
    on: bool = False
    confirm: bool = False
    stay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that the status does not show (yet), in words."""

    order: Order
    state: Literal["sent", "unknown", "refused"]
    text: str


@dataclass(slots=True)
class _Entry:
    order: Order
    before: FailoverStatus
    sent: Moment
    refusal: str = ""
    silence: str = ""


@dataclass(slots=True)
class OrderBook:
    """The orders of all stores, at most one of a kind each."""

    _entries: dict[tuple[str, Kind], _Entry] = field(default_factory=dict)

    def sent(self, store: str, order: Order, before: FailoverStatus, now: Moment) -> bool:
        """Note an order; False while another of its kind waits for its confirmation."""
        known = self._entries.get((store, order.kind))
        if known is not None and _state(known, now) == "sent":
            return False
        self._entries[store, order.kind] = _Entry(order, before, now)
        return True

    def refused(self, store: str, order: Order, why: str) -> None:
        entry = self._entry(store, order)
        if entry is not None:
            entry.refusal = why

    def unanswered(self, store: str, order: Order, why: str) -> None:
        """The call broke off, so whether the order arrived is not known."""
        entry = self._entry(store, order)
        if entry is not None:
            entry.silence = why

    def _entry(self, store: str, order: Order) -> _Entry | None:
        entry = self._entries.get((store, order.kind))
        return entry if entry is not None and entry.order is order else None

    def status(self, store: str, failover: FailoverStatus) -> None:
        """Forget what has come about."""
        for key, entry in list(self._entries.items()):
            if key[0] == store and _came_about(entry, failover):
                del self._entries[key]

    def asked(self, store: str, now: Moment) -> tuple[Asked, ...]:
        """What is still to be said, the newest first."""
        found = [entry for key, entry in self._entries.items()
                 if key[0] == store and now.since_s(entry.sent) < SHOWN_S]  # fmt: skip
        found.sort(key=lambda entry: entry.sent.mono_ns, reverse=True)
        return tuple(Asked(entry.order, _state(entry, now), _text(entry, now)) for entry in found)


def _state(entry: _Entry, now: Moment) -> Literal["sent", "unknown", "refused"]:
    if entry.refusal:
        return "refused"
    late = entry.silence or now.since_s(entry.sent) >= CONFIRM_S
    return "unknown" if late else "sent"


def _text(entry: _Entry, now: Moment) -> str:
    name = order_name(entry.order)
    match _state(entry, now):
        case "refused":
            return tr("{order} was refused: {why}").format(order=name, why=entry.refusal)
        case "unknown":
            why = entry.silence or tr("No status shows it after 3 s.")
            advice = tr("Whether it was carried out is not known: look before you ask again.")
            return f"{name}: {why} {advice}"
        case _:
            return tr("{order}: sent…").format(order=name)


def order_name(order: Order) -> str:
    match order.kind:
        case "switch":
            return tr("Switch to {name}").format(name=order.to)
        case "drill":
            return tr("Drill")
        case _:
            return tr("Hold") if order.on else tr("Release")


def _came_about(entry: _Entry, now: FailoverStatus) -> bool:
    order, before = entry.order, entry.before
    match order.kind:
        case "switch":
            moved = now.last is not None and now.last != before.last and now.last["to"] == order.to
            return moved or order.to in (now.switching_to, now.active)
        case "hold":
            return (now.mode == "hold") if order.on else now.mode not in ("hold", "latched")
        case _:
            return now.drill is not None and (
                before.drill is None or now.drill.utc_ns != before.drill.utc_ns
            )


@dataclass(slots=True)
class Guard:
    """Two presses for what cannot be taken back: the first arms, a second within 5 s sends."""

    _armed: tuple[str, Moment] | None = None

    def press(self, what: str, now: Moment) -> bool:
        """Whether this press is the second one."""
        if self.left_s(what, now) is None or self._armed is None:
            self._armed = what, now
            return False
        if now.since_s(self._armed[1]) < LEAST_PAUSE_S:
            return False
        self._armed = None
        return True

    def left_s(self, what: str, now: Moment) -> float | None:
        """For how long a second press still counts; None while it is not armed."""
        if self._armed is None or self._armed[0] != what:
            return None
        left_s = ARMED_S - now.since_s(self._armed[1])
        return left_s if left_s > 0 else None

    def disarm(self) -> None:
        self._armed = None
