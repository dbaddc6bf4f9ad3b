"""How far is this device's clock from the engine's, and how sure is that?

The exchange with the shortest round trip tells the most: `offset = ((t1 - t0) + (t2 - t3)) / 2`
(RFC 5905, section 8), where the engine's one stamp stands for t1 and t2. The engine answered at
some instant of the round trip, so the offset is wrong by half of it at most. Between two of them
the clocks may part by `DRIFT_PPM`, which is added. Pure; time is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.pins import PadClock
from livedesk.desk.model import Moment, StoreView

EXCHANGES = 5
"""Of one measurement; one late answer among them does no harm."""

EVERY_S = 60.0
DRIFT_PPM = 50.0
"""What two quartz clocks part by at most while a pad runs; crystals are sold with 20 to 50 ppm."""

STEP_MS = 500.0
"""Wall and monotonic time that part by more say that the clock was set: the offset is void."""

UNMEASURED_MS = 500.0
"""A status takes no longer on its way, as a rule: it is what tells the time at first."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question for the time: our clock before, the engine's, our clock after."""

    asked: Moment
    engine_utc_ns: int
    answered: Moment

    @property
    def round_trip_ns(self) -> int:
        return self.answered.mono_ns - self.asked.mono_ns

    @property
    def offset_ns(self) -> float:
        """The engine's clock minus ours, halfway through."""
        return self.engine_utc_ns - (self.asked.utc_ns + self.round_trip_ns / 2)


@dataclass(frozen=True, slots=True)
class _Measured:
    offset_ms: float
    error_ms: float
    at: Moment


@dataclass(slots=True)
class ClockEstimate:
    """The engine's clock against ours. `is_local`: both are one, so nothing is measured."""

    is_local: bool = False
    _now: _Measured | None = None
    _first: _Measured | None = field(default=None)

    def take(self, exchanges: Sequence[Exchange]) -> None:
        """A measurement: of its exchanges the quickest counts."""
        usable = [one for one in exchanges if one.round_trip_ns >= 0 and not _stepped(one)]
        if not usable:
            return
        best = min(usable, key=lambda one: one.round_trip_ns)
        error_ms = best.round_trip_ns / 2 / NS_PER_MS
        self._now = _Measured(best.offset_ns / NS_PER_MS, error_ms, best.answered)
        self._first = self._first or self._now

    def is_due(self, now: Moment) -> bool:
        """Whether it is time to measure again."""
        if self.is_local:
            return False
        known = self._now
        return known is None or now.since_s(known.at) >= EVERY_S or self._is_void(now)

    def at(self, now: Moment) -> PadClock | None:
        """Offset and error by now; None while nothing is known."""
        if self.is_local:
            return PadClock(0.0, 0.0)
        if self._now is None or self._is_void(now):
            return None
        drift_ms = now.since_s(self._now.at) * DRIFT_PPM / 1000
        return PadClock(round(self._now.offset_ms, 3), round(self._now.error_ms + drift_ms, 3))

    def _is_void(self, now: Moment) -> bool:
        """Whether our clock was set since."""
        return self._now is not None and _parted_ms(self._now.at, now) > STEP_MS

    @property
    def drift_ppm(self) -> float | None:
        """How fast the clocks part, as far as it was seen: None within a minute."""
        if self._now is None or self._first is None:
            return None
        apart_s = self._now.at.since_s(self._first.at)
        if apart_s < EVERY_S:
            return None
        return (self._now.offset_ms - self._first.offset_ms) * 1000 / apart_s

    def engine_utc_ns(self, touch: Moment, now: Moment) -> int:
        """A touch by the engine's clock; by ours while no offset is known."""
        known = self.at(now)
        return touch.utc_ns + round((known.offset_ms if known is not None else 0.0) * NS_PER_MS)


def utc_of_status(view: StoreView, touch: Moment, now: Moment) -> int:
    """A touch by the engine's clock where nothing was measured, as after our clock was set.

    The newest status tells the time, too early by its way here: a cue never seems younger than it
    is, and is not sent after its budget.
    """
    since_ns = round(view.age_s * NS_PER_S) - (now.mono_ns - touch.mono_ns)
    return view.status.utc_ns + since_ns


def _stepped(exchange: Exchange) -> bool:
    return _parted_ms(exchange.asked, exchange.answered) > 1.0


def _parted_ms(earlier: Moment, later: Moment) -> float:
    """How much further wall time came than monotonic time."""
    wall_ns = later.utc_ns - earlier.utc_ns
    return abs(wall_ns - (later.mono_ns - earlier.mono_ns)) / NS_PER_MS
