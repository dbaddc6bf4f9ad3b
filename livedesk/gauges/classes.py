"""Which class is a feed or an uplink in? (docs/architecture.md, "Classes")

Judges are asked by the clock, at least each 50 ms, and not by what arrives. Time is passed in.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.held import Held
from livedesk.core.status import HealthClass, Limits

FIRST_RATE_NS: Final = 2 * NS_PER_S
"""A rate needs a second; until then the class from before is still the best word."""
_RATE_WINDOW_NS: Final = NS_PER_S
"""So long a rate still counts the silence before it."""
_CATCH_UP_NS: Final = 2 * NS_PER_S
"""So long an uplink may need for what a feed sends at once when it comes back."""


class _Latch:
    """Set when a condition has held for a time, unset when another has."""

    def __init__(self, trip_s: float, clear_s: float) -> None:
        self._trip_ns = trip_s * NS_PER_S
        self._clear_ns = clear_s * NS_PER_S
        self._since_ns: int | None = None
        self.is_set = False

    def update(self, mono_ns: int, *, trips: bool, clears: bool) -> None:
        if not (clears if self.is_set else trips):
            self._since_ns = None
            return
        if self._since_ns is None:
            self._since_ns = mono_ns
        if mono_ns - self._since_ns >= (self._clear_ns if self.is_set else self._trip_ns):
            self.is_set = not self.is_set
            self._since_ns = None

    def pause(self) -> None:
        """Nothing can be said at the moment: it stays as it is, and its time begins anew."""
        self._since_ns = None

    def reset(self) -> None:
        self._since_ns = None
        self.is_set = False


class _Judge:
    """What both judges share: the latches, and what is said while no rate is known.

    `first` is the class before anything was seen.
    """

    def __init__(self, limits: Limits, first: HealthClass = "BLIND") -> None:
        self._limits = limits
        self._low = _Latch(limits.low_trip_s, limits.low_clear_s)
        self._starved = _Latch(limits.starved_trip_s, limits.starved_clear_s)
        self._unknown = Held()
        self.state = first

    @property
    def _clear_kbps(self) -> float:
        return self._limits.min_kbps * (1 + self._limits.low_clear_pct / 100)

    def _gone(self) -> HealthClass:
        self._low.reset()
        self._starved.reset()
        self._unknown.ns(0, False)
        return "GONE"

    def _stalled(self) -> HealthClass:
        self._pause()
        self._unknown.ns(0, False)
        return "STALLED"

    def _pause(self) -> None:
        self._low.pause()
        self._starved.pause()

    def _without_rate(self, mono_ns: int, kbps: float | None) -> HealthClass | None:
        """None if the rate is known."""
        unknown_ns = self._unknown.ns(mono_ns, kbps is None)
        if kbps is not None:
            return None
        self._pause()
        is_first = self.state in ("GONE", "STALLED") and unknown_ns < FIRST_RATE_NS
        return self.state if is_first else "BLIND"

    def _latched(self) -> HealthClass:
        if self._starved.is_set:
            return "STARVED"
        return "LOW" if self._low.is_set else "OK"


class FeedClass(_Judge):
    """The class of a feed over time; `state` is the newest."""

    def __init__(self, limits: Limits, first: HealthClass = "BLIND") -> None:
        super().__init__(limits, first)
        self._flowing = Held()

    def update(
        self,
        mono_ns: int,
        *,
        connected: bool,
        kbps: float | None,
        age_ms: float | None,
        silence_limit_ms: float,
        lag_ms: float | None,
        instrument_ok: bool = True,
    ) -> HealthClass:
        """`age_ms`: since the newest media. `instrument_ok`: whether these figures are fresh."""
        is_silent = age_ms is None or age_ms > silence_limit_ms
        flowing_ns = self._flowing.ns(mono_ns, instrument_ok and connected and not is_silent)
        if not instrument_ok:
            self._pause()
            self.state = "BLIND"
        elif not connected:
            self.state = self._gone()
        elif is_silent:
            self.state = self._stalled()
        else:
            self.state = self._without_rate(mono_ns, kbps) or self._judged(
                mono_ns, kbps or 0.0, lag_ms, flowing_ns
            )
        return self.state

    def _judged(
        self, mono_ns: int, kbps: float, lag_ms: float | None, flowing_ns: int
    ) -> HealthClass:
        limits = self._limits
        self._low.update(
            mono_ns,
            trips=kbps < limits.min_kbps and flowing_ns >= _RATE_WINDOW_NS,
            clears=kbps >= self._clear_kbps,
        )
        self._starved.update(
            mono_ns,
            trips=lag_ms is not None and lag_ms > limits.starved_lag_ms,
            clears=lag_ms is not None and lag_ms < limits.starved_clear_ms,
        )
        return self._latched()


class UplinkClass(_Judge):
    """The class of an uplink over time; `state` is the newest.

    It is judged by what it does with what it is given: LOW and STARVED wait until the feed has been
    good for so long that the uplink could have passed it on.
    """

    def __init__(self, limits: Limits, first: HealthClass = "BLIND") -> None:
        super().__init__(limits, first)
        self._feed_in_time = Held()
        self._feed_rich = Held()

    def update(
        self,
        mono_ns: int,
        *,
        publishes: bool,
        silent_ms: float,
        silence_limit_ms: float,
        goodput_kbps: float | None,
        backlog_ms: float | None,
        base_rtt_ms: float | None,
        feed: HealthClass,
        feed_kbps: float | None,
    ) -> HealthClass:
        """`silent_ms`: for how long bytes have waited and none was acknowledged.

        `base_rtt_ms`, the least round trip of the connection, is no lag: nothing is acknowledged
        faster.
        """
        is_rich = feed_kbps is not None and feed_kbps >= self._clear_kbps
        rich_ns = self._feed_rich.ns(mono_ns, is_rich)
        in_time_ns = self._feed_in_time.ns(mono_ns, feed in ("OK", "LOW"))
        if not publishes:
            self.state = self._gone()
        elif silent_ms > silence_limit_ms:
            self.state = self._stalled()
        elif (unknown := self._without_rate(mono_ns, goodput_kbps)) is not None:
            self.state = unknown
        else:
            self._judge_rate(mono_ns, goodput_kbps or 0.0, rich_ns >= _RATE_WINDOW_NS)
            late_ms = None if backlog_ms is None else backlog_ms - (base_rtt_ms or 0.0)
            self._judge_backlog(mono_ns, late_ms, in_time_ns >= _CATCH_UP_NS)
            self.state = self._latched()
        return self.state

    def _judge_rate(self, mono_ns: int, goodput_kbps: float, is_fed: bool) -> None:
        """A feed that turns low is no fault of the uplink's: then nothing is said of its rate."""
        if not is_fed:
            self._low.reset()
            return
        self._low.update(
            mono_ns,
            trips=goodput_kbps < self._limits.min_kbps,
            clears=goodput_kbps >= self._clear_kbps,
        )

    def _judge_backlog(self, mono_ns: int, late_ms: float | None, is_fed: bool) -> None:
        self._starved.update(
            mono_ns,
            trips=is_fed and late_ms is not None and late_ms > self._limits.starved_lag_ms,
            clears=late_ms is not None and late_ms < self._limits.starved_clear_ms,
        )
