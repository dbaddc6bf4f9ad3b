"""What is a table of an export? Its columns carry the types, so every format agrees on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "int", "number", "money", "time", "bool"]
"""`time` is UTC in ns since 1970, `money` a Decimal of at most six decimals. Each format writes
them in its own way: money exact, where it knows exact numbers."""

Who = Literal["", "person", "author"]
"""Whom a column names: who acted, or a viewer who wrote. The brand edition tells neither."""

Cell = str | int | float | Decimal | bool | None
"""None: not known, or nothing to tell."""

Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """`is_json`: figures for programs, which sheets for people and the brand edition leave out.
    `is_word`: short and of ours (`pin.cued`, `98.9 %`), so that every edition tells it as it is.
    """

    name: str
    meaning: str
    kind: Kind = "text"
    unit: str = ""
    who: Who = ""
    is_json: bool = False
    is_word: bool = False

    @property
    def told(self) -> str:
        """Its meaning with its unit."""
        return f"{self.meaning}, {self.unit}" if self.unit else self.meaning


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the set: `<name>.csv`, `<name>.parquet`, a sheet. `rows` can be gone through
    once; they are written as they come, so hours need no memory."""

    name: str
    about: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
