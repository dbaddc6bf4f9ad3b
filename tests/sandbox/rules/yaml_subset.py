"""As much of YAML 1.2 as docs/rule-service.yaml uses: nested maps and lists, flow style, folding.

What is not of that much is refused, so that the document stays as plain as it is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r'("[^"]*"|[^\s"\'{\[&*!|>%@`#-][^:#]*|\$ref):(?: (.*))?$')
_PLAIN = re.compile(r"[^,\[\]{}]+")


@dataclass
class _Line:
    number: int
    indent: int
    text: str


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = [
            _Line(number, len(line) - len(line.lstrip()), line.strip())
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.lstrip().startswith("#")
        ]
        self._at = 0

    def block(self, indent: int) -> Any:
        if self._here(indent) is not None and self._lines[self._at].text.startswith("- "):
            return self._list(indent)
        return self._map(indent)

    def _here(self, indent: int) -> _Line | None:
        if self._at < len(self._lines) and self._lines[self._at].indent == indent:
            return self._lines[self._at]
        return None

    def _map(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (line := self._here(indent)) is not None:
            match = _KEY.fullmatch(line.text)
            assert match, f"line {line.number} is no member of a map: {line.text}"
            name = match[1].strip('"')
            assert name not in found, f"line {line.number}: {name} is there already"
            self._at += 1
            found[name] = self._value(match[2] or "", indent)
        return found

    def _value(self, text: str, indent: int) -> Any:
        if text == ">-":
            return self._folded(indent)
        if text:
            return flow(text)
        following = self._lines[self._at]
        assert following.indent > indent, f"line {following.number}: a value is missing before it"
        return self.block(following.indent)

    def _folded(self, indent: int) -> str:
        words = []
        while self._at < len(self._lines) and self._lines[self._at].indent > indent:
            words.append(self._lines[self._at].text)
            self._at += 1
        return " ".join(words)

    def _list(self, indent: int) -> list[Any]:
        found = []
        while (line := self._here(indent)) is not None:
            text = line.text.removeprefix("- ")
            if _KEY.fullmatch(text):
                self._lines[self._at] = _Line(line.number, indent + 2, text)
                found.append(self._map(indent + 2))
            else:
                self._at += 1
                found.append(flow(text))
        return found

    def end(self) -> None:
        rest = self._lines[self._at :]
        assert not rest, f"line {rest[0].number} is not indented as those before: {rest[0].text}"


def flow(text: str) -> Any:
    """The value of a whole line; only inside brackets does a comma end a word."""
    if text[0] not in '{["':
        return _scalar(text)
    value, rest = _flow(text)
    assert not rest.strip(), f"more than one value: {text}"
    return value


def _flow(text: str) -> tuple[Any, str]:
    text = text.lstrip()
    if text.startswith("{"):
        return _members(text[1:])
    if text.startswith("["):
        return _entries(text[1:])
    if text.startswith('"'):
        value, end = json.JSONDecoder().raw_decode(text)
        return value, text[end:]
    match = _PLAIN.match(text)
    assert match, f"no value: {text}"
    return _scalar(match[0].strip()), text[match.end() :]


def _members(text: str) -> tuple[dict[str, Any], str]:
    found: dict[str, Any] = {}
    while not (text := text.lstrip(" ,")).startswith("}"):
        name, _, text = text.partition(":")
        found[name.strip('" ')], text = _flow(text)
    return found, text[1:]


def _entries(text: str) -> tuple[list[Any], str]:
    found = []
    while not (text := text.lstrip(" ,")).startswith("]"):
        value, text = _flow(text)
        found.append(value)
    return found, text[1:]


def _scalar(text: str) -> Any:
    assert ": " not in text, f"quotes are missing: {text}"
    try:
        return json.loads(text)
    except ValueError:
        return text


def read_yaml(text: str) -> Any:
    reader = _Reader(text)
    found = reader.block(0)
    reader.end()
    return found
