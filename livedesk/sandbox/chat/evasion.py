"""How do people disguise a word so that no list finds it, and everybody still reads it?"""

from __future__ import annotations

import random
import unicodedata
from typing import Final, Literal

Evasion = Literal["", "zero_width", "full_width", "look_alike", "leet", "spaced", "marks"]
EVASIONS: Final[tuple[Evasion, ...]] = (
    "zero_width", "full_width", "look_alike", "leet", "spaced", "marks",
)  # fmt: skip
_INVISIBLE: Final = ("\u200b", "\u200c", "\u2060", "\ufeff", "\u00ad")
_MARKS: Final = ("\u0301", "\u0323", "\u0336")
_GAPS: Final = (" ", ".", "-", "_")
_FULL_WIDTH: Final = 0xFF01 - 0x21
_LOOK_ALIKE: Final = dict(
    zip("aceiopsxyABCEHKMOPTX", "асеіорѕхуАВСЕНКМОРТХ", strict=True),
)
"""Cyrillic letters that look Latin (Unicode TR39, confusables)."""

_LEET: Final = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_MOST_LETTERS_SPACED: Final = 12
"""Nobody spaces out a sentence."""


def disguised(word: str, how: Evasion, rng: random.Random) -> str:
    """The word so disguised; as it is where that would change nothing that can be seen or found."""
    match how:
        case "zero_width":
            return "".join(letter + rng.choice(_INVISIBLE) for letter in word[:-1]) + word[-1:]
        case "full_width":
            return "".join(chr(ord(c) + _FULL_WIDTH) if "!" <= c <= "~" else c for c in word)
        case "look_alike":
            return "".join(_LOOK_ALIKE.get(letter, letter) for letter in word)
        case "leet":
            return "".join(_LEET.get(letter.lower(), letter) for letter in word)
        case "spaced" if len(word) <= _MOST_LETTERS_SPACED and not _has_marks(word):
            return rng.choice(_GAPS).join(word.replace(" ", ""))
        case "marks":
            return "".join(c + rng.choice(_MARKS) if c.isascii() else c for c in word)
        case _:
            return word


def _has_marks(word: str) -> bool:
    """Thai vowels above and below: nobody parts them from their letters."""
    return any(unicodedata.category(letter) == "Mn" for letter in word)


def any_evasion(word: str, rng: random.Random) -> tuple[str, Evasion]:
    """Disguised in a way that fits the word's script, and which that was."""
    how = rng.choice(EVASIONS)
    found = disguised(word, how, rng)
    return found, how if found != word else ""
