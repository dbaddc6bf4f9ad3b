"""On which line of a TOML file does a key stand? `tomllib` does not say, and error texts need it.

Works on documents that `tomllib` has accepted, so it need not find faults itself.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""`("store", 0, "feed", "listen")`: names of tables and keys, and positions in arrays of tables."""

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # up to two quotes may stand before the closing three
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|.",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line of every table header and every key that is not inside an inline table."""
    lines: dict[KeyPath, int] = {}
    tables_seen: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for line, head in _statements(text):
        if head.startswith("["):
            names = _names(head.strip("[] \t"))
            table = (*_last_entries(names[:-1], tables_seen), names[-1])
            if head.startswith("[["):
                tables_seen[table] = tables_seen.get(table, -1) + 1
            table = _last_entries(names, tables_seen)
            lines[table] = line
        else:
            lines[table + tuple(_names(head))] = line
    return lines


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int | None:
    """The line of a key, or of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Line and left side of each `key = value` and each header, with values skipped."""
    line, first_line, head, depth, in_value = 1, 1, "", 0, False
    for match in _TOKEN.finditer(text + "\n"):
        token = match[0]
        if token == "\n" and depth == 0:
            if head.strip():
                yield first_line, head.strip()
            head, in_value = "", False
        elif in_value:
            depth += (token in ("[", "{")) - (token in ("]", "}"))
        elif token == "=":
            in_value = True
        elif not token.startswith("#"):
            first_line = first_line if head.strip() else line
            head += token
        line += token.count("\n")


def _names(dotted: str) -> list[str]:
    """The parts of a dotted key, read by tomllib itself: quotes and escapes are its business."""
    names: list[str] = []
    nested: object = tomllib.loads(f"{dotted} = 0")
    while isinstance(nested, dict):
        name, nested = next(iter(nested.items()))
        names.append(name)
    return names


def _last_entries(names: list[str], tables_seen: dict[KeyPath, int]) -> KeyPath:
    """The path of a header: in an array of tables it speaks about the newest entry."""
    path: KeyPath = ()
    for name in names:
        path += (name,)
        if path in tables_seen:
            path += (tables_seen[path],)
    return path
