"""What was measured in each second, and what does a figure amount to over the session?

The rows of one figure are looked at one after the other; of a few figures the mean of each second
is kept, of the others only what they amount to.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from livedesk.core.figures import FIGURES
from livedesk.core.percentile import nearest_rank
from livedesk.journal.fold.incidents import SETTLING_S
from livedesk.journal.reader import SecondRow, SessionReader
from livedesk.journal.values import Through

_KEPT: Final = frozenset(("feed_kbps", "goodput_kbps", "skew_ms"))
"""Incidents and shares are judged second by second by these."""

_Key = tuple[str, str]
"""A figure, and its uplink or nothing."""


@dataclass(frozen=True, slots=True)
class FigureStats:
    """One figure over the session. Percentiles are over the means of measured seconds.

    The first SETTLING_S seconds, in which the measuring windows fill, are left out if others exist.
    """

    figure: str
    subject: str
    measured_s: int
    missing_s: int
    min: float
    p05: float
    mean: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class Share:
    """Seconds at or above the limit among those whose value is known.

    Seconds in which the feed, or the only uplink, is recorded as gone count as known and below:
    leaving an outage out would make the worst shows look best. The first SETTLING_S seconds, in
    which the measuring windows fill, are left out.
    """

    ok_s: int
    known_s: int

    @property
    def fraction(self) -> float | None:
        return self.ok_s / self.known_s if self.known_s else None


@dataclass(frozen=True, slots=True)
class Gap:
    """[start_s, end_s): seconds about which the record says nothing."""

    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class WorstSkew:
    skew_ms: float
    t_s: int
    utc_ns: int


@dataclass(slots=True)
class Measured:
    """`means` of each second [0, length_s) of the figures that are kept."""

    stats: tuple[FigureStats, ...] = ()
    means: dict[_Key, dict[int, float]] = field(default_factory=dict)
    worst_skew: WorstSkew | None = None

    @property
    def goodputs(self) -> dict[str, dict[int, float]]:
        """By uplink."""
        return {
            uplink: means for (name, uplink), means in self.means.items() if name == "goodput_kbps"
        }

    def of(self, figure: str) -> dict[int, float]:
        return self.means.get((figure, ""), {})


def measure(reader: SessionReader, length_s: int, through: Through = iter) -> Measured:
    measured = Measured()
    found: dict[_Key, FigureStats] = {}
    for figure, subject in reader.subjects():
        fold = _FigureFold(length_s, is_kept=figure in _KEPT)
        for row in _together(through(reader.seconds(figure, subject))):
            fold.take(row)
        stats = fold.stats(figure, subject)
        if stats is None:
            continue
        found[figure, subject] = stats
        if figure in _KEPT:
            measured.means[figure, subject] = fold.means
        if (figure, subject) == ("skew_ms", ""):
            measured.worst_skew = _worst_skew(reader, fold)
    measured.stats = tuple(_in_order(found, reader.info.uplinks))
    return measured


class _FigureFold:
    """The seconds of one figure, in order of time."""

    __slots__ = (
        "_all", "_early", "_is_kept", "_length_s", "_missing_s", "high", "low", "means",
        "worst", "worst_t_s",
    )  # fmt: skip

    def __init__(self, length_s: int, *, is_kept: bool) -> None:
        self._length_s = length_s
        self._is_kept = is_kept
        self._missing_s = length_s
        self._early: list[SecondRow] = []
        self._all = array("d")
        self.means: dict[int, float] = {}
        self.low, self.high = float("inf"), float("-inf")
        self.worst, self.worst_t_s = 0.0, -1

    def take(self, row: SecondRow) -> None:
        t_s, _, low, mean, high = row
        if t_s < self._length_s:
            self._missing_s -= 1
            if self._is_kept and t_s >= 0:
                self.means[t_s] = mean
        if self.worst_t_s < 0 or high > abs(self.worst) or -low > abs(self.worst):
            self.worst, self.worst_t_s = max(low, high, key=abs), t_s
        if t_s < SETTLING_S:
            self._early.append(row)
            return
        self._all.append(mean)
        if low < self.low:
            self.low = low
        if high > self.high:
            self.high = high

    def stats(self, figure: str, subject: str) -> FigureStats | None:
        """None where nothing was measured."""
        measured_s = len(self._all) + len(self._early)
        if not measured_s:
            return None
        low, high = self.low, self.high
        if not self._all:
            self._all.extend(row[3] for row in self._early)
            low, high = min(row[2] for row in self._early), max(row[4] for row in self._early)
        means = sorted(self._all)
        return FigureStats(
            figure=figure,
            subject=subject,
            measured_s=measured_s,
            missing_s=max(0, self._missing_s),
            min=low,
            p05=nearest_rank(means, 5),
            mean=sum(means) / len(means),
            p95=nearest_rank(means, 95),
            max=high,
        )


def _together(rows: Iterable[SecondRow]) -> Iterator[SecondRow]:
    """The epochs of a second taken as one."""
    last: SecondRow | None = None
    for row in rows:
        if last is None:
            last = row
        elif row[0] == last[0]:
            n = last[1] + row[1]
            mean = (last[3] * last[1] + row[3] * row[1]) / n
            last = (row[0], n, min(last[2], row[2]), mean, max(last[4], row[4]))
        else:
            yield last
            last = row
    if last is not None:
        yield last


def _worst_skew(reader: SessionReader, fold: _FigureFold) -> WorstSkew | None:
    """The first of the seconds that are farthest from zero; None where its clock was lost."""
    t_s = fold.worst_t_s
    row = next(reader.samples("skew_ms", "", t_s, t_s + 1), None)
    return None if row is None else WorstSkew(fold.worst, t_s, row.utc_ns)


def _in_order(stats: Mapping[_Key, FigureStats], uplinks: Sequence[str]) -> list[FigureStats]:
    """As in the list of figures, uplinks as in the settings; those of a later livedesk last."""
    figures = {name: place for place, name in enumerate(FIGURES)}
    subjects = {name: place for place, name in enumerate(("", *uplinks))}

    def place(each: FigureStats) -> tuple[int, str, int, str]:
        of_figure = figures.get(each.figure, len(figures))
        return of_figure, each.figure, subjects.get(each.subject, len(subjects)), each.subject

    return sorted(stats.values(), key=place)
