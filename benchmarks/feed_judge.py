"""What does the relay say of its feed? Its judgement, without its sockets."""

from __future__ import annotations

from livedesk.core.clock import NS_PER_MS
from livedesk.core.rate import SlidingRate
from livedesk.core.status import HealthClass, Limits
from livedesk.failover.facts import FeedFacts
from livedesk.gauges.classes import FeedClass
from livedesk.gauges.lag import Lag
from livedesk.gauges.silence import Silence


class FeedJudge:
    def __init__(self, limits: Limits) -> None:
        self._rate = SlidingRate()
        self._lag = Lag()
        self._silence = Silence(limits.silence_ms, near=False)
        self._class = FeedClass(limits)
        self._newest_ns: int | None = None

    def packet(self, arrival_ns: int, stamp_ms: float, payload_bytes: int) -> None:
        self._rate.add(arrival_ns, payload_bytes)
        self._lag.packet(arrival_ns, stamp_ms)
        self._silence.message(arrival_ns)
        self._newest_ns = arrival_ns

    def judge(self, mono_ns: int) -> HealthClass:
        newest_ns = self._newest_ns
        return self._class.update(
            mono_ns,
            connected=True,
            kbps=self._rate.kbps(mono_ns),
            age_ms=None if newest_ns is None else (mono_ns - newest_ns) / NS_PER_MS,
            silence_limit_ms=self._silence.limit_ms,
            lag_ms=self._lag.read(mono_ns),
        )

    def facts(self, mono_ns: int) -> FeedFacts:
        state = self.judge(mono_ns)
        flows = state not in ("GONE", "STALLED")
        return FeedFacts(state, self._rate.kbps(mono_ns), flows)
