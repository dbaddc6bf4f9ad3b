"""How is what viewers wrote made safe to lay out, with the marks of the rules still in place? Pure.

Each character that could break or turn a line is replaced by one other, so places stay. A row shows
a part of a long text, with the first mark in it; the whole of it, its lines broken where the viewer
broke them, is for the one comment that is looked at.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from livedesk.core.moderation import Span
from livedesk.desk.queue_row import Mark

LONGEST: Final = 500
"""Characters of a comment in a row; one may have 64 kB."""

LONGEST_WHOLE: Final = 4_000
"""Characters of a comment where all of it is looked at."""

LONGEST_RECENT: Final = 200
LONGEST_NAME: Final = 60
_BEFORE_MARK: Final = 100
_CUT: Final = "…"
_BREAK: Final = "\u21b5"
"""Where a line was broken: that a comment had more than one is a thing to know of it."""

_BREAKS: Final = frozenset("\n\v\f\x85\u2028\u2029")
_PICTURES: Final = {**{n: chr(0x2400 + n) for n in range(0x20)}, 0x7F: "\u2421"}
"""Unicode has a picture of each of the C0 controls, at U+2400 and following (Control Pictures)."""

_ODD: Final = "\ufffd"
"""Shown in place of what acts on the text, is not seen and has no picture, so that it is seen."""

_JOINERS: Final = frozenset("\u200c\u200d")
"""Several scripts and emoji are not written without them."""

_FLAG: Final = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")
"""Flags of regions, such as Scotland's: letters that are not seen, and an end (UTS 51, ED-14a)."""


@lru_cache(maxsize=2_048)
def shown(
    text: str, spans: tuple[Span, ...], longest: int = LONGEST
) -> tuple[str, tuple[Mark, ...]]:
    """The text in one line, and where in it the marks are. Kept: a row in sight is made ten times
    a second, and says the same each time."""
    return _part(text, spans, longest, keeps_lines=False)


@lru_cache(maxsize=16)
def whole(text: str, spans: tuple[Span, ...]) -> tuple[str, tuple[Mark, ...]]:
    """All of it, or of a very long one the part around the first mark, in the viewer's lines."""
    return _part(text, spans, LONGEST_WHOLE, keeps_lines=True)


def _part(
    text: str, spans: tuple[Span, ...], longest: int, *, keeps_lines: bool
) -> tuple[str, tuple[Mark, ...]]:
    first = max(0, min((span.start for span in spans), default=0))
    begin = 0 if first + _BEFORE_MARK < longest else min(first - _BEFORE_MARK, len(text))
    end = min(len(text), begin + longest)
    head, tail = (_CUT if begin else ""), (_CUT if end < len(text) else "")
    line = f"{head}{plain(text[begin:end], keeps_lines=keeps_lines)}{tail}"
    shift = len(head) - begin
    clipped = ((max(span.start, begin), min(span.end, end)) for span in spans)
    return line, tuple(
        _mark(line, start + shift, stop + shift) for start, stop in clipped if start < stop
    )


def plain(text: str, *, keeps_lines: bool = False) -> str:
    """Character for character: no control, no direction override, no half of a surrogate pair."""
    # What Unicode calls printable has none of them: most texts are done here.
    if text.isprintable():
        return text
    parts, at = [], 0
    for flag in _FLAG.finditer(text):
        parts += [_plain(each, keeps_lines) for each in text[at : flag.start()]]
        parts.append(flag.group())
        at = flag.end()
    parts += [_plain(each, keeps_lines) for each in text[at:]]
    return "".join(parts)


def cut(text: str, longest: int) -> str:
    return plain(text if len(text) <= longest else f"{text[:longest]}{_CUT}")


def _plain(character: str, keeps_lines: bool) -> str:
    if character in _BREAKS:
        return "\n" if keeps_lines else _BREAK
    is_odd = unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS
    return _PICTURES.get(ord(character), _ODD) if is_odd else character


def _mark(line: str, start: int, stop: int) -> Mark:
    return Mark(start, stop - start, _utf16(line[:start]), _utf16(line[start:stop]))


def _utf16(text: str) -> int:
    """Units that the text takes in UTF-16, in which Qt counts."""
    return len(text) if text.isascii() else len(text) + sum(ord(c) > 0xFFFF for c in text)
