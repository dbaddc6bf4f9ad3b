"""What is wrong with a rule set that is well-formed, or should be known about it?"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

from livedesk.core.rules import Rule, RuleProblem, RuleSet
from livedesk.moderation.confusables import SPACELESS_LETTER
from livedesk.moderation.expressions import ExpressionError, compiled
from livedesk.moderation.views import Views

LONGEST_TERM: Final = 200
"""Characters; a phrase, not a message."""
_MOST_COMPARED: Final = 10
"""Rules with the same term: a document of nothing else is to be read in a second, too."""


class RuleCheck:
    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._views = Views()
        self._answers = {answer.id for answer in rules.faq}

    def problems(self) -> Iterator[RuleProblem]:
        if not self._rules.rules:
            yield _note("rules", "There are none, so no comment is ever found.")
        yield from self._names()
        for number, rule in enumerate(self._rules.rules):
            yield from self._rule(rule, f"rules[{number}] ({rule.id})")
        for store, words in self._rules.allow.items():
            yield from self._terms(words, f"allow.{store}")
        yield from self._said_twice()
        yield from self._allowed_and_blocked()

    def _names(self) -> Iterator[RuleProblem]:
        for what, names in (
            ("rules", [rule.id for rule in self._rules.rules]),
            ("faq", [answer.id for answer in self._rules.faq]),
        ):
            first: dict[str, int] = {}
            for number, name in enumerate(names):
                at = first.setdefault(name, number)
                if at != number:
                    text = f'The id "{name}" stands there more than once: in {what}[{at}] too.'
                    yield RuleProblem(f"{what}[{number}]", text)

    def _rule(self, rule: Rule, where: str) -> Iterator[RuleProblem]:
        if not rule.terms and not rule.expressions:
            yield _note(where, "It has neither terms nor expressions, so it finds nothing.")
        if not rule.fields:
            yield _note(where, "Its fields are empty, so it is held against nothing.")
        if rule.action == "reply" and rule.reply not in self._answers:
            yield RuleProblem(where, f'Its reply "{rule.reply}" is not the id of a FAQ answer.')
        if rule.action != "reply" and rule.reply:
            yield _note(where, f'Its reply is not used, as its action is "{rule.action}".')
        yield from self._terms(rule.terms, f"{where}.terms")
        for number, text in enumerate(rule.expressions):
            try:
                compiled(text)
            except ExpressionError as error:
                yield RuleProblem(f"{where}.expressions[{number}]", str(error))

    def _terms(self, terms: tuple[str, ...], where: str) -> Iterator[RuleProblem]:
        for number, term in enumerate(terms):
            here = f"{where}[{number}]"
            folded = "" if len(term) > LONGEST_TERM else self._views.folded(term).strip()
            if len(term) > LONGEST_TERM:
                size = f"It has {len(term):,} characters"
                yield RuleProblem(here, f"{size}, and a term has at most {LONGEST_TERM}.")
            elif not folded:
                yield RuleProblem(here, "It is empty, or nothing in it can be seen.")
            elif any(unicodedata.category(char) in ("Cc", "Cs") for char in term):
                yield RuleProblem(here, "There are control characters or half characters in it.")
            elif len(folded) == 1 and not SPACELESS_LETTER.match(folded):
                yield _note(here, f'"{folded}" finds every message in which that stands alone.')

    def _said_twice(self) -> Iterator[RuleProblem]:
        """Once in each field and store would be enough."""
        earlier: dict[tuple[str, str], list[tuple[str, frozenset[str]]]] = {}
        for rule in self._rules.rules:
            stores = frozenset(rule.stores)
            for term in dict.fromkeys(rule.terms):
                for field in rule.fields:
                    others = earlier.setdefault((self._key(term), field), [])
                    for other, theirs in others:
                        if other != rule.id and _meet(stores, theirs):
                            text = f'"{term}" stands in {other} too; the severer rule counts.'
                            yield _note(rule.id, text)
                            break
                    if len(others) < _MOST_COMPARED:
                        others.append((rule.id, stores))
            terms = [self._key(term) for term in rule.terms]
            if len(set(terms)) < len(terms):
                count = len(terms) - len(set(terms))
                yield _note(rule.id, f"{count:,} of its terms stand there more than once.")

    def _allowed_and_blocked(self) -> Iterator[RuleProblem]:
        blocked = {self._key(term): rule.id for rule in self._rules.rules for term in rule.terms}
        for store, words in self._rules.allow.items():
            for word in words:
                rule_id = blocked.get(self._key(word))
                if rule_id is not None:
                    text = f'"{word}" is a term of {rule_id} too; it is allowed here.'
                    yield _note(f"allow.{store}", text)

    def _key(self, term: str) -> str:
        folded = self._views.folded(term[:LONGEST_TERM])
        return self._views.words(folded).strip() or folded.strip()


def _meet(one: frozenset[str], other: frozenset[str]) -> bool:
    """Some store has both; empty means all."""
    return not one or not other or not one.isdisjoint(other)


def _note(where: str, text: str) -> RuleProblem:
    return RuleProblem(where, text, fatal=False)
