"""How many bytes may pass a path between two instants? Constant rates and recorded uplinks."""

from __future__ import annotations

from typing import Final, Protocol

from livedesk.core.clock import NS_PER_S

BURST_S: Final = 0.05
"""What a limited path may save up while nothing is sent: a twentieth of a second."""

MIN_BURST_BYTES: Final = 3_000


class Supply(Protocol):
    """A path's capacity over time; both instants are seconds since the supply was put in place."""

    def bytes_between(self, from_s: float, to_s: float) -> float: ...

    @property
    def mean_kbps(self) -> float: ...


class ConstantRate:
    """So many kilobits a second, always."""

    def __init__(self, kbps: float) -> None:
        if kbps <= 0:
            raise ValueError(f"a rate must be above 0 kbps, got {kbps}; a path can be blackholed")
        self._kbps = kbps

    def bytes_between(self, from_s: float, to_s: float) -> float:
        return (to_s - from_s) * self._kbps * 125

    @property
    def mean_kbps(self) -> float:
        return self._kbps


class TokenBucket:
    """Turns a supply into permission to pass bytes now; what is not used is soon forgotten."""

    def __init__(self, supply: Supply, mono_ns: int) -> None:
        self._supply = supply
        self._start_ns = mono_ns
        self._filled_s = 0.0
        self._credit = 0.0
        self._burst = max(MIN_BURST_BYTES, supply.mean_kbps * 125 * BURST_S)

    def available(self, mono_ns: int) -> int:
        """Whole bytes that may pass at this instant."""
        now_s = (mono_ns - self._start_ns) / NS_PER_S
        if now_s > self._filled_s:
            self._credit += self._supply.bytes_between(self._filled_s, now_s)
            self._credit = min(self._credit, self._burst)
            self._filled_s = now_s
        return int(self._credit)

    def spend(self, count: int) -> None:
        self._credit -= count
