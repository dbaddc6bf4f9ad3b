"""Which plain letter does a character look like?

The look-alikes are Unicode's (UTS #39, confusables.txt, in the form of the package
confusable-homoglyphs); beside them stand letters that only differ by a hook, a stroke or a turn
(by their Unicode names), enclosed letters, and digits and signs that are read as letters.
"""

from __future__ import annotations

import json
import re
import unicodedata
from importlib.resources import files
from typing import Final

INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
"""Takes no place on the screen: controls, joiners, fillers, variation selectors, tags."""

SPACELESS: Final = (
    "\u0e01-\u0e4e\u0e80-\u0ecf\u0edc-\u0edf\u1000-\u103f\u104a-\u109f\u1780-\u17df\u19e0-\u19ff"
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\ua9e0-\ua9fe\uaa60-\uaa7f\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Inside of a character class: Thai, Lao, Burmese, Khmer, kana and Han, which set no spaces."""

SPACELESS_LETTER: Final = re.compile(f"[{SPACELESS}]")

PHRASES: Final = "\ufdfa\ufdfb"
"""Arabic blessings, a sentence in one sign: a sign here, as unfolded they make a text 18 times as
long."""

LEET: Final = {
    "0": "o", "1": "i", "2": "z", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "€": "e", "£": "i", "¢": "c", "¥": "y", "₩": "w",
}  # fmt: skip
MAYBE_I: Final = "!|¡"
"""Read as an i before a letter, and else what they are."""
JOINT: Final = "."
"""Stands in a skeleton for whatever is neither a letter nor a space."""

_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640"
    "\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
"""Marks that can be left out in scripts that set spaces; those of Thai or Hindi are vowels."""
_VARIANT: Final = re.compile(
    r"(?:NEGATIVE )?(?:LATIN|REGIONAL INDICATOR|SQUARED|CIRCLED|PARENTHESIZED).* LETTER"
    r"(?: (?:SMALL|CAPITAL|TURNED|REVERSED|SCRIPT|OPEN|SIDEWAYS|INVERTED|DOTLESS|LONG|INSULAR))*"
    r" ([A-Z])(?: WITH .*)?$"
)
_SIGNS: Final = {"⭕": "o", "❌": "x", "✖": "x", "❎": "x", "✝": "t", "➕": "t", "◯": "o", "є": "e"}
_SAME: Final = {"l": "i", "v": "u", "rn": "m", "vv": "w"}
"""I, l and 1 cannot be told apart in many typefaces, and v is an old u; they are one here."""
_ONE: Final = str.maketrans("lv", "iu")
_OLDER_SCRIPTS_END: Final = 0x530
"""Latin, Greek and Cyrillic, but for their extensions, are below."""


class Letters(dict[int, str]):
    """What each character becomes in a skeleton: a table for `str.translate` that fills itself.

    Nothing for marks and the invisible, a space for spaces, JOINT for other signs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._look_alike = _look_alikes()

    def __missing__(self, code: int) -> str:
        read = self[code] = self._read(chr(code))
        return read

    def _read(self, char: str) -> str:
        if char in LEET:
            return _SAME.get(LEET[char], LEET[char])
        if char in MAYBE_I:
            return "!"
        if char in _SIGNS:
            return _SIGNS[char]
        if char in PHRASES:
            return JOINT
        if char.isspace():
            return " "
        if INVISIBLE.match(char) or _MARKS.match(char):
            return ""
        return self._letters(char)

    def _letters(self, char: str) -> str:
        variant = _VARIANT.match(unicodedata.name(char, ""))
        if variant:
            read = variant[1].lower()
            return _SAME.get(read, read)
        near = self._look_alike.get(char) or self._look_alike.get(char.upper())
        if near is not None and not char.isascii():
            return near
        parts = [self._base(part) for part in unicodedata.normalize("NFKC", char).casefold()]
        return "".join(parts) or JOINT

    def _base(self, char: str) -> str:
        if char.isspace():
            return " "
        if ord(char) < _OLDER_SCRIPTS_END or 0x1E00 <= ord(char) < 0x2000:
            char = unicodedata.normalize("NFD", char)[0]
        if not (char.isalnum() or unicodedata.category(char)[0] == "M"):
            return "" if INVISIBLE.match(char) or _MARKS.match(char) else JOINT
        if _MARKS.match(char):
            return ""
        near = char if char.isascii() else self._near(char)
        return _SAME.get(near, LEET.get(near, near))

    def _near(self, char: str) -> str:
        return self._look_alike.get(char) or self._look_alike.get(char.upper()) or char


def _look_alikes() -> dict[str, str]:
    """From characters beyond ASCII to the one to three plain letters that they look like."""
    text = files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    known: dict[str, list[dict[str, str]]] = json.loads(text)
    found: dict[str, str] = {}
    for char, others in known.items():
        if len(char) != 1 or char.isascii() or SPACELESS_LETTER.match(char):
            continue
        plain = [_SAME.get(like, like) for like in (other["c"].lower() for other in others)]
        letters = [like for like in plain if like.isascii() and like.isalpha() and len(like) < 4]
        digits = [LEET[like] for like in plain if like.isdigit() and like in LEET]
        if letters or digits:
            best = min(letters or digits, key=lambda like: (len(like), like))
            found[char] = best.translate(_ONE)
    return found
