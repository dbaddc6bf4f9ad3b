"""Where does a packet lie on one continuous timeline, and when does a new epoch begin?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.clock import NS_PER_MS
from livedesk.monitors.facts import PacketFact, Track

JUMP_MS = 2_000.0
"""A larger step, or one backward by more, begins a new epoch. A pause of the sender is no jump, so
the clock's own advance is allowed on top."""

_MODULUS_MS = 2.0**32
_SETTLE_NS = 1_000 * NS_PER_MS


@dataclass(slots=True)
class _Last:
    raw_ms: float
    position_ms: float
    arrival_ns: int


class Timeline:
    """Unwraps RTMP's 32-bit milliseconds by serial arithmetic and counts epochs."""

    def __init__(self) -> None:
        self.epoch = 0
        self._last: dict[Track, _Last] = {}
        self._began_ns: int | None = None

    def restart(self, mono_ns: int) -> None:
        """The input was opened again or changed its form: a new epoch."""
        self.epoch += 1
        self._last.clear()
        self._began_ns = mono_ns

    def place(self, fact: PacketFact) -> tuple[float, bool] | None:
        """Position in ms and whether it jumped there; None for a packet without a timestamp."""
        raw_ms = fact.dts_ms if fact.dts_ms is not None else fact.pts_ms
        if raw_ms is None:
            return None
        last = self._last.get(fact.track)
        if last is None:
            position_ms, jumped = raw_ms, False
        else:
            step_ms = serial_step(raw_ms - last.raw_ms)
            waited_ms = (fact.arrival_ns - last.arrival_ns) / NS_PER_MS
            jumped = step_ms < -JUMP_MS or step_ms > waited_ms + JUMP_MS
            position_ms = raw_ms if jumped else last.position_ms + step_ms
        if jumped:
            self._count_jump(fact.arrival_ns)
        self._last[fact.track] = _Last(raw_ms, position_ms, fact.arrival_ns)
        return position_ms, jumped

    def _count_jump(self, arrival_ns: int) -> None:
        """Both tracks jump when the sender's clock does; the second one is not another epoch."""
        if self._began_ns is None or arrival_ns - self._began_ns >= _SETTLE_NS:
            self.epoch += 1
            self._began_ns = arrival_ns


def serial_step(step_ms: float) -> float:
    """The short way round a 32-bit counter (RFC 1982)."""
    if step_ms < -_MODULUS_MS / 2:
        return step_ms + _MODULUS_MS
    if step_ms > _MODULUS_MS / 2:
        return step_ms - _MODULUS_MS
    return step_ms
