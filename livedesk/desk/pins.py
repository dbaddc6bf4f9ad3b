"""What is known of each store's pins right now, and what did somebody here ask for?

Folds statuses (four a second), events of single pins (at once) and the desk's own calls. Pure: time
is passed in. A cue whose call has no answer is unknown, never failed: the engine may have it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import PinAction, PinsStatus, PinStatus
from livedesk.desk.model import Moment, StoreView
from livedesk.desk.pin_words import PinView, age_at, pin_view, title_of
from livedesk.desk.words import tr

KEPT = 60
"""Pins of a store that are kept; a status tells ten of them."""

ANSWER_S = 3.0
"""A cue that neither its call nor the engine has answered after so long may not have arrived."""

SHOWN_S = 12.0
"""So long a refusal, or a call without an answer, stays to be read."""

LEAST_PAUSE_S = 0.3
"""A second press within this time is a double one."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What somebody at this desk asked for. `product_id` None: unpin."""

    cue_id: str
    action: PinAction
    product_id: str | None
    title: str


@dataclass(slots=True)
class _Known:
    """A pin, when the engine said so by its own clock, and the cue's instant by the desk's."""

    pin: PinStatus
    said_utc_ns: int
    cued_mono_ns: int


@dataclass(slots=True)
class _Asked:
    cue: Cue
    sent: Moment
    known: frozenset[str]
    """Pins that were there before."""
    refusal: str = ""
    silence: str = ""


@dataclass(frozen=True, slots=True)
class PinsView:
    """The pins of one store at one instant."""

    status: PinsStatus
    stale: bool
    age_s: float
    budget_ms: float
    newest: PinView | None = None
    recent: tuple[PinView, ...] = ()
    """Newest first, `newest` among them, each only once."""
    by_hand: tuple[PinView, ...] = ()


@dataclass(slots=True)
class PinBook:
    """The fold, for all stores. One per desk."""

    _pins: dict[str, dict[str, _Known]] = field(default_factory=dict)
    _asked: dict[str, list[_Asked]] = field(default_factory=dict)

    # What the engine says

    def status(self, store: str, pins: PinsStatus | None, utc_ns: int, now: Moment) -> None:
        """`utc_ns`: when the status was made, by the engine's clock."""
        if pins is None:
            self._pins.pop(store, None)
            self._asked.pop(store, None)
            return
        told = [pins.newest] if pins.newest is not None else []
        for pin in (*reversed(pins.recent), *pins.by_hand, *told):
            self._take(store, pin, utc_ns, pin.age_ms, now)

    def event(self, store: str, pin: PinStatus, utc_ns: int, now: Moment) -> None:
        """A pin as an event told it; `utc_ns` is the event's."""
        self._take(store, pin, utc_ns, age_at(pin, utc_ns), now)

    def _take(
        self, store: str, pin: PinStatus, utc_ns: int, age_ms: float | None, now: Moment
    ) -> None:
        pins = self._pins.setdefault(store, {})
        known = pins.get(pin.id)
        age_ns = round(max(0.0, age_at(pin, utc_ns) if age_ms is None else age_ms) * NS_PER_MS)
        cued_mono_ns = now.mono_ns - age_ns
        if known is None:
            pins[pin.id] = _Known(pin, utc_ns, cued_mono_ns)
            self._forget_asked(store, pin)
            while len(pins) > KEPT:
                del pins[min(pins, key=lambda key: pins[key].pin.cued_utc_ns)]
            return
        # What is told arrives late and never early: the earliest instant is the truest.
        known.cued_mono_ns = min(known.cued_mono_ns, cued_mono_ns)
        if utc_ns >= known.said_utc_ns:
            known.pin, known.said_utc_ns = pin, utc_ns

    # What is asked for here

    def asked(self, store: str, cue: Cue, now: Moment) -> bool:
        """Note a cue before it is sent; False for one that is a double press."""
        entries = self._asked.setdefault(store, [])
        if self._is_doubled(store, cue, now):
            return False
        entries.append(_Asked(cue, now, frozenset(self._pins.get(store, ()))))
        del entries[:-KEPT]
        return True

    def _is_doubled(self, store: str, cue: Cue, now: Moment) -> bool:
        """Whether the newest cue, asked for here or known to the engine, is this one and under way
        (or a moment old). After another product the same one is a new wish."""
        told = [
            (known.cued_mono_ns, known.pin.action, known.pin.product_id,
             known.pin.state in ("cued", "in_flight"))
            for known in self._pins.get(store, {}).values()
        ]  # fmt: skip
        told += [
            (each.sent.mono_ns, each.cue.action, each.cue.product_id or "",
             not each.refusal and not each.silence)
            for each in self._asked.get(store, ())
        ]  # fmt: skip
        if not told:
            return False
        cued_mono_ns, action, product_id, is_under_way = max(told)
        pause_s = ANSWER_S if is_under_way else LEAST_PAUSE_S
        is_same = action == cue.action and (action == "unpin" or product_id == cue.product_id)
        return is_same and now.mono_ns - cued_mono_ns < pause_s * NS_PER_S

    def answered(self, store: str, cue: Cue, pin: PinStatus, now: Moment) -> None:
        """The call was answered with this pin; what came after it is told by events."""
        self._drop(store, cue)
        if pin.id not in self._pins.get(store, {}):
            self._take(store, pin, pin.cued_utc_ns, pin.age_ms, now)

    def refused(self, store: str, cue: Cue, why: str) -> None:
        for entry in self._entries(store, cue):
            entry.refusal = why

    def unanswered(self, store: str, cue: Cue, why: str) -> None:
        """The call broke off, so whether the cue arrived is not known."""
        for entry in self._entries(store, cue):
            entry.silence = why

    def _entries(self, store: str, cue: Cue) -> list[_Asked]:
        return [each for each in self._asked.get(store, []) if each.cue.cue_id == cue.cue_id]

    def _drop(self, store: str, cue: Cue) -> None:
        left = [each for each in self._asked.get(store, []) if each.cue.cue_id != cue.cue_id]
        self._asked[store] = left

    def _forget_asked(self, store: str, pin: PinStatus) -> None:
        """A pin that was not there when somebody asked for it is what they asked for."""
        for entry in self._asked.get(store, []):
            wanted = entry.cue.action == pin.action and entry.cue.product_id in (
                None, pin.product_id)  # fmt: skip
            if wanted and pin.id not in entry.known:
                self._drop(store, entry.cue)
                return

    # What windows read

    def view(self, view: StoreView, now: Moment) -> PinsView | None:
        """None for a store that does not pin."""
        status = view.status.pins
        if status is None:
            return None
        store, budget_ms = view.status.store, view.status.limits.pin_budget_ms
        self._clear_asked(store, now)
        told = [
            (known.cued_mono_ns, _view(known, budget_ms, now, view.stale))
            for known in self._pins.get(store, {}).values()
        ]
        told += [(each.sent.mono_ns, _asked_view(each, now)) for each in self._asked.get(store, ())]
        told.sort(key=lambda pair: pair[0], reverse=True)
        recent = tuple(pin for _, pin in told)
        waiting = {
            key for key, known in self._pins.get(store, {}).items()
            if known.pin.by_hand and known.pin.state in ("in_flight", "cued")
        }  # fmt: skip
        by_hand = tuple(pin for pin in recent if pin.pin_id in waiting)
        newest = recent[0] if recent else None
        return PinsView(
            status, view.stale, view.age_s, budget_ms, newest, recent, tuple(reversed(by_hand))
        )

    def _clear_asked(self, store: str, now: Moment) -> None:
        entries = self._asked.get(store)
        if entries:
            entries[:] = [each for each in entries if now.since_s(each.sent) < SHOWN_S]


