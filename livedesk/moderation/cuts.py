"""Which terms are written in pieces, as in "fr ee mon ey", or spelled twice in one go?

People cut words into pieces of a few letters, and begin and end where the word does. Three pieces
or more that make a long term by chance are rare: they are shown to a person, and never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import ahocorasick_rs

from livedesk.moderation.views import is_spaceless

_PIECES: Final = re.compile(r" (?:\w{1,3} ){3,}")
_LEAST_PIECES: Final = 3
_LEAST: Final = 6
"""Letters of a term that is found so; shorter ones are what short words make by chance."""
_LEAST_SPELLED: Final = 4
"""Of one whose letters all stand alone and that stands there twice: "f u c k f u c k"."""


class Cuts:
    """Terms by number, each in the shape that a reading has."""

    def __init__(self, shapes: Iterable[tuple[int, str]]) -> None:
        self._numbers: list[int] = []
        patterns: list[str] = []
        for number, shape in shapes:
            closed = shape.replace(" ", "")
            if len(closed) >= _LEAST_SPELLED and not any(map(is_spaceless, closed)):
                patterns.append(closed)
                self._numbers.append(number)
        self._finder = ahocorasick_rs.AhoCorasick(patterns, store_patterns=False)

    def may_be_in(self, reading: str) -> bool:
        # All letters in a row hold each stretch of pieces, and looking at them is far faster.
        if not self._finder.find_matches_as_indexes(reading.replace(" ", "")):
            return False
        return any(True for _ in self.find(reading))

    def find(self, reading: str) -> Iterator[tuple[int, int, int]]:
        """Number, from where, to where."""
        for stretch in _PIECES.finditer(reading):
            text = stretch.group()
            closed = text.replace(" ", "")
            hits = self._finder.find_matches_as_indexes(closed, overlapping=True)
            for pattern, first, last in _aligned(text, closed, hits) if hits else ():
                yield self._numbers[pattern], stretch.start() + first, stretch.start() + last


def _aligned(
    text: str, closed: str, hits: Iterable[tuple[int, int, int]]
) -> Iterator[tuple[int, int, int]]:
    """Those that begin and end where a piece does, and their places in `text`."""
    at = [i for i, char in enumerate(text) if char != " "]
    for pattern, start, end in hits:
        first, last = at[start], at[end - 1] + 1
        if text[first - 1] != " " or text[last] != " ":
            continue
        term = closed[start:end]
        again = term in (closed[max(0, 2 * start - end) : start], closed[end : 2 * end - start])
        if _is_cut(text[first:last], len(term), again):
            yield pattern, first, last


def _is_cut(piece: str, size: int, again: bool) -> bool:
    pieces = piece.count(" ") + 1
    if size >= _LEAST:
        return pieces >= _LEAST_PIECES
    return pieces == size and again
