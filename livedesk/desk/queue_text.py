"""How is what viewers wrote made safe to lay out, with the marks of the rules still in place? Pure.

Each character that could break or turn a line is replaced by one other, so places stay; a part of
a long text is shown, with the first mark in it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from livedesk.core.moderation import Span
from livedesk.desk.queue_row import Mark

LONGEST: Final = 500
"""Characters of a comment in a row; a message may have 64 kB."""

LONGEST_RECENT: Final = 200
LONGEST_NAME: Final = 60
_BEFORE_MARK: Final = 100
_CUT: Final = "…"
_GAP = " "
_ODD: Final = "\ufffd"
"""Shown in place of what would act on the text instead of being seen, so that a person sees it."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Several scripts and emoji are not written without them."""


@lru_cache(maxsize=2_048)
def shown(
    text: str, spans: tuple[Span, ...], longest: int = LONGEST
) -> tuple[str, tuple[Mark, ...]]:
    """The text in one line, and where in it the marks are. Kept: a row in sight is made ten times
    a second, and says the same each time."""
    first = max(0, min((span.start for span in spans), default=0))
    begin = 0 if first + _BEFORE_MARK < longest else min(first - _BEFORE_MARK, len(text))
    end = min(len(text), begin + longest)
    head, tail = (_CUT if begin else ""), (_CUT if end < len(text) else "")
    line = f"{head}{plain(text[begin:end])}{tail}"
    shift = len(head) - begin
    clipped = ((max(span.start, begin), min(span.end, end)) for span in spans)
    return line, tuple(
        _mark(line, start + shift, stop + shift) for start, stop in clipped if start < stop
    )


def plain(text: str) -> str:
    """Character for character: no control, no direction override, no half of a surrogate pair."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_plain, text))


def cut(text: str, longest: int) -> str:
    return plain(text if len(text) <= longest else f"{text[:longest]}{_CUT}")


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Zl", "Zp") or character in "\t\n\v\f\r\x85":
        return _GAP
    is_odd = category in ("Cc", "Cf", "Cs") and character not in _JOINERS
    return _ODD if is_odd else character


def _mark(line: str, start: int, stop: int) -> Mark:
    return Mark(start, stop - start, _utf16(line[:start]), _utf16(line[start:stop]))


def _utf16(text: str) -> int:
    """Units that the text takes in UTF-16, in which Qt counts."""
    return len(text) if text.isascii() else len(text) + sum(ord(c) > 0xFFFF for c in text)
