"""How do readings at their own pace become one row a second? Minimum, mean and maximum of each."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.clock import NS_PER_S
from livedesk.journal.values import SampleRow

_Key = tuple[int, str, str, int]
"""Second, figure, subject, epoch: readings of two epochs never meet in one row."""


@dataclass(slots=True)
class _Bin:
    n: int
    low: float
    total: float
    high: float
    utc_ns: int


class SecondBins:
    """Folds the readings of one source into the seconds to which they belong by their own time,
    also those that were missed and come late."""

    def __init__(self, start_mono_ns: int) -> None:
        self._start_ns = start_mono_ns
        self._bins: dict[_Key, _Bin] = {}

    def second(self, mono_ns: int) -> int:
        return (mono_ns - self._start_ns) // NS_PER_S

    def add(
        self,
        mono_ns: int,
        utc_ns: int,
        figure: str,
        value: float | None,
        *,
        subject: str = "",
        epoch: int = 0,
    ) -> None:
        """A value that is not known leaves no trace: a second without any has no row."""
        t_s = self.second(mono_ns)
        if value is None or t_s < 0:
            return
        key = (t_s, figure, subject, epoch)
        found = self._bins.get(key)
        if found is None:
            into_ns = (mono_ns - self._start_ns) % NS_PER_S
            self._bins[key] = _Bin(1, value, value, value, utc_ns - into_ns)
            return
        found.n += 1
        found.low = min(found.low, value)
        found.total += value
        found.high = max(found.high, value)

    def take(self) -> list[SampleRow]:
        """What came since the last time. A second that goes on gets its rows in parts, which the
        record puts together."""
        taken, self._bins = self._bins, {}
        return [self._row(key, taken[key]) for key in sorted(taken)]

    def _row(self, key: _Key, folded: _Bin) -> SampleRow:
        t_s, figure, subject, epoch = key
        return SampleRow(
            t_s=t_s,
            utc_ns=folded.utc_ns,
            mono_ns=self._start_ns + t_s * NS_PER_S,
            figure=figure,
            subject=subject,
            epoch=epoch,
            n=folded.n,
            min=folded.low,
            mean=folded.total / folded.n,
            max=folded.high,
        )
