"""How old is a fact, and when is it too old to be believed?"""

from __future__ import annotations

from livedesk.core.clock import NS_PER_MS

STALE_MS = 1_500
"""Four samples a second are due; after this long without any the instrument is not believed."""


def age_ms_of(then_ns: int, now_ns: int) -> float:
    return max(0.0, (now_ns - then_ns) / NS_PER_MS)


def grown_ms(age_ms: float | None, passed_ms: float) -> float | None:
    """What an age was for who told it, and what has passed since."""
    return None if age_ms is None else age_ms + passed_ms
