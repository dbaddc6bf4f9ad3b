"""Can this document be used as a rule set, and what is wrong with it?

The form is in docs/architecture.md ("Rule service"). All that is wrong with the form is told at
once, and when nothing is, all that is wrong with the content (`rule_check.py`), each with its
place. Anything fatal means that none of it is used and the rules before stay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final, cast, get_args

from livedesk.core.moderation import Faq, RuleAction
from livedesk.core.rules import ALL_STORES, Field, Rule, RuleProblem, RuleSet
from livedesk.moderation.rule_check import RuleCheck

LARGEST_BYTES: Final = 8_000_000
MOST_RULES: Final = 5_000
MOST_TERMS: Final = 50_000
MOST_EXPRESSIONS: Final = 500
MOST_ALLOWED: Final = 50_000
MOST_FAQ: Final = 500
MOST_PROBLEMS: Final = 100

_LONGEST: Final = {"id": 80, "list": 80, "reason": 300, "reply": 80, "text": 500, "link": 500}
_MEMBERS: Final = {
    "": ("rules", "allow", "faq"),
    "rule": (
        "id", "list", "action", "reason", "terms", "expressions", "stores", "fields", "reply",
    ),
    "faq": ("id", "text", "link"),
}  # fmt: skip


class RuleFileError(ValueError):
    """It cannot be used; `problems` says why, and at least one of them is fatal."""

    def __init__(self, problems: tuple[RuleProblem, ...]) -> None:
        first = next(problem for problem in problems if problem.fatal)
        more = sum(problem.fatal for problem in problems) - 1
        rest = f" ({more} more like it)" if more else ""
        super().__init__(f"{first.where}: {first.text}{rest}")
        self.problems = problems


def read_rules(document: bytes, version: str) -> tuple[RuleSet, tuple[RuleProblem, ...]]:
    """With what should be known about it. Raises RuleFileError. Takes a second for large ones."""
    reader = _Reader(_parsed(document))
    rules = reader.rule_set(version)
    problems = [*reader.problems, *RuleCheck(rules).problems()] if rules else reader.problems
    problems.sort(key=lambda problem: not problem.fatal)
    told = tuple(problems[:MOST_PROBLEMS])
    if len(problems) > MOST_PROBLEMS:
        text = f"There are {len(problems) - MOST_PROBLEMS:,} more problems that are not told here."
        told = (*told, RuleProblem("document", text, fatal=False))
    if rules is None or any(problem.fatal for problem in told):
        raise RuleFileError(told)
    return rules, told


def rules_json(rules: RuleSet) -> bytes:
    """The document again, without its version; `read_rules` makes the same rule set of it."""
    document = {
        "rules": [asdict(rule) for rule in rules.rules],
        "allow": rules.allow,
        "faq": [asdict(answer) for answer in rules.faq],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _parsed(document: bytes) -> object:
    if len(document) > LARGEST_BYTES:
        size = f"It has {len(document):,} bytes, and at most {LARGEST_BYTES:,} are read."
        raise _refused(f"{size} Leave out what is not needed.")
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(
            f"It is not UTF-8: byte {error.start:,} is wrong. Save it as UTF-8."
        ) from None
    if not text.strip():
        raise _refused('It is empty. The least that is taken is {"rules": []}.')
    try:
        loaded = json.loads(text, parse_constant=_no_number, object_pairs_hook=_members)
        return cast(object, loaded)
    except RuleFileError:
        raise
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"It is not JSON: {error.msg}.", where) from None
    except RecursionError:
        raise _refused("It is nested too deeply to be a rule set.") from None
    except ValueError as error:
        raise _refused(f"It is not JSON: {error}.") from None


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """JSON lets the last of two members of one name win, and so the rules of the first vanish."""
    members = dict(pairs)
    if len(members) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _refused(f'"{twice[:80]}" stands twice in one object. Put the two together.')
    return members


def _no_number(word: str) -> float:
    raise ValueError(f"{word} stands where a number should be")


def _refused(text: str, where: str = "document") -> RuleFileError:
    return RuleFileError((RuleProblem(where, text),))


class _Reader:
    """From plain JSON to values; what does not fit becomes a problem, and reading goes on."""

    def __init__(self, document: object) -> None:
        self._document = document
        self.problems: list[RuleProblem] = []

    def rule_set(self, version: str) -> RuleSet | None:
        """None when something fatal was found."""
        top = self._object(self._document, "document", "")
        if top is None:
            return None
        if "rules" not in top:
            self._bad("document", '"rules" is missing: a list of rules.')
        rules = tuple(self._rules(self._list(top.get("rules", []), "rules", MOST_RULES)))
        allow = self._allow(top.get("allow", {}))
        faq = tuple(self._faq(self._list(top.get("faq", []), "faq", MOST_FAQ)))
        if self.problems and any(problem.fatal for problem in self.problems):
            return None
        return RuleSet(version, rules, allow, faq)

    def _rules(self, entries: list[object]) -> Iterator[Rule]:
        terms = expressions = 0
        for number, entry in enumerate(entries):
            where = f"rules[{number}]"
            members = self._object(entry, where, "rule")
            if members is None:
                continue
            rule = self._rule(members, where)
            terms += len(rule.terms)
            expressions += len(rule.expressions)
            yield rule
        if terms > MOST_TERMS:
            self._bad("rules", f"There are {terms:,} terms, and at most {MOST_TERMS:,} are taken.")
        if expressions > MOST_EXPRESSIONS:
            count = f"There are {expressions:,} expressions"
            self._bad("rules", f"{count}, and at most {MOST_EXPRESSIONS} are taken.")

    def _rule(self, members: Mapping[str, object], where: str) -> Rule:
        name = self._text(members, "id", where)
        where = f"{where} ({name})" if name else where
        action = self._choice(members.get("action"), get_args(RuleAction), f"{where}.action")
        fields = self._texts(members.get("fields", ["comments"]), f"{where}.fields", 2)
        for field in fields:
            self._choice(field, get_args(Field), f"{where}.fields")
        return Rule(
            id=name,
            list=self._text(members, "list", where),
            action=cast(RuleAction, action),
            reason=self._text(members, "reason", where),
            terms=self._texts(members.get("terms", []), f"{where}.terms", MOST_TERMS),
            expressions=self._texts(
                members.get("expressions", []), f"{where}.expressions", MOST_EXPRESSIONS
            ),
            stores=self._texts(members.get("stores", []), f"{where}.stores", MOST_RULES),
            fields=cast(tuple[Field, ...], fields),
            reply=self._text(members, "reply", where, needed=False),
        )

    def _allow(self, entries: object) -> dict[str, tuple[str, ...]]:
        if not isinstance(entries, dict):
            self._bad("allow", f'It has to be an object such as {{"{ALL_STORES}": ["a phrase"]}}.')
            return {}
        allow = {
            store: self._texts(words, f"allow.{store[:80]}", MOST_ALLOWED)
            for store, words in entries.items()
        }
        count = sum(map(len, allow.values()))
        if count > MOST_ALLOWED:
            text = f"There are {count:,} allowed terms, and at most {MOST_ALLOWED:,} are taken."
            self._bad("allow", text)
        return allow

    def _faq(self, entries: list[object]) -> Iterator[Faq]:
        for number, entry in enumerate(entries):
            where = f"faq[{number}]"
            members = self._object(entry, where, "faq")
            if members is not None:
                yield Faq(
                    id=self._text(members, "id", where),
                    text=self._text(members, "text", where),
                    link=self._text(members, "link", where, needed=False),
                )

    def _object(self, value: object, where: str, kind: str) -> Mapping[str, Any] | None:
        if not isinstance(value, dict):
            self._bad(where, f"It has to be an object with {', '.join(_MEMBERS[kind])}.")
            return None
        unknown = [str(name)[:40] for name in value if name not in _MEMBERS[kind]]
        if unknown:
            text = f"Not known and not used: {', '.join(unknown[:5])}."
            self.problems.append(RuleProblem(where, text, fatal=False))
        return value

    def _list(self, value: object, where: str, most: int) -> list[object]:
        if not isinstance(value, list):
            self._bad(where, "It has to be a list.")
            return []
        if len(value) > most:
            self._bad(where, f"It has {len(value):,} entries, and at most {most:,} are taken.")
            return []
        return value

    def _texts(self, value: object, where: str, most: int) -> tuple[str, ...]:
        entries = self._list(value, where, most)
        if all(isinstance(entry, str) for entry in entries):
            return tuple(cast(list[str], entries))
        wrong = next(at for at, entry in enumerate(entries) if not isinstance(entry, str))
        self._bad(f"{where}[{wrong}]", "It has to be a text in quotes.")
        return ()

    def _text(
        self, members: Mapping[str, object], name: str, where: str, needed: bool = True
    ) -> str:
        value = members.get(name, "")
        if not isinstance(value, str):
            self._bad(f"{where}.{name}", "It has to be a text in quotes.")
        elif needed and not value.strip():
            self._bad(f"{where}.{name}", "It is missing or empty.")
        elif len(value) > _LONGEST[name]:
            count = f"It has {len(value):,} characters"
            self._bad(f"{where}.{name}", f"{count}, and at most {_LONGEST[name]} are taken.")
        elif not value.isprintable():
            self._bad(f"{where}.{name}", "There are control characters or half characters in it.")
        else:
            return value
        return ""

    def _choice(self, value: object, known: tuple[str, ...], where: str) -> str:
        if value not in known:
            self._bad(where, f"It has to be one of {', '.join(known)}.")
            return known[0]
        return str(value)

    def _bad(self, where: str, text: str) -> None:
        self.problems.append(RuleProblem(where, text))
