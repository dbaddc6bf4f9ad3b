"""Which bands does the skew plot shade, and which skews does its axis name?

The steps are those of `core.ladder`. The engine judges; the bands only make its judgement visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from livedesk.core.ladder import SkewLadder
from livedesk.desk.looks import Look

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
    ladder = SkewLadder(max_skew_ms)
    edges = sorted({-FAR_MS, *(bound for bound, _ in ladder.bounds()), FAR_MS})
    found = ((low, high, ladder.state((low + high) / 2)) for low, high in pairwise(edges))
    # A skew that is known is never "no_data", and the other states are looks too.
    return tuple(Band(low, high, cast(Look, state)) for low, high, state in found if state != "ok")


def ticks(max_skew_ms: float) -> tuple[float, ...]:
    """The skews an axis names, the most important first; room may not suffice for all."""
    return (0.0, *(bound for bound, _ in SkewLadder(max_skew_ms).bounds()))
