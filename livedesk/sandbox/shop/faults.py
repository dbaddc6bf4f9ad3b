"""How badly does the shop serve? Faults as values, and what they make of one call.

Chance is handed in, so that the same seed and the same order of calls give the same show.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final, Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Json
from livedesk.sandbox.shop.wire import Kind

Malformed = Literal["html", "truncated", "empty", "huge", "wrong_types", "nan", "error_in_200"]
MALFORMED: Final[tuple[Malformed, ...]] = (
    "html", "truncated", "empty", "huge", "wrong_types", "nan", "error_in_200",
)  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = ("pin", "read", "products", "token", "comments", "act")
MINUTE_NS: Final = 60 * NS_PER_S


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares are in percent of the calls that `calls` names.

    A call takes `median_ms`, spread by a log-normal distribution of `sigma`; `slow_pct` of them
    take evenly between `slow_ms` instead. `slow_executes` says at which end of that a slow pin is
    carried out. `down_until_ns` is on the monotonic clock.
    """

    median_ms: float = 0
    sigma: float = 0.25
    slow_pct: float = 0
    slow_ms: tuple[float, float] = (1000, 2000)
    slow_executes: Literal["first", "last"] = "last"
    drop_before_pct: float = 0
    drop_after_pct: float = 0
    error_pct: float = 0
    error_status: int = 503
    down_until_ns: int = 0
    rate_per_min: int | None = None
    retry_after_s: int | None = None
    """What a refused call is told; None is the truth."""
    drip_bytes_per_s: int | None = None
    malformed: Malformed | None = None
    malformed_pct: float = 100
    calls: tuple[Kind, ...] = KINDS

    def to_json(self, mono_ns: int) -> dict[str, Json]:
        return {
            "median_ms": self.median_ms,
            "sigma": self.sigma,
            "slow_pct": self.slow_pct,
            "slow_ms": list(self.slow_ms),
            "slow_executes": self.slow_executes,
            "drop_before_pct": self.drop_before_pct,
            "drop_after_pct": self.drop_after_pct,
            "error_pct": self.error_pct,
            "error_status": self.error_status,
            "down_s": max(0.0, (self.down_until_ns - mono_ns) / NS_PER_S),
            "rate_per_min": self.rate_per_min,
            "retry_after_s": self.retry_after_s,
            "drip_bytes_per_s": self.drip_bytes_per_s,
            "malformed": self.malformed,
            "malformed_pct": self.malformed_pct,
            "calls": list(self.calls),
        }


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one call. It waits `before_s`, is carried out, and waits `after_s`."""

    before_s: float = 0
    after_s: float = 0
    drop: Literal["", "before", "after"] = ""
    error_status: int | None = None
    malformed: Malformed | None = None
    drip_bytes_per_s: int | None = None


def fate_of(kind: Kind, faults: Faults, rng: random.Random, mono_ns: int) -> Fate:
    """Always as many numbers of chance per call, so that one fault does not move the others."""
    slow, spread, evenly, drop, error, body = (
        rng.random(), rng.gauss(0, 1), rng.random(), rng.random(), rng.random(), rng.random(),
    )  # fmt: skip
    if kind not in faults.calls:
        return Fate()
    if mono_ns < faults.down_until_ns:
        return Fate(error_status=503)
    wait_s = faults.median_ms * math.exp(faults.sigma * spread) / 1000
    at_first = True
    if slow * 100 < faults.slow_pct:
        least, most = faults.slow_ms
        wait_s = (least + (most - least) * evenly) / 1000
        at_first = faults.slow_executes == "first"
    else:
        at_first = False
    before_s, after_s = (0.0, wait_s) if at_first else (wait_s, 0.0)
    is_after = drop * 100 < faults.drop_after_pct
    is_before = not is_after and drop * 100 < faults.drop_after_pct + faults.drop_before_pct
    return Fate(
        before_s,
        after_s,
        "after" if is_after else "before" if is_before else "",
        faults.error_status if error * 100 < faults.error_pct else None,
        faults.malformed if body * 100 < faults.malformed_pct else None,
        faults.drip_bytes_per_s,
    )
