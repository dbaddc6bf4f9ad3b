"""What became of the cues that this pad gave? From the touch until the engine tells of the pin.

A cue whose answer is missing is given again with its `cue_id`, which makes it the same cue for the
engine; the touch stays the instant that it counts from. Pure; time is passed in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Literal

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import UNSETTLED, CueSource, PinAction, PinState, PinStatus
from livedesk.desk.model import Moment
from livedesk.desk.words import tr

KEPT = 16
"""Cues, the newest; what fell out is told by the engine's status alone."""

AGAIN_FOR_S = 10.0
"""So long a cue without an answer is asked for again. The engine sends nothing for it after its
budget is over, and answers what became of it."""

GIVE_UP_S = AGAIN_FOR_S + 2.0
"""The last answer has its time too."""

AGAIN_FIRST_S, AGAIN_MOST_S = 0.1, 1.0


def again_after_s(tries: int) -> float:
    """The wait after the n-th try without an answer, n from 1."""
    return min(AGAIN_MOST_S, AGAIN_FIRST_S * 2.0 ** min(tries - 1, 8))


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
    state: Literal["sending", "unanswered", "given_up", "refused", "taken"] = "sending"
    code: str = ""
    reason: str = ""
    pin_id: str = ""

    def is_due(self, now: Moment) -> bool:
        """Whether it may still be asked for again."""
        return now.since_s(self.cued) < AGAIN_FOR_S

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
        self.told(pin, pin.cued_utc_ns, now)

    def refused(self, cue_id: str, code: str, reason: str) -> None:
        """The engine said no; nothing was sent."""
        self._change(cue_id, state="refused", code=code, reason=reason)

    def silent(self, cue_id: str, reason: str) -> None:
        """No answer came: the engine may have it."""
        self._change(cue_id, state="unanswered", reason=reason)

    def unanswered(self, now: Moment) -> list[Cue]:
        """Those that are to be given again."""
        return [cue for cue in self._cues if cue.state == "unanswered" and cue.is_due(now)]

    def look(self, now: Moment) -> None:
        """Give up what nobody answers any more."""
        for cue in tuple(self._cues):
            if cue.state in ("sending", "unanswered") and now.since_s(cue.cued) > GIVE_UP_S:
                reason = cue.reason or tr("The engine does not answer.")
                self._change(cue.id, state="given_up", reason=tr(
                    "{why} Look at the live, or ask the desk.").format(why=reason))  # fmt: skip

    def told(self, pin: PinStatus, said_utc_ns: int, now: Moment) -> None:
        """An event, a status or an answer tells of a pin. An older one of the same is left out."""
        known = self._told
        if known is not None:
            if pin.cued_utc_ns < known.pin.cued_utc_ns:
                return
            if pin.id == known.pin.id and _rank(pin) < _rank(known.pin):
                return
            if pin == known.pin:
                return
        self._told = News(pin, now, said_utc_ns, self._touch(pin))

    def _touch(self, pin: PinStatus) -> Moment | None:
        return next((c.cued for c in self._cues if pin.id in (c.pin_id, c.id)), None)

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
