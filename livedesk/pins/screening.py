"""Which products do the rules object to, before anybody shows them?

Pure. What a shop or a platform says of a product stands; the rules' objections are laid over it, so
that they go when the rules say so and take nothing else with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from livedesk.core.moderation import Verdict
from livedesk.core.pins import Product, ProductProblem
from livedesk.pins.catalogue_text import clean, quoted

ProductJudge = Callable[[str, str], Verdict | None]
"""What the rules say of a title and a description, for one store; may be slow."""

MOST_PROBLEMS: Final = 200
_MAY_BE_FLAGGED: Final = ("available", "out_of_stock")
"""The platform's own objections say more: they are kept as they are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a product with these texts."""

    title: str
    description: str
    verdict: Verdict | None

    def is_of(self, product: Product) -> bool:
        return (self.title, self.description) == (product.title, product.description)


@dataclass(frozen=True, slots=True)
class Screen:
    """The rules as they are, and what they said of the products so far, by id."""

    judge: ProductJudge | None = None
    known: Mapping[str, Judged] = field(default_factory=dict)
    is_current: bool = True
    """What is known was said by these rules, and not by those before them."""

    def with_rules(self, judge: ProductJudge) -> Screen:
        return Screen(judge, self.known, is_current=False)

    def looked_at(self, products: Iterable[Product]) -> Screen:
        """With what the rules say of all of these. Slow: call it in a thread."""
        judge = self.judge
        if judge is None:
            return self
        before = self.known if self.is_current else {}
        known: dict[str, Judged] = {}
        for product in products:
            judged = before.get(product.id)
            if judged is None or not judged.is_of(product):
                verdict = judge(product.title, product.description)
                judged = Judged(product.title, product.description, verdict)
            known[product.id] = judged
        return Screen(judge, known)

    def over(
        self, products: Iterable[Product]
    ) -> tuple[tuple[Product, ...], tuple[ProductProblem, ...]]:
        """The products as they may be shown, and what a person should look at.

        Until a text is looked at, or held against other rules, what was said before still holds.
        """
        screened: list[Product] = []
        problems: list[ProductProblem] = []
        for product in products:
            judged = self.known.get(product.id)
            verdict = None if judged is None else judged.verdict
            if judged is None or verdict is None or verdict.action == "reply":
                screened.append(product)
            elif verdict.action == "hide":
                screened.append(_flagged(product, judged, verdict))
            else:
                screened.append(product)
                problems.append(_problem(product, judged, verdict))
        return tuple(screened), _bounded(problems)


def _flagged(product: Product, judged: Judged, verdict: Verdict) -> Product:
    if product.state not in _MAY_BE_FLAGGED:
        return product
    return replace(product, state="flagged", reason=objection(judged, verdict))


def _problem(product: Product, judged: Judged, verdict: Verdict) -> ProductProblem:
    name = quoted(product.title or product.id)
    text = f"for a person to look at, it can be pinned: {objection(judged, verdict)}"
    return ProductProblem(f"product {product.id[:60]} {name}", text)


def objection(judged: Judged, verdict: Verdict) -> str:
    """What was found, where, and by which rule: enough to mend the text, or the rule."""
    rule = f"rule {clean(verdict.rule, 60)}, {clean(verdict.list, 60)}"
    reason = clean(verdict.reason, 200).rstrip(".")
    if not verdict.term or not verdict.spans:
        return f"{reason} ({rule})"
    first = verdict.spans[0]
    text = f"{judged.title}\n{judged.description}"
    where = "title" if first.start <= len(judged.title) else "description"
    return f"{quoted(text[first.start : first.end])} in the {where}. {reason} ({rule})"


def _bounded(problems: list[ProductProblem]) -> tuple[ProductProblem, ...]:
    more = len(problems) - MOST_PROBLEMS
    if more <= 0:
        return tuple(problems)
    rest = ProductProblem("rules", f"and {more:,} more products for a person to look at")
    return (*problems[:MOST_PROBLEMS], rest)
