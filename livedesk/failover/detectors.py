"""What is wrong with the path that carries? The detectors, and which of them speaks first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.held import Held
from livedesk.core.status import Limits, SwitchCause
from livedesk.failover.backlog import LagCusum
from livedesk.failover.capacity import Capacity
from livedesk.failover.facts import FeedFacts, PathFacts
from livedesk.failover.idle import Idle
from livedesk.failover.patience import Patience
from livedesk.failover.trend import Trend

SETTLE_NS: Final = 2 * NS_PER_S
"""So long a new connection may need to find its pace (slow start, RFC 5681), and a path for what a
feed sends at once when it comes back: its rate and backlog are no fault yet."""
_SHORTEST_LOOK_NS: Final = 25 * NS_PER_MS
_RATE_WINDOW_NS: Final = NS_PER_S
_LEAST_GROWTH: Final = 0.7
_LEAST_SIGMAS: Final = 4.0
"""Of the lag's growth, so that no late packet passes for a queue; twice that where the goodput of a
second speaks against one."""
_CONTRACT_HOLD_NS: Final = NS_PER_S
_BACKLOG_HOLD_NS: Final = 200 * NS_PER_MS
"""A feed that sends a second at once is a second ahead of its acknowledgements for a moment."""
_SAG_HOLD_NS: Final = NS_PER_S
_SAG_LEAST_MS: Final = 100.0
_SAG_RISE_MS: Final = 50.0
"""In a second. A longer way that carries everything does not go on rising."""
_SAG_CLEAR_NS: Final = 3 * NS_PER_S
_CATCH_UP_FACTOR: Final = 1.5


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of the path that carries, and since when."""

    cause: SwitchCause
    onset_ns: int


def catching_up(feed: FeedFacts, path: PathFacts) -> bool:
    """Whether far more is acknowledged than comes: what waited, or was sent again, gets through.

    However far behind it is, such a path gets better."""
    if feed.kbps is None or path.goodput_kbps is None:
        return False
    return path.goodput_kbps > _CATCH_UP_FACTOR * feed.kbps