def _view(known: _Known, budget_ms: float, now: Moment, stale: bool) -> PinView:
    elapsed_ms = max(0.0, (now.mono_ns - known.cued_mono_ns) / NS_PER_MS)
    view = pin_view(known.pin, elapsed_ms, budget_ms)
    if stale and view.elapsed_ms is not None:
        # It may have been settled long ago; a counter that runs on would say that it was not.
        word = tr("{word}?").format(word=view.word)
        return replace(view, look="unknown", word=word, elapsed_ms=None,
                       note=tr("no news of it since"))  # fmt: skip
    return view


def _asked_view(entry: _Asked, now: Moment) -> PinView:
    look, word, note = _asked_words(entry, now)
    return PinView(
        pin_id="",
        product_id=entry.cue.product_id or "",
        title=title_of(entry.cue.title),
        look=look,
        word=word,
        elapsed_ms=now.since_s(entry.sent) * 1000 if look == "busy" else None,
        note=note,
        source=tr("console"),
        is_unpin=entry.cue.action == "unpin",
    )


def _asked_words(
    entry: _Asked, now: Moment
) -> tuple[Literal["busy", "warning", "unknown"], str, str]:
    if entry.refusal:
        return "warning", tr("Refused"), title_of(entry.refusal)
    if entry.silence or now.since_s(entry.sent) >= ANSWER_S:
        why = entry.silence or tr("The engine tells nothing of it.")
        advice = tr("Whether it was carried out is not known: look before you fire again.")
        return "unknown", tr("Unknown"), f"{why} {advice}"
    return "busy", tr("Asked"), tr("on its way to the engine")


def views_of(pins: Iterable[PinStatus], budget_ms: float) -> tuple[PinView, ...]:
    """Pins of the record, in their order."""
    return tuple(pin_view(pin, None, budget_ms) for pin in pins)
