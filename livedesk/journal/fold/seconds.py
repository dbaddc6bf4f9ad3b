"""Which seconds of the session count: known, off air, above the limit, or without any witness?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from livedesk.journal.fold.incidents import SETTLING_S
from livedesk.journal.fold.measured import Gap, Share
from livedesk.journal.fold.spans import Span


def best_of(subjects: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Of several uplinks the one that carried most in each second: what viewers got."""
    best: dict[int, float] = {}
    for seconds in subjects:
        for t_s, rate in seconds.items():
            best[t_s] = max(rate, best.get(t_s, rate))
    return best


def inside(pairs: Iterable[Span], length_s: int) -> set[int]:
    """Seconds whose middle lies within one of the spans."""
    seconds: set[int] = set()
    for span in pairs:
        end_ms = length_s * 1000 if span.end_ms is None else span.end_ms
        seconds.update(range(max(0, (span.start_ms + 499) // 1000), (end_ms + 499) // 1000))
    return {t_s for t_s in seconds if t_s < length_s}


def gaps_in(known: Set[int], length_s: int) -> list[Gap]:
    gaps: list[Gap] = []
    for t_s in range(length_s):
        if t_s in known:
            continue
        if gaps and gaps[-1].end_s == t_s:
            gaps[-1] = Gap(gaps[-1].start_s, t_s + 1)
        else:
            gaps.append(Gap(t_s, t_s + 1))
    return gaps


def share_of(
    rates: Mapping[int, float], gone: Sequence[Span], limit: float, length_s: int
) -> Share:
    measured = {t_s for t_s in rates if t_s >= SETTLING_S}
    known = measured | {t_s for t_s in inside(gone, length_s) if t_s >= SETTLING_S}
    return Share(sum(rates[t_s] >= limit for t_s in measured), len(known))
