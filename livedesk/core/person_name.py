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


def is_name(text: str) -> bool:
    """Names stand in records, in addresses of calls and in one line of a window.

    Marks are allowed, as many scripts write vowels with them. A role is nobody's name: a call by
    the machine's own token is recorded under it.
    """
    if not 0 < len(text) <= LONGEST_NAME or text != " ".join(text.split()):
        return False
    if unicodedata.normalize("NFC", text) != text or same_name(text) in ROLES:
        return False
    allowed = (unicodedata.category(each)[0] in "LMN" or each in " .-_'+@" for each in text)
    return unicodedata.category(text[0])[0] in "LN" and all(allowed)


def same_name(text: str) -> str:
    """Two names are one where this is the same: "Mei", "mei" and full-width "Ｍｅｉ"."""
    return unicodedata.normalize("NFKC", text).casefold()
