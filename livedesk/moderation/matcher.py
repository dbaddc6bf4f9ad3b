"""What do the rules say of a comment, or of a product?

A rule set is compiled once, for all stores (`compile_rules`); a Matcher does not change, so
another version takes its place between two comments. Nine in ten comments hold nothing that could
be a term, and are let go in microseconds; the others are looked at with the place of each letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from livedesk.core.moderation import RuleAction, Span, Verdict
from livedesk.core.rules import ALL_STORES, Field, Rule, RuleSet
from livedesk.moderation.confusables import INVISIBLE
from livedesk.moderation.expressions import Expression, Expressions
from livedesk.moderation.terms import Breathe, Hit, Looks, Term, Terms
from livedesk.moderation.views import Views

LOOKED_AT: Final = 1_000
"""Code points of a comment; platforms take 150 to 500. A longer one is for a person."""
LOOKED_AT_IN_PRODUCT: Final = 20_000
TOO_LONG: Final = "livedesk:too-long"
"""Stands in a verdict where a rule's id stands: only the beginning could be looked at."""
MOST_SPANS: Final = 20

_SEVERITY: Final[dict[RuleAction, int]] = {"hide": 0, "review": 1, "reply": 2}
_SPELLING: Final = frozenset("\u200c\u200d\ufe0e\ufe0f\u00ad")
"""Invisible, and part of honest spelling in Persian, Hindi, emoji and broken lines."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What a hit comes to."""

    rule: Rule
    hit: Hit
    action: RuleAction

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        """The severest, then what stands there undisguised, then the longest, then the first."""
        span = self.hit.span
        length = span.end - span.start
        return _SEVERITY[self.action], self.hit.disguise is not None, -length, span.start


class _Board:
    """The rules of one field."""

    def __init__(
        self, rules: RuleSet, field: Field, views: Views, allowed: Terms, breathe: Breathe
    ) -> None:
        self._rules = rules.rules
        self._views = views
        self._allowed = allowed
        terms: list[Term] = []
        expressions: list[Expression] = []
        for owner, rule in enumerate(rules.rules):
            if field not in rule.fields:
                continue
            stores = frozenset(rule.stores) if rule.stores else None
            terms += [Term(text, owner, stores) for text in dict.fromkeys(rule.terms)]
            expressions += [Expression(text, owner, stores) for text in rule.expressions]
        self._terms = Terms(views, terms, breathe)
        self._expressions = Expressions(expressions)

    def sentences(self, store: str, text: str) -> tuple[list[_Sentence], bool]:
        """The most important first, none for nearly all texts; and whether more looked like a
        term than was looked at."""
        folded = self._views.folded(text)
        words = self._views.words(folded)
        readings = self._views.readings(text)
        if not (
            self._terms.may_be_in(folded, words, readings, store)
            or self._expressions.may_match(folded)
        ):
            return [], False
        case = _Case(Looks(self._views, text, words, readings), self._allowed, store)
        found: list[_Sentence] = []
        for hits in (
            self._plain_hits(case.looks, folded, store),
            self._terms.disguised(case.looks, store),
            self._terms.cut(case.looks, store),
        ):
            found = sorted((*found, *self._sentenced(case, hits)), key=lambda each: each.rank)
            if found and found[0].action == "hide":
                break  # nothing that follows could be severer, or stand there as plainly
        return found, case.looks.is_broken_off()

    def _plain_hits(self, looks: Looks, folded: str, store: str) -> Iterator[Hit]:
        yield from self._terms.plain(looks, store)
        if self._expressions.may_match(folded):
            yield from self._expressions.find(looks.folded, store)

    def _sentenced(self, case: _Case, hits: Iterable[Hit]) -> Iterator[_Sentence]:
        for hit in hits:
            rule = self._rules[hit.owner]
            action = _action(rule, hit)
            if action is not None and not case.is_allowed(hit.span):
                yield _Sentence(rule, hit, action)


