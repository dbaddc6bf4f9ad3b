"""How far is an export, and shall it go on?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

from livedesk.journal.exports.watch import Watch

T = TypeVar("T")

READING: Final = "Reading the record"

_READING_COST: Final = 4.0
_TOLD_EACH: Final = 400
"""Rows between two words to who watches: a few milliseconds' worth."""


class Progress:
    """Stages that each have a share of the whole by what they cost, and in it by rows."""

    def __init__(self, watch: Watch, costs: Mapping[str, float]) -> None:
        """`costs`: what is written, in order, and how long it takes, in any unit."""
        self._watch = watch
        self._doing = READING
        self._whole = _READING_COST + sum(costs.values())
        self._costs = dict(costs)
        self._begun = 0.0
        self._cost = _READING_COST
        self._rows = 1
        self._done = 0
        self.still()

    def reading(self, rows: int) -> None:
        """The record has so many rows to be read, before anything is written."""
        self._rows = max(1, rows)

    def stage(self, doing: str, what: str, rows: int) -> None:
        """`what` of the costs begins; it has about so many rows."""
        self._begun += self._cost
        self._cost, self._doing = self._costs[what], doing
        self._rows, self._done = max(1, rows), 0
        self.still()

    def still(self) -> None:
        """Nothing new, but whoever wants to stop it can say so."""
        within = min(1.0, self._done / self._rows)
        self._watch.told(min(1.0, (self._begun + within * self._cost) / self._whole), self._doing)

    def through(self, rows: Iterable[T]) -> Iterator[T]:
        rest = iter(rows)
        while batch := list(islice(rest, _TOLD_EACH)):
            yield from batch
            self._done += len(batch)
            self.still()

    def finished(self) -> None:
        self._watch.told(1.0, "Done")
