"""What became of the cues that this pad gave? From the touch until the engine tells of the pin.

A cue whose answer is missing is given again with its `cue_id`, which makes it the same cue for the
engine; the touch stays the instant that it counts from. Once its budget is over it is not sent any
more: what became of it is then told by the engine's events and statuses. Pure; time is passed in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import UNSETTLED, CueSource, PinAction, PinState, PinStatus
from livedesk.desk.model import Moment
from livedesk.desk.words import tr

RECENT = 10
"""So many pins a status tells at most (`PinsStatus.recent`)."""

KEPT = 16
"""Cues, the newest; what fell out is told by the engine's status alone."""

BUDGET_MS = 800.0
"""Where the store has not told its own."""

AGAIN_S, PAUSE_S = 0.3, 0.08
"""A cue without an answer is given again after the first, and after a failure and the second."""

GIVE_UP_S = 10.0
"""So long it is looked for what became of a cue that nobody answered."""

SAME_INSTANT_MS = 1.0
FUTURE_SLACK_MS = 50.0
"""The engine moves a cue that lies so little in its future to its own present."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A touch that fired."""

    id: str
    action: PinAction
    product_id: str
    title: str
    source: CueSource
    cued: Moment
    engine_utc_ns: int
    """The touch by the engine's clock."""
    error_ms: float = 0.0
    """How wrong that may be."""
    budget_ms: float = BUDGET_MS
    state: Literal["sending", "unanswered", "given_up", "refused", "taken"] = "sending"
    code: str = ""
    reason: str = ""
    pin_id: str = ""

    def left_s(self, now: Moment) -> float:
        """So long it may still be sent."""
        return self.budget_ms / 1000 - now.since_s(self.cued)

    def is_pin(self, pin: PinStatus) -> bool:
        """Whether it may have become this pin, by what and when, where no answer told."""
        if (pin.action, pin.product_id or "") != (self.action, self.product_id):
            return False
        apart_ms = (pin.cued_utc_ns - self.engine_utc_ns) / NS_PER_MS
        most_ms = FUTURE_SLACK_MS + self.error_ms
        return pin.source == self.source and -SAME_INSTANT_MS <= apart_ms <= most_ms

    def pin(self) -> PinStatus:
        """As a pin, while the engine has not told of it."""
        states: dict[str, PinState] = {
            "refused": "refused", "unanswered": "unknown", "given_up": "unknown",
        }  # fmt: skip
        is_over = self.state in ("refused", "given_up")
        return PinStatus(
            id=self.pin_id or self.id,
            action=self.action,
            product_id=self.product_id,
            title=self.title,
            state=states.get(self.state, "cued"),
            source=self.source,
            cued_utc_ns=self.engine_utc_ns,
            reason=self.reason,
            code=self.code,
            settled_ms=0.0 if is_over else None,
        )


@dataclass(frozen=True, slots=True)
class News:
    """A pin as it was told: by an event, an answer or a status."""

    pin: PinStatus
    received: Moment
    said_utc_ns: int
    """When it was so, by the engine's clock."""
    cued: Moment | None
    """The touch by our own clock; None for a cue that was given elsewhere."""

    def elapsed_ms(self, now: Moment) -> float | None:
        """Since the cue, by our own clock where we gave it."""
        if self.cued is not None:
            return (now.mono_ns - self.cued.mono_ns) / NS_PER_MS
        if self.pin.age_ms is None:
            return None
        return self.pin.age_ms + (now.mono_ns - self.received.mono_ns) / NS_PER_MS