class _Case:
    """One text, for one store."""

    def __init__(self, looks: Looks, allowed: Terms, store: str) -> None:
        self.looks = looks
        self._allowed = allowed
        self._store = store

    @cached_property
    def _allowed_spans(self) -> list[Span]:
        return [hit.span for hit in self._allowed.plain(self.looks, self._store)]

    def is_allowed(self, span: Span) -> bool:
        return any(ok.start <= span.start and span.end <= ok.end for ok in self._allowed_spans)


class Matcher:
    """Judges with one version of the rules. Safe to call from several threads."""

    def __init__(self, rules: RuleSet, breathe: Breathe) -> None:
        views = Views()
        allowed = Terms(views, list(_allowed(rules)), breathe, disguises=False)
        self._rules = rules
        self._comments = _Board(rules, "comments", views, allowed, breathe)
        self._products = _Board(rules, "products", views, allowed, breathe)

    @property
    def version(self) -> str:
        return self._rules.version

    @property
    def rules(self) -> RuleSet:
        return self._rules

    def judge(self, store: str, text: str) -> Verdict | None:
        """Of a comment in this store's live; None: no rule finds anything.

        Looks at its first LOOKED_AT code points. A longer one in which nothing is found goes to a
        person, under TOO_LONG.
        """
        return self._judged(self._comments, store, text, LOOKED_AT)

    def check_product(self, store: str, title: str, description: str) -> Verdict | None:
        """By the rules for products; places are in title, a line feed, and description."""
        text = f"{title}\n{description}"
        return self._judged(self._products, store, text, LOOKED_AT_IN_PRODUCT)

    def _judged(self, board: _Board, store: str, text: str, looked_at: int) -> Verdict | None:
        sentences, broken_off = board.sentences(store, text[:looked_at])
        whole = len(text) <= looked_at and not broken_off
        if sentences and (whole or sentences[0].action != "reply"):
            return _verdict(sentences, text, self.version)
        if broken_off:
            reason = "More in it looks like terms of the rules than is looked at."
            return _unseen(reason, Span(0, len(text)), self.version)
        if not whole:
            reason = f"Only the first {looked_at:,} of its {len(text):,} characters were looked at."
            return _unseen(reason, Span(looked_at, len(text)), self.version)
        return None


def compile_rules(rules: RuleSet, breathe: Breathe = lambda: None) -> Matcher:
    """Takes a second or so for large sets: call it beside the work, in a thread, with a `breathe`
    that gives way to others. `rules` as `read_rules` gives them; raises ExpressionError for an
    expression that RE2 does not take."""
    return Matcher(rules, breathe)


def _allowed(rules: RuleSet) -> Iterator[Term]:
    for store, words in rules.allow.items():
        stores = None if store == ALL_STORES else frozenset((store,))
        yield from (Term(text, 0, stores) for text in words)


def _action(rule: Rule, hit: Hit) -> RuleAction | None:
    """What is likely, and not sure, is for a person; nobody gets an answer to a guess."""
    if hit.disguise is None or rule.action == "review":
        return rule.action
    if rule.action == "reply":
        return None
    return "hide" if hit.disguise == "sure" else "review"


def _verdict(sentences: Sequence[_Sentence], text: str, version: str) -> Verdict:
    best = sentences[0]
    rule, hit = best.rule, best.hit
    same = [
        each.hit.span
        for each in sentences
        if each.hit.owner == hit.owner and each.action == best.action
    ]
    piece = text[hit.span.start : hit.span.end]
    hidden = any(char not in _SPELLING for char in "".join(INVISIBLE.findall(piece)))
    return Verdict(
        action=best.action,
        rule=rule.id,
        list=rule.list,
        reason=rule.reason,
        spans=_merged(same)[:MOST_SPANS],
        term=hit.term,
        version=version,
        reply=rule.reply if best.action == "reply" else "",
        evasion=hit.disguise is not None or hidden,
    )


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In their order in the text; those that overlap are one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def _unseen(reason: str, span: Span, version: str) -> Verdict:
    return Verdict("review", TOO_LONG, "livedesk", reason, (span,), version=version)
