"""Which expressions match a text?

They are RE2's (https://github.com/google/re2/wiki/Syntax): its time grows with the text alone, so
no expression can make it hang, and what it cannot do, such as backreferences, it refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import re2

from livedesk.moderation.terms import Hit
from livedesk.moderation.views import View

LONGEST: Final = 500
_MEMORY_BYTES: Final = 1 << 20
"""For the automaton of one expression; one that needs more is refused."""
_TOGETHER_BYTES: Final = 1 << 26
"""For all at once. It is a cache that starts afresh when full, so it never fails for its size."""
_MOST_MATCHES: Final = 20


class ExpressionError(ValueError):
    """It cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Of the rule with this number."""

    text: str
    owner: int
    stores: frozenset[str] | None


def compiled(text: str) -> Any:
    """Raises ExpressionError."""
    if not text.strip():
        raise ExpressionError("It is empty.")
    if len(text) > LONGEST:
        raise ExpressionError(f"It has {len(text):,} characters, and at most {LONGEST} are taken.")
    try:
        expression = re2.compile(text, _options(_MEMORY_BYTES))
    except (re2.error, UnicodeEncodeError) as problem:
        raise ExpressionError(f"RE2 does not take it: {_told(problem)}.") from None
    if expression.search("") is not None:
        raise ExpressionError("It matches the empty text, so it would find every message.")
    return expression


class Expressions:
    """Compiled. One pass finds which of them match; only those are asked where."""

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._each = [(each, compiled(each.text)) for each in expressions]
        self._together = re2.Set.SearchSet(_options(_TOGETHER_BYTES)) if expressions else None
        if self._together is not None:
            for each in expressions:
                self._together.Add(each.text)
            self._together.Compile()

    def may_match(self, folded: str) -> bool:
        return self._together is not None and self._together.Match(folded) is not None

    def find(self, folded: View, store: str) -> Iterator[Hit]:
        """An empty match, of `\\b` for example, shows nothing and is none."""
        matching = self._together.Match(folded.text) if self._together is not None else None
        for index in sorted(matching or ()):
            each, expression = self._each[index]
            if each.stores is None or store in each.stores:
                yield from _hits(each, expression, folded)


def _hits(each: Expression, expression: Any, folded: View) -> Iterator[Hit]:
    for number, match in enumerate(expression.finditer(folded.text)):
        if match.group().strip():
            yield Hit(folded.span(match.start(), match.end()), each.owner, each.text)
        if number >= _MOST_MATCHES:
            break


def _options(memory_bytes: int) -> Any:
    options = re2.Options()
    options.log_errors = False
    # Texts are folded; an expression with capitals means what its writer thinks it means.
    options.case_sensitive = False
    options.max_mem = memory_bytes
    return options


def _told(problem: Exception) -> str:
    said = problem.args[0] if problem.args else problem
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
