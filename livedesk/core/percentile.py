"""Which of the values is the p-th percentile? One that occurred, never one in between."""

from __future__ import annotations

from collections.abc import Sequence


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """Of one or more values in ascending order (Hyndman and Fan 1996, definition 1)."""
    return ordered[max(-(-percent * len(ordered) // 100), 1) - 1]


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """None when there are none."""
    return nearest_rank(ordered, percent) if ordered else None
