"""Where does skew begin to matter? The bands that the skew plot shades.

Detectability (+45/−125 ms) and acceptability (+90/−185 ms) are those of ITU-R BT.1359-1; the outer
limit is the store's own. The engine judges; these lines only make its judgement visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from livedesk.desk.cards import Look

NOTICE_MS = (-125.0, 45.0)
WARNING_MS = (-185.0, 90.0)
FAR_MS = 10_000.0
"""Beyond any plot."""


@dataclass(frozen=True, slots=True)
class Band:
    """A range of skew and the look it stands for."""

    low_ms: float
    high_ms: float
    look: Look


def bands(max_skew_ms: float) -> tuple[Band, ...]:
    """The shaded bands, from sound late to sound early; what is in sync has none."""
    late = (-FAR_MS, -max_skew_ms, max(WARNING_MS[0], -max_skew_ms), NOTICE_MS[0])
    early = (NOTICE_MS[1], WARNING_MS[1], max(WARNING_MS[1], max_skew_ms), FAR_MS)
    looks: tuple[Look, ...] = ("critical", "warning", "notice")
    below = (Band(low, high, look) for (low, high), look in zip(pairwise(late), looks, strict=True))
    above = (
        Band(low, high, look)
        for (low, high), look in zip(pairwise(early), reversed(looks), strict=True)
    )
    return tuple(band for band in (*below, *above) if band.low_ms < band.high_ms)


def ticks(max_skew_ms: float) -> tuple[float, ...]:
    """The skews an axis names, the most important first; room may not suffice for all."""
    return (0.0, max_skew_ms, -max_skew_ms, *reversed(NOTICE_MS), *reversed(WARNING_MS))
