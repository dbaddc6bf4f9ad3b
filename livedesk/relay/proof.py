"""When did the far end last show that it is there?

A session that waits sends nothing, so its death would go unnoticed until it is needed. It is
pinged. Of a server that answers pings an answer counts: what sits in between, such as a proxy, may
acknowledge in its place. Of others it counts that the ping's bytes were acknowledged.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S

PING_EVERY_NS: Final = 2 * NS_PER_S
PROVEN_FOR_NS: Final = 5 * NS_PER_S
"""An older proof says nothing about now."""
ANSWER_LIMIT_NS: Final = 2_500 * NS_PER_MS
"""For a ping; with the time between two of them less than a proof is good for. Linux repeats a lost
segment three times within it (RFC 6298, from its minimum of 200 ms)."""


class Proof:
    """Of one connection, from when its far end answered first. Time is passed in."""

    def __init__(self, mono_ns: int) -> None:
        self._proven_ns = mono_ns
        self._pinged_ns: int | None = None
        self._acked = 0
        self._answers = False

    def is_due(self, mono_ns: int) -> bool:
        """Whether to ping: nothing was heard for a while, and no ping is on its way."""
        return self._pinged_ns is None and mono_ns - self._proven_ns >= PING_EVERY_NS

    @property
    def is_awaited(self) -> bool:
        """Whether a ping is on its way."""
        return self._pinged_ns is not None

    def pinged(self, mono_ns: int) -> None:
        if self._pinged_ns is None:
            self._pinged_ns = mono_ns

    def acked(self, mono_ns: int, byte_count: int) -> None:
        """The kernel counts so many bytes of the connection as acknowledged."""
        if byte_count > self._acked:
            self._acked = byte_count
            if not (self._answers and self.is_awaited):
                self.heard(mono_ns)

    def answered(self, mono_ns: int) -> None:
        """The far end answered a ping; from now on it is expected to."""
        self._answers = True
        self.heard(mono_ns)

    def heard(self, mono_ns: int) -> None:
        """Something came from the far end."""
        self._proven_ns = mono_ns
        self._pinged_ns = None

    def age_ms(self, mono_ns: int) -> float:
        return max(0.0, (mono_ns - self._proven_ns) / NS_PER_MS)

    def holds(self, mono_ns: int) -> bool:
        return mono_ns - self._proven_ns < PROVEN_FOR_NS

    def is_unanswered(self, mono_ns: int) -> bool:
        """Whether a ping has waited so long that the connection must be taken for dead."""
        return self._pinged_ns is not None and mono_ns - self._pinged_ns >= ANSWER_LIMIT_NS
