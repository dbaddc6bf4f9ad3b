"""What is left of a text that somebody else wrote, once it can no longer spoil a line of ours?

Titles come from shops: with line ends, control characters, thousands of letters, and marks that
turn the direction of all that follows them on the line (Unicode Standard Annex 9, "UAX 9").
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

LONGEST_TEXT: Final = 10_000

_BLANKS: Final = re.compile(r"[\s\u2028\u2029]+")
# Embeddings, overrides and isolates with their ends; a text without them still reads from right to
# left by its letters. The marks U+200E, U+200F and the joiners of emoji stay: they turn nothing.
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufeff]")
_DRESS: Final = re.compile(
    r"</?(?:b|i|u|s|em|strong|span|font|a|sub|sup|small|mark|wbr)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_TAGS: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--[^<>]*-->")
_DROPPED: Final = frozenset(("Cc", "Cs", "Cn", "Co"))


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """On one line, without what controls a terminal or turns a line around; cut at `longest`."""
    if not text.isprintable():  # what is has none of these; joiners in emoji are not printable
        text = _TURNS.sub("", _BLANKS.sub(" ", text))
        text = "".join(letter for letter in text if unicodedata.category(letter) not in _DROPPED)
    return _BLANKS.sub(" ", text).strip()[:longest].rstrip()


def without_tags(text: str) -> str:
    """A description as people read it. Shops export theirs as HTML: what only dresses letters
    stands within words, all else between them."""
    text = _TAGS.sub(" ", _DRESS.sub("", text[: 20 * LONGEST_TEXT]))
    return clean(html.unescape(text), LONGEST_TEXT + 1)


def quoted(value: object) -> str:
    """A value as a problem names it: short, and as harmless as a title."""
    text = clean(str(value)[:200])
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'


def folded(text: str) -> str:
    """Only letters and digits, small: how words of a header or a status are compared."""
    text = unicodedata.normalize("NFKC", text[:200]).casefold()
    return "".join(letter for letter in text if letter.isalnum())
