"""How many bytes may pass a path between two instants? Constant rates, ramps, recorded uplinks."""

from __future__ import annotations

from typing import Final, Protocol

from livedesk.core.clock import NS_PER_S

BURST_S: Final = 0.05
"""What a limited path may save up while nothing is sent: a twentieth of a second."""

MIN_BURST_BYTES: Final = 3_000


class Supply(Protocol):
    """A path's capacity over time; both instants are seconds since the supply was put in place."""

    def bytes_between(self, from_s: float, to_s: float) -> float: ...

    def unused_bytes(self, now_s: float) -> float:
        """What may still pass of the capacity that nobody used until now."""
        ...

    @property
    def mean_kbps(self) -> float: ...


class ConstantRate:
    """So many kilobits a second, always."""

    def __init__(self, kbps: float) -> None:
        self._kbps = _above_zero(kbps)

    def bytes_between(self, from_s: float, to_s: float) -> float:
        return (to_s - from_s) * self._kbps * 125

    def unused_bytes(self, now_s: float) -> float:
        return max(MIN_BURST_BYTES, self.bytes_between(now_s - BURST_S, now_s))

    @property
    def mean_kbps(self) -> float:
        return self._kbps


class Ramp:
    """From one rate evenly to another within `over_s`; it stays there."""

    def __init__(self, from_kbps: float, to_kbps: float, over_s: float) -> None:
        self._from_kbps = _above_zero(from_kbps)
        self._to_kbps = _above_zero(to_kbps)
        self._over_s = over_s

    def bytes_between(self, from_s: float, to_s: float) -> float:
        return (self._kilobits(to_s) - self._kilobits(from_s)) * 125

    def unused_bytes(self, now_s: float) -> float:
        return max(MIN_BURST_BYTES, self.bytes_between(now_s - BURST_S, now_s))

    @property
    def mean_kbps(self) -> float:
        """In the long run: where it ends."""
        return self._to_kbps

    def _kilobits(self, t_s: float) -> float:
        """Everything from the start of the ramp until then; before it the rate was constant."""
        if t_s <= 0:
            return t_s * self._from_kbps
        sloping_s = min(t_s, self._over_s)
        slope = (self._to_kbps - self._from_kbps) / self._over_s if self._over_s else 0.0
        on_the_slope = self._from_kbps * sloping_s + slope * sloping_s**2 / 2
        return on_the_slope + max(0.0, t_s - self._over_s) * self._to_kbps


class TokenBucket:
    """Turns a supply into permission to pass bytes now.

    While somebody waits to send, nothing of the supply is lost however seldom he asks; what nobody
    waited for is soon forgotten (`forget_unused`).
    """

    def __init__(self, supply: Supply, mono_ns: int) -> None:
        self._supply = supply
        self._start_ns = mono_ns
        self._filled_s = 0.0
        self._credit = 0.0

    def available(self, mono_ns: int) -> int:
        """Whole bytes that may pass at this instant."""
        now_s = (mono_ns - self._start_ns) / NS_PER_S
        if now_s > self._filled_s:
            self._credit += self._supply.bytes_between(self._filled_s, now_s)
            self._filled_s = now_s
        return int(self._credit)

    def forget_unused(self, mono_ns: int) -> None:
        """Until now nobody had anything to send."""
        self.available(mono_ns)
        self._credit = min(self._credit, self._supply.unused_bytes(self._filled_s))

    def spend(self, count: int) -> None:
        self._credit -= count


def _above_zero(kbps: float) -> float:
    if kbps <= 0:
        raise ValueError(f"a rate must be above 0 kbps, got {kbps}; a path can be blackholed")
    return kbps
