"""What is seen on the path that carries, and how is it said?"""

from __future__ import annotations

from collections.abc import Mapping

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import Limits
from livedesk.failover import words
from livedesk.failover.detectors import Detectors, Finding, catching_up
from livedesk.failover.facts import FeedFacts, PathFacts
from livedesk.failover.presence import COME_UP_NS, Presence


class CarrierWatch:
    """Of one path at a time: `restart` when the stream moves or arrives."""

    def __init__(self, limits: Limits, max_lag_ms: float, path: PathFacts) -> None:
        self._min_kbps = limits.min_kbps
        self._detectors = Detectors(limits, max_lag_ms)
        self._presence = Presence()
        self.feed = FeedFacts("BLIND", None, False)
        self.path = path
        self.finding: Finding | None = None

    def restart(self, *, has_carried: bool) -> None:
        self._detectors.restart()
        self._presence.restart(has_carried)
        self.finding = None

    def look(self, mono_ns: int) -> None:
        """At `feed` and `path` as they are now."""
        is_carrying = self.path.state == "carrying"
        gone_ns = self._presence.gone_since_ns(mono_ns, self.feed.flows, is_carrying)
        if not is_carrying:
            self._detectors.restart()
            self.finding = None if gone_ns is None else Finding("gone", gone_ns)
        else:
            self.finding = self._detectors.look(mono_ns, self.feed, self.path)

    @property
    def is_sagging(self) -> bool:
        return self.finding is None and self._detectors.is_sagging

    @property
    def has_fault(self) -> bool:
        return self.finding is not None or self.is_sagging

    @property
    def capacity_kbps(self) -> float | None:
        """While more waits than the path carries."""
        return self._detectors.capacity_kbps

    @property
    def carried_kbps(self) -> float | None:
        """The goodput of a second says too little where there was nothing to send in it."""
        goodput_kbps = self.path.goodput_kbps
        if self.capacity_kbps is not None or goodput_kbps is None:
            return self.capacity_kbps
        return max(goodput_kbps, self._detectors.before_kbps or 0.0)

    def figures(self, mono_ns: int) -> Mapping[str, float | None]:
        return self._detectors.figures(mono_ns, self.feed, self.path)

    def fault_words(self, finding: Finding) -> str:
        wait_s = COME_UP_NS / NS_PER_S if self._presence.never_came_up else 0.0
        return words.fault(
            finding.cause, self.path, self.feed, self.carried_kbps, wait_s, self._min_kbps
        )

    def sag_words(self, next_: str | None) -> str:
        return words.sagging(self.path, self._detectors.lag_ms, next_)

    def words(self, objection: str | None, next_: str | None) -> str:
        """The state of the path. `objection`: why the stream stays on it in spite of a fault."""
        if self.finding is not None:
            fault = self.fault_words(self.finding)
            return f"{fault}; {objection}" if objection else fault
        catches_up = catching_up(self.feed, self.path)
        if self.is_sagging and not catches_up:
            return self.sag_words(next_)
        return words.carrying(self.path, self.feed, self._min_kbps, catches_up=catches_up)
