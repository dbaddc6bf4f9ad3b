"""How is a table of the settings file read so that one run names everything that is wrong with it?

Getters never raise. They note a problem and hand out a stand-in, so that reading goes on; whoever
reads the file raises ConfigError at the end when the list of problems is not empty.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from livedesk.core.toml_lines import KeyPath, line_of


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to say about the settings file, at its place."""

    file: str
    line: int | None
    key: str
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.key, self.text) if part)


class ConfigError(Exception):
    """The settings file cannot be used; `problems` holds every reason that was found."""

    def __init__(self, problems: Sequence[Remark]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(slots=True)
class Remarks:
    """What was found in one file: problems that forbid its use, notices that do not."""

    file: str
    lines: dict[KeyPath, int]
    problems: list[Remark] = field(default_factory=list)
    notices: list[Remark] = field(default_factory=list)

    def problem(self, path: KeyPath, text: str) -> None:
        self.problems.append(self._remark(path, text))

    def notice(self, path: KeyPath, text: str) -> None:
        self.notices.append(self._remark(path, text))

    def line(self, path: KeyPath) -> int | None:
        return line_of(path, self.lines)

    def _remark(self, path: KeyPath, text: str) -> Remark:
        return Remark(self.file, self.line(path), dotted(path), text)


def dotted(path: KeyPath) -> str:
    """`store[1].uplink[0].url`"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def found(value: object) -> str:
    """A value as an error text names it. Only for keys that cannot hold a secret."""
    match value:
        case str():
            return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return "a date or time"


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Table:
    """One table of the file. It remembers which keys were asked for; the others are unknown."""

    def __init__(self, remarks: Remarks, path: KeyPath, values: Mapping[str, object]) -> None:
        self.remarks = remarks
        self.path = path
        self.values = values
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        self._known.append(key)
        return key in self.values

    def problem(self, key: str, text: str) -> None:
        self.remarks.problem((*self.path, key), text)

    def notice(self, key: str, text: str) -> None:
        self.remarks.notice((*self.path, key), text)

    def text(self, key: str, expected: str, pattern: str, default: str | None = None) -> str:
        """A text that matches `pattern` as a whole; without a default the key is required."""
        if not self.has(key) and default is not None:
            return default
        value = self.values.get(key)
        if isinstance(value, str) and re.fullmatch(pattern, value):
            return value
        self.problem(key, f"expected {expected}; {self._found(key)}")
        return default or ""

    def private_text(self, key: str, expected: str) -> str | None:
        """A required text that may hold a secret: its value never gets into an error text."""
        value = self.values.get(key) if self.has(key) else None
        if isinstance(value, str) and value:
            return value
        if key not in self.values:
            what = "the key is missing"
        else:
            what = "found an empty text" if value == "" else f"found {found(value)}"
        self.problem(key, f"expected {expected}; {what}")
        return None

    def number(self, key: str, default: float, least: float, most: float, unit: str) -> float:
        """A finite number from `least` to `most`."""
        value = self.values.get(key, default) if self.has(key) else default
        if _is_number(value) and least <= value <= most:  # never true for NaN
            return float(value)
        wanted = f"a number from {least:g} to {most:g} {unit}".rstrip()
        self.problem(key, f"expected {wanted}, such as {default:g}; {self._found(key)}")
        return default

    def whole_number(self, key: str, default: int, least: int, most: int, unit: str) -> int:
        """As `number`, without a fraction."""
        number = self.number(key, float(default), least, most, unit)
        if number.is_integer():
            return int(number)
        self.problem(
            key, f"expected a whole number of {unit}, such as {default}; {self._found(key)}"
        )
        return default

    def flag(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default) if self.has(key) else default
        if isinstance(value, bool):
            return value
        self.problem(key, f"expected true or false, without quotes; {self._found(key)}")
        return default

    def table(self, key: str, header: str) -> Table:
        """A sub-table; an absent one reads as an empty one."""
        value = self.values.get(key, {}) if self.has(key) else {}
        if not isinstance(value, dict):
            self.problem(key, f"expected a table, written as {header}; {self._found(key)}")
            value = {}
        return Table(self.remarks, (*self.path, key), value)

    def tables(self, key: str, header: str) -> list[Table]:
        """A required array of tables, with at least one entry."""
        value = self.values.get(key) if self.has(key) else None
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            path = (*self.path, key)
            return [Table(self.remarks, (*path, at), entry) for at, entry in enumerate(value)]
        brackets = " (with two pairs of brackets)" if isinstance(value, dict) else ""
        self.problem(key, f"expected at least one table {header}{brackets}; {self._found(key)}")
        return []

    def maybe_tables(self, key: str, header: str) -> list[Table]:
        """As `tables`, where there may be none."""
        return self.tables(key, header) if self.has(key) and self.values[key] != [] else []

    def close(self) -> None:
        """Name the keys that nobody asked for; they are usually spelling mistakes."""
        for key in self.values:
            if key in self._known:
                continue
            close = difflib.get_close_matches(key, self._known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(self._known)}"
            self.problem(key, f"this key is not known; {hint}")

    def _found(self, key: str) -> str:
        return f"found {found(self.values[key])}" if key in self.values else "the key is missing"
