"""Which terms are meant where a word's letters are covered: "f*ck", "b**ch"?

People who cover letters cover those within, and leave the first and the last. So the terms of one
word are kept by first letter, last letter and length, and each is held against what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from livedesk.moderation.disguise import Likeness

_COVER: Final = re.compile("[*#@%$&•×■█]")
_COVERED: Final = re.compile(r"(?<!\w)\w+[*#@%$&•×■█]+\w(?:[\w*#@%$&•×■█]*\w)?(?!\w)")
_LEAST: Final = 4
_LEFT: Final = 0.5
"""At least so much of the word has to be there, and two letters."""
_SURE: Final = 0.7


class Masks:
    """Words of one word, by number."""

    def __init__(self, words: Iterable[tuple[int, str]]) -> None:
        self._known: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
        for number, word in words:
            if len(word) >= _LEAST and word.isalpha():
                self._known.setdefault((word[0], word[-1], len(word)), []).append((number, word))

    def may_be_in(self, folded: str) -> bool:
        return any(True for _ in self.find(folded)) if _COVER.search(folded) else False

    def find(self, folded: str) -> Iterator[tuple[int, int, int, Likeness]]:
        """Number, from where, to where, and how sure that is."""
        for match in _COVERED.finditer(folded) if _COVER.search(folded) else ():
            seen = match.group()
            for number, word in self._known.get((seen[0], seen[-1], len(seen)), ()):
                share = _share(seen, word)
                if share is not None:
                    yield number, *match.span(), "sure" if share >= _SURE else "likely"


def _share(seen: str, word: str) -> float | None:
    """Of the word's letters that are left; None: it is another word."""
    left = 0
    for shown, letter in zip(seen, word, strict=True):
        if shown == letter:
            left += 1
        elif shown.isalnum():
            return None
    return left / len(word) if left / len(word) >= _LEFT else None