@dataclass(slots=True)
class CueBook:
    """The cues of one store's pad, and the newest that was heard of its pins."""

    _cues: deque[Cue] = field(default_factory=lambda: deque(maxlen=KEPT))
    _told: News | None = None

    def give(self, cue: Cue) -> None:
        self._cues.append(cue)

    def cue(self, cue_id: str) -> Cue | None:
        return next((cue for cue in self._cues if cue.id == cue_id), None)

    def _change(self, cue_id: str, **changes: str) -> None:
        for at, cue in enumerate(self._cues):
            if cue.id == cue_id:
                self._cues[at] = replace(cue, **changes)  # type: ignore[arg-type]

    def taken(self, cue_id: str, pin: PinStatus, now: Moment) -> None:
        """The engine has it."""
        self._change(cue_id, state="taken", pin_id=pin.id, code="", reason="")
        age_ns = round((pin.age_ms or 0.0) * NS_PER_MS)
        self.told(pin, pin.cued_utc_ns + age_ns, now)

    def refused(self, cue_id: str, code: str, reason: str) -> None:
        """The engine said no; nothing was sent."""
        if not self.is_taken(cue_id):
            self._change(cue_id, state="refused", code=code, reason=reason)

    def silent(self, cue_id: str, reason: str) -> None:
        """No answer came: the engine may have it."""
        if not self.is_taken(cue_id):
            self._change(cue_id, state="unanswered", reason=reason)

    def is_taken(self, cue_id: str) -> bool:
        """Whether the engine told of it, by an answer or otherwise."""
        cue = self.cue(cue_id)
        return cue is not None and cue.state == "taken"

    def unanswered(self, now: Moment) -> list[Cue]:
        """Those that are to be given again."""
        return [cue for cue in self._cues if cue.state == "unanswered" and cue.left_s(now) > 0]

    def look(self, now: Moment) -> None:
        """Say of which cues no answer came in time, and give up those that nobody told of."""
        for cue in tuple(self._cues):
            if cue.state == "sending" and cue.left_s(now) <= 0:
                self.silent(cue.id, tr("The engine does not answer."))
            elif cue.state == "unanswered" and now.since_s(cue.cued) > GIVE_UP_S:
                reason = cue.reason or tr("The engine does not answer.")
                self._change(cue.id, state="given_up", reason=tr(
                    "{why} Look at the live, or ask the desk.").format(why=reason))  # fmt: skip

    def told(
        self,
        pin: PinStatus,
        said_utc_ns: int,
        now: Moment,
        *,
        cue_id: str = "",
        is_newest: bool = False,
    ) -> None:
        """An event, a status or an answer tells of a pin. What is older than what is known is left
        out. `is_newest`: the engine said that no cue came after this one."""
        self._link(pin, cue_id)
        known = self._told
        if known is not None:
            if pin.id == known.pin.id:
                if pin == known.pin or _rank(pin) < _rank(known.pin):
                    return
            elif is_newest:
                if said_utc_ns < known.said_utc_ns:
                    return
            elif pin.cued_utc_ns < known.pin.cued_utc_ns:
                return
        self._told = News(pin, now, said_utc_ns, self._touch(pin))

    def told_all(
        self, newest: PinStatus | None, recent: Sequence[PinStatus], said_utc_ns: int, now: Moment
    ) -> None:
        """A status tells of the newest pins; a cue that is none of them did not get there."""
        for pin in recent:
            self._link(pin, "")
        if newest is not None:
            self.told(newest, said_utc_ns, now, is_newest=True)
        reaches_ns = min((pin.cued_utc_ns for pin in recent), default=0)
        is_all = len(recent) < RECENT
        for cue in tuple(self._cues):
            is_over = said_utc_ns > cue.engine_utc_ns + (cue.budget_ms + cue.error_ms) * NS_PER_MS
            is_open = cue.state in ("unanswered", "given_up")
            if is_open and is_over and (is_all or reaches_ns < cue.engine_utc_ns):
                self.refused(cue.id, "not_received", tr(
                    "The engine did not get it in time: nothing was sent."))  # fmt: skip

    def _link(self, pin: PinStatus, cue_id: str) -> None:
        """Find the cue that this pin came of."""
        if any(cue.pin_id == pin.id for cue in self._cues):
            return
        for cue in self._cues:
            if cue.id == cue_id or (not cue.pin_id and cue.state != "refused" and cue.is_pin(pin)):
                self._change(cue.id, state="taken", pin_id=pin.id, code="", reason="")
                return

    def _touch(self, pin: PinStatus) -> Moment | None:
        return next((c.cued for c in self._cues if c.pin_id == pin.id), None)

    def newest(self) -> News | None:
        """The newest cue: one that is only ours so far, or what was told of it."""
        ours = self._cues[-1] if self._cues else None
        if ours is None or ours.state == "taken":
            return self._told
        if self._told is not None and self._is_newer(self._told, ours):
            return self._told
        return News(ours.pin(), ours.cued, ours.engine_utc_ns, ours.cued)

    @staticmethod
    def _is_newer(told: News, ours: Cue) -> bool:
        """Told of this cue itself, or of one that was given after it."""
        if told.pin.id in (ours.id, ours.pin_id):
            return True
        return told.pin.cued_utc_ns >= ours.engine_utc_ns


_STEPS: tuple[PinState, ...] = ("cued", "in_flight", "accepted", "unknown")


def _rank(pin: PinStatus) -> int:
    """How far a pin has come: what is settled does not go back on its way."""
    settled = pin.state not in UNSETTLED or pin.settled_ms is not None
    if settled:
        return len(_STEPS)
    return 0 if pin.state == "cued" else 1