class Detectors:
    """Watches one path while it carries; begins anew with each connection."""

    def __init__(self, limits: Limits, max_lag_ms: float) -> None:
        self._limits = limits
        self._max_lag_ms = max_lag_ms
        self._rich_kbps = limits.min_kbps * (1 + limits.low_clear_pct / 100)
        self._feed_in_time = Held()
        self._feed_rich = Held()
        self.restart()

    def restart(self) -> None:
        """Another path, or another connection of this one."""
        self._lag = LagCusum()
        self._capacity = Capacity()
        self._hidden = Capacity()
        self._patience = Patience()
        self._trend = Trend()
        self._idle = Idle()
        self._acked = 0
        self._begun_ns: int | None = None
        self._looked_ns: int | None = None
        self._slow = Held()
        self._behind = Held()
        self._rising = Held()
        self._calm = Held()
        self._lag_before: tuple[int, float] = (0, 0.0)
        self.is_sagging = False
        self.capacity_kbps: float | None = None
        """While more waits than it carries, unsent or held by the network."""
        self.before_kbps: float | None = None
        """Before a pause in which it was given nothing, while the goodput tells less than that."""

    @property
    def lag_ms(self) -> float:
        return self._lag.lag_ms

    def look(self, mono_ns: int, feed: FeedFacts, path: PathFacts) -> Finding | None:
        """`path` carries. At least each 50 ms."""
        if path.media_bytes_acked < self._acked:
            self.restart()
        self._acked = path.media_bytes_acked
        if self._begun_ns is None:
            self._begun_ns = mono_ns
        self._patience.look(mono_ns, path, self._lag.sigma_ms)
        if self._looked_ns is None or mono_ns - self._looked_ns >= _SHORTEST_LOOK_NS:
            self._looked_ns = mono_ns
            self._measure(mono_ns, path)
        is_in_time = feed.flows and feed.state in ("OK", "LOW")
        in_time_ns = self._feed_in_time.ns(mono_ns, is_in_time)
        is_settled = min(in_time_ns, mono_ns - self._begun_ns) >= SETTLE_NS
        is_rich = is_in_time and (feed.kbps or 0.0) >= self._rich_kbps
        is_rich_s = self._feed_rich.ns(mono_ns, is_rich) >= _RATE_WINDOW_NS
        slow_ns = self._slow.ns(
            mono_ns,
            is_settled
            and is_rich_s
            and mono_ns >= self._patience.at_pace_ns + _RATE_WINDOW_NS
            and path.goodput_kbps is not None
            and path.goodput_kbps < self._limits.min_kbps,
        )
        catches_up = catching_up(feed, path)
        self.is_sagging = self.is_sagging and not catches_up
        # A path that gets nothing through is silent, and what that leaves behind is no trend.
        self._judge_sag(mono_ns, is_settled and not catches_up and not self._patience.is_over)
        if feed.flows and self._patience.is_over:
            return Finding("silence", mono_ns - round(path.silent_ms * NS_PER_MS))
        if not is_settled:
            return None
        # LOW clears late: what counts is whether the feed holds the contract now.
        is_enough = feed.state == "OK" or is_rich_s
        found = self._of_rate(mono_ns, feed, path, slow_ns) if is_enough else None
        return found or self._of_backlog(mono_ns, feed, path)

    def _measure(self, mono_ns: int, path: PathFacts) -> None:
        if path.backlog_ms is not None:
            self._lag.look(mono_ns, path.backlog_ms)
            self._trend.look(mono_ns, path.backlog_ms)
        acked, limit_ms = path.media_bytes_acked, path.silence_limit_ms
        at_pace = mono_ns >= self._patience.at_pace_ns
        self._capacity.look(mono_ns, acked, at_pace and bool(path.unsent_bytes), limit_ms)
        full_kbps = self._capacity.kbps(mono_ns) or self._hidden.kbps(mono_ns)
        is_idle = self._idle.look(mono_ns, path, full_kbps)
        is_late = self._lag.onset_ns is not None and not is_idle
        self._hidden.look(mono_ns, acked, at_pace and is_late, limit_ms, self.lag_ms)
        self.capacity_kbps = self._capacity.kbps(mono_ns)
        self.before_kbps = self._idle.before_kbps(mono_ns)

    def _of_rate(
        self, mono_ns: int, feed: FeedFacts, path: PathFacts, slow_ns: int
    ) -> Finding | None:
        """Less than the contract gets through of a feed that holds it.

        With a rising lag the capacity says so at once, or, where it cannot be told, the goodput of
        a second. With a flat one a second more must pass.
        """
        most_kbps = self._capacity.most_kbps(mono_ns)
        is_short = most_kbps is not None and most_kbps < self._limits.min_kbps
        is_slow = slow_ns > path.silence_limit_ms * NS_PER_MS
        is_held_up = self._is_held_up(mono_ns, feed, path)
        if self._lag.is_rising and (is_short or is_slow or is_held_up):
            if is_held_up:
                self.capacity_kbps = self.capacity_kbps or self._hidden.kbps(mono_ns)
            return Finding("congestion", self._lag.onset_ns or mono_ns)
        if slow_ns >= _CONTRACT_HOLD_NS:
            return Finding("contract", mono_ns - slow_ns)
        return None

    def _is_held_up(self, mono_ns: int, feed: FeedFacts, path: PathFacts) -> bool:
        """Nothing waits unsent, and yet less gets through than comes: the network holds the rest.

        Then the lag grows by what does not get through, 1 − capacity / rate of the feed; on a way
        that merely became longer it does not. A feed that gives less after a keyframe is
        acknowledged at a lower rate too, and in full: the goodput of a second is its own then.
        """
        most_kbps = self._hidden.most_kbps(mono_ns)
        if most_kbps is None or most_kbps >= self._limits.min_kbps:
            return False
        if self._hidden.read_ns != mono_ns:  # a pause may have made it look so, and be over
            return False
        if feed.kbps is None or feed.kbps < self._rich_kbps:
            return False
        expected_ms = (1 - most_kbps / feed.kbps) * self._hidden.busy_ms
        sigmas = _LEAST_SIGMAS * (2 if (path.goodput_kbps or 0.0) >= feed.kbps else 1)
        least_ms = max(_LEAST_GROWTH * expected_ms, sigmas * self._lag.sigma_ms)
        return self._hidden.grown_ms >= least_ms

    def _of_backlog(self, mono_ns: int, feed: FeedFacts, path: PathFacts) -> Finding | None:
        behind_ms = (path.backlog_ms or 0.0) - (path.base_rtt_ms or 0.0)
        is_behind = behind_ms > self._max_lag_ms
        catches_up = self._trend.catches_up(path.goodput_kbps, feed.kbps)
        behind_ns = self._behind.ns(mono_ns, is_behind and not catches_up)
        if behind_ns < _BACKLOG_HOLD_NS:
            return None
        return Finding("backlog", self._lag.onset_ns or mono_ns - behind_ns)

    def _judge_sag(self, mono_ns: int, may_sag: bool) -> None:
        """Whether the queue of the path has not emptied for a second, and grows."""
        rising_ns = self._rising.ns(mono_ns, may_sag and self._lag.is_rising)
        calm_ns = self._calm.ns(mono_ns, not self._lag.is_rising)
        before_ns, before_ms = self._lag_before
        if mono_ns - before_ns >= _SAG_HOLD_NS:
            grown_ms = self.lag_ms - before_ms
            self._lag_before = mono_ns, self.lag_ms
            if rising_ns >= _SAG_HOLD_NS and self.lag_ms > _SAG_LEAST_MS:
                self.is_sagging = self.is_sagging or grown_ms > _SAG_RISE_MS
        if calm_ns >= _SAG_CLEAR_NS:
            self.is_sagging = False

    def figures(self, mono_ns: int, feed: FeedFacts, path: PathFacts) -> Mapping[str, float | None]:
        """What decided, for the record."""
        return {
            "feed_kbps": feed.kbps,
            "goodput_kbps": path.goodput_kbps,
            "capacity_kbps": self.capacity_kbps,
            "min_kbps": self._limits.min_kbps,
            "backlog_ms": path.backlog_ms,
            "lag_ms": self.lag_ms,
            "lag_sigma_ms": self._lag.sigma_ms,
            "silent_ms": path.silent_ms,
            "silence_limit_ms": self._patience.limit_ms,
            "unsent_bytes": path.unsent_bytes,
            "rtt_ms": path.rtt_ms,
        }
