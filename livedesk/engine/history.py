"""What did a store's figures do between two instants, and what happened then? The last minutes of
figures from memory, the rest from the record.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.events import Event
from livedesk.core.figures import FIGURES
from livedesk.engine.fold import Reading
from livedesk.journal.errors import JournalError
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import SessionEntry, list_sessions
from livedesk.monitors.series import Series, Span

KEEP_S = 600.0
"""About 0.2 MB of memory a figure, so that twenty stores with all their figures stay under 100 MB;
older data are read from the session file."""


@dataclass(slots=True)
class HistorySeries:
    """One figure as columns of equal length; `t` in Unix seconds, a gap is None."""

    figure: str
    subject: str
    unit: str
    t: list[float] = field(default_factory=list)
    min: list[float | None] = field(default_factory=list)
    mean: list[float | None] = field(default_factory=list)
    max: list[float | None] = field(default_factory=list)
    epoch: list[int | None] = field(default_factory=list)

    def add(
        self,
        t_s: float,
        low: float | None = None,
        mean: float | None = None,
        high: float | None = None,
        epoch: int | None = None,
    ) -> None:
        """Without figures: a break in the line."""
        self.t.append(t_s)
        self.min.append(low)
        self.mean.append(mean)
        self.max.append(high)
        self.epoch.append(epoch)


@dataclass(frozen=True, slots=True)
class History:
    series: tuple[HistorySeries, ...]


class Memory:
    """The newest readings of one store, on the monotonic clock: a wall clock may be set."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._series: dict[tuple[str, str], Series] = {}
        self._first_mono_ns: int | None = None

    def add(self, mono_ns: int, readings: Iterable[Reading]) -> None:
        if self._first_mono_ns is None:
            self._first_mono_ns = mono_ns
        for reading in readings:
            key = (reading.figure, reading.subject)
            series = self._series.get(key)
            if series is None:
                if reading.value is None:
                    continue  # a figure that this store never has takes no room
                series = self._series[key] = Series(keep_s=KEEP_S)
            series.add(mono_ns / NS_PER_S, reading.value, reading.epoch)

    def begins_at_s(self) -> float:
        """Unix time from which on everything is remembered."""
        if self._first_mono_ns is None:
            return self._clock.utc_ns() / NS_PER_S
        oldest_s = max(self._first_mono_ns / NS_PER_S, self._clock.mono_ns() / NS_PER_S - KEEP_S)
        return oldest_s + self._offset_s()

    def _offset_s(self) -> float:
        return (self._clock.utc_ns() - self._clock.mono_ns()) / NS_PER_S

    def query(self, from_s: float, to_s: float, points: int) -> list[HistorySeries]:
        offset_s = self._offset_s()
        return [
            _from_span(key, series.query(from_s - offset_s, to_s - offset_s, points), offset_s)
            for key, series in self._series.items()
        ]


def _from_span(key: tuple[str, str], span: Span, offset_s: float) -> HistorySeries:
    return HistorySeries(
        *_named(key),
        t=(span.t_s + offset_s).tolist(),
        min=_numbers(span.min.tolist()),
        mean=_numbers(span.mean.tolist()),
        max=_numbers(span.max.tolist()),
        epoch=[None if epoch < 0 else epoch for epoch in span.epoch.tolist()],
    )


def _numbers(column: list[float]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in column]


def _named(key: tuple[str, str]) -> tuple[str, str, str]:
    figure, subject = key
    return figure, subject, FIGURES[figure].unit if figure in FIGURES else ""


def recorded(
    data: Path, store: str, from_s: float, to_s: float, points: int
) -> list[HistorySeries]:
    """The same from the session files. Blocks: call it in a thread."""
    found: dict[tuple[str, str], HistorySeries] = {}
    for entry in reversed(list_sessions(data, store)):
        if _overlaps(entry, from_s, to_s):
            try:
                read_into(found, entry.path, from_s, to_s, points)
            except JournalError:
                continue  # a damaged file is listed with its problem elsewhere
    return list(found.values())


def recorded_events(
    data: Path, store: str, from_s: float, to_s: float, kinds: Collection[str], count: int
) -> list[Event]:
    """The newest `count` events between two instants, oldest first; kinds as of
    `SessionReader.events`. Blocks: call it in a thread."""
    found: deque[Event] = deque(maxlen=count)
    between_ns = round(from_s * NS_PER_S), round(to_s * NS_PER_S)
    for entry in reversed(list_sessions(data, store)):
        if not _overlaps(entry, from_s, to_s):
            continue
        try:
            with SessionReader.open(entry.path) as reader:
                newest = reader.newest_events(count, kinds=kinds, utc_ns=between_ns)
                found.extend(timed.event for timed in newest)
        except JournalError:
            continue  # a damaged file is listed with its problem elsewhere
    return list(found)


def _overlaps(entry: SessionEntry, from_s: float, to_s: float) -> bool:
    if entry.info is None or entry.end is None:
        return False
    starts_s, ends_s = entry.info.started_utc_ns / NS_PER_S, entry.end.utc_ns / NS_PER_S
    return starts_s < to_s and ends_s > from_s


def read_into(
    found: dict[tuple[str, str], HistorySeries],
    path: Path,
    from_s: float,
    to_s: float,
    points: int,
) -> None:
    """Add what a session file holds between two instants, after a break. Raises JournalError."""
    with SessionReader.open(path) as reader:
        first = reader.t_s_from(round(from_s * NS_PER_S))
        last = reader.t_s_from(round(to_s * NS_PER_S))
        if last <= first:
            return
        for key in reader.subjects():
            series = found.setdefault(key, HistorySeries(*_named(key)))
            if series.t:
                series.add(reader.info.started_utc_ns / NS_PER_S)
            for point in reader.series(*key, first, last, points).points:
                t_s = point.utc_ns / NS_PER_S
                epoch = None if point.mean is None else point.epoch
                series.add(t_s, point.min, point.mean, point.max, epoch)


def joined(older: list[HistorySeries], newer: list[HistorySeries]) -> History:
    """Older columns before newer ones, figure by figure."""
    by_key = {(series.figure, series.subject): series for series in older}
    for series in newer:
        before = by_key.setdefault((series.figure, series.subject), series)
        if before is not series:
            for name in ("t", "min", "mean", "max", "epoch"):
                getattr(before, name).extend(getattr(series, name))
    return History(tuple(by_key.values()))


async def history_of(
    memory: Memory, data: Path, store: str, from_s: float, to_s: float, points: int
) -> History:
    """What memory holds, and before it what is recorded. Times in seconds since 1970 (UTC)."""
    begins_s = memory.begins_at_s()
    if from_s >= begins_s:
        return joined([], memory.query(from_s, to_s, points))
    until_s = min(to_s, begins_s)
    share = max(2, round(points * (until_s - from_s) / (to_s - from_s)))
    older = await asyncio.to_thread(recorded, data, store, from_s, until_s, share)
    if to_s <= begins_s:
        return joined(older, [])
    return joined(older, memory.query(begins_s, to_s, max(2, points - share)))
