"""How many media bits a second does a joined player get, all together and of each track?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.rate import SlidingRate
from livedesk.monitors.facts import PacketFact

_DRAINED_NS: Final = 3 * NS_PER_MS
_DRAINED_WITHIN_NS: Final = NS_PER_S


class Rates:
    """Payload bits a second, once the burst that a joining player gets is through.

    The burst comes as fast as the reader takes it; the first wait for a packet ends it.
    """

    def __init__(self) -> None:
        self.total = SlidingRate()
        self.video = SlidingRate()
        self.audio = SlidingRate()
        self._begun_ns: int | None = None
        self._last_ns = 0
        self._is_drained = False

    def packet(self, fact: PacketFact) -> None:
        if self._begun_ns is None:
            self._begun_ns = self._last_ns = fact.arrival_ns
        if not self._is_drained:
            waited_ns = fact.arrival_ns - self._last_ns
            open_ns = fact.arrival_ns - self._begun_ns
            self._is_drained = waited_ns >= _DRAINED_NS or open_ns >= _DRAINED_WITHIN_NS
            self._last_ns = fact.arrival_ns
            if not self._is_drained:
                return
        self.total.add(fact.arrival_ns, fact.payload_bytes)
        track = self.video if fact.track == "video" else self.audio
        track.add(fact.arrival_ns, fact.payload_bytes)
