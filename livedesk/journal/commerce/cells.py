"""What does a cell of somebody else's spreadsheet say, once it is a plain text?"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from livedesk.core.one_line import one_line

Cell = object
"""A text, or what openpyxl makes of a cell: number, date, bool, None."""

LONGEST_TEXT: Final = 10_000
_SHOWN: Final = 40
_NOTHING: Final = frozenset(("", "/", "-", "--", "–", "—", "n/a", "na", "null", "none", "#n/a"))
"""How exports write that there is nothing to say."""
_BRACKETED: Final = re.compile(r"\([^()]*\)|（[^（）]*）")
_AS_TEXT: Final = re.compile(r'="(.*)"', re.DOTALL)


def text_of(cell: Cell) -> str:
    """As people read it; empty where the export has its own sign for nothing.

    A tab after a number, an apostrophe before it or `="…"` around it only keep spreadsheets from
    taking it for a number.
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    text = one_line(str(cell), LONGEST_TEXT)
    if quoted := _AS_TEXT.fullmatch(text):
        text = quoted[1].strip()
    elif text[:1] == "'":
        text = text[1:].strip()
    return "" if text.casefold() in _NOTHING else text


def folded(text: str) -> str:
    """Only letters and digits, small, without what stands in brackets: how headers are compared."""
    plain = unicodedata.normalize("NFKC", _BRACKETED.sub("", text[:200])).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def shown(cell: Cell) -> str:
    """A cell as a complaint names it: short, on one line, in quotes."""
    return f'"{one_line(str(cell)[:200], _SHOWN)}"'
