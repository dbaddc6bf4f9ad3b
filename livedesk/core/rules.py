"""What is a rule set? The values of the rule service's document (docs/rule-service.yaml)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from livedesk.core.moderation import Faq, RuleAction

Field = Literal["comments", "products"]
"""What a rule is held against: what viewers write, or titles and descriptions of products."""

ALL_STORES = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """`terms` are whole words or phrases; `expressions` are RE2 expressions, on folded text."""

    id: str
    list: str
    action: RuleAction
    reason: str
    terms: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    """Empty: all."""
    fields: tuple[Field, ...] = ("comments",)
    reply: str = ""
    """Id of the FAQ answer, when `action` is reply."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """`allow`: by store, or `ALL_STORES`, words and phrases that no rule may find."""

    version: str
    rules: tuple[Rule, ...] = ()
    allow: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faq: tuple[Faq, ...] = ()

    @property
    def terms(self) -> int:
        return sum(len(rule.terms) + len(rule.expressions) for rule in self.rules)


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Something in a rule set that cannot be used (`fatal`), or should be known, and where."""

    where: str
    text: str
    fatal: bool = True
