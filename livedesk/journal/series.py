"""How are hours of samples drawn with a few hundred points without hiding a peak or a gap?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from livedesk.journal.values import SampleRow


@dataclass(frozen=True, slots=True)
class Point:
    """Samples of one epoch within one bucket. Without a number it marks a break in the line."""

    t_s: int
    utc_ns: int
    epoch: int
    n: int = 0
    min: float | None = None
    mean: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One figure of one subject. A point without numbers stands wherever the line must break."""

    figure: str
    subject: str
    points: tuple[Point, ...]


def bucket_width_s(from_s: int, to_s: int, points: int) -> int:
    """Seconds per bucket so that [from_s, to_s) needs at most `points` buckets."""
    if points < 1:
        raise ValueError(f"a series needs at least one point, got {points}")
    return max(1, -(-(to_s - from_s) // points))


def downsample(rows: Iterable[SampleRow], width_s: int) -> Iterator[Point]:
    """Fold rows, ordered by `t_s` and `epoch`, into buckets of `width_s` seconds.

    The minimum and maximum of every row survive in its bucket; means are weighted by `n`.
    Epochs are never folded together. A missing second, also inside a bucket, and a new epoch
    put a break before the bucket in which the line resumes. For one epoch that makes at most
    two points per bucket, however ragged the data are.
    """
    bucket: list[SampleRow] = []
    broken = False
    last: SampleRow | None = None
    for row in rows:
        resumes = last is not None and (row.t_s > last.t_s + 1 or row.epoch != last.epoch)
        same_bucket = bucket and row.t_s // width_s == bucket[0].t_s // width_s
        if bucket and not (same_bucket and row.epoch == bucket[0].epoch):
            yield from _folded(bucket, broken)
            bucket, broken = [], False
        bucket.append(row)
        broken = broken or resumes
        last = row
    if bucket:
        yield from _folded(bucket, broken)


def _folded(rows: list[SampleRow], broken: bool) -> Iterator[Point]:
    first = rows[0]
    if broken:
        yield Point(first.t_s, first.utc_ns, first.epoch)
    n = sum(row.n for row in rows)
    yield Point(
        t_s=first.t_s,
        utc_ns=first.utc_ns,
        epoch=first.epoch,
        n=n,
        min=min(row.min for row in rows),
        mean=sum(row.mean * row.n for row in rows) / n,
        max=max(row.max for row in rows),
    )
