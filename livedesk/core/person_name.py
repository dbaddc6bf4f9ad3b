"""Which names may a person have? The same in the settings file, the API and the windows."""

from __future__ import annotations

import unicodedata
from typing import Final

from livedesk.core.roles import ROLES

LONGEST_NAME: Final = 40
MOST_USERS: Final = 50
"""Named people of one engine, those of the settings file included."""
EXPECTED_NAME: Final = (
    f"a name of at most {LONGEST_NAME} letters, digits, blanks and . - _ ' + @, such as Mei Tan"
)

_UNSEEN: Final = frozenset((
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0,
    *range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
))  # fmt: skip
"""Letters and marks that nobody sees (Unicode, Default_Ignorable_Code_Point):
with one of them two people could have what looks like one name."""

_SCRIPTS: Final = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"))
"""They have letters that look the same, and no name is written in two of them (Unicode, UTS 39)."""


def is_name(text: str) -> bool:
    """Names stand in records, in addresses of calls and in one line of a window.

    Marks are allowed, as many scripts write vowels with them. A role is nobody's name: a call by
    the machine's own token is recorded under it.
    """
    if not 0 < len(text) <= LONGEST_NAME or text != " ".join(text.split()):
        return False
    if unicodedata.normalize("NFC", text) != text or same_name(text) in ROLES:
        return False
    if any(ord(each) in _UNSEEN for each in text) or len(_SCRIPTS & _scripts(text)) > 1:
        return False
    allowed = (unicodedata.category(each)[0] in "LMN" or each in " .-_'+@" for each in text)
    return unicodedata.category(text[0])[0] in "LN" and all(allowed)


def _scripts(text: str) -> set[str]:
    return {unicodedata.name(each, "").partition(" ")[0] for each in text}


def same_name(text: str) -> str:
    """Two names are one where this is the same: "Mei", "mei" and full-width "Ｍｅｉ"."""
    return unicodedata.normalize("NFKC", text).casefold()
