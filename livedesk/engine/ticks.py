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
    """Folds the readings of one source. Time moves on with that source's own readings, so entries

    of a relay that were missed and come late are folded into the seconds to which they belong.
    """

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

    def take(self, mono_ns: int | None = None) -> list[SampleRow]:
        """Rows of the seconds that are over at `mono_ns`; all of them without a time."""
        now_s = None if mono_ns is None else self.second(mono_ns)
        over = [key for key in self._bins if now_s is None or key[0] < now_s]
        return [self._row(key, self._bins.pop(key)) for key in sorted(over)]

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
