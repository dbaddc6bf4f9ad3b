"""What does the moderation of a session amount to? Counts and times over its items."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from livedesk.core.moderation import Item, RuleStatistics, Verdict
from livedesk.core.percentile import percentile
from livedesk.journal.fold.queue import QueueRow, is_hidden_by_rule


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """`hidden` counts what rules hid, `reviewed` what waited for a person and got one.

    Percentiles are of the nearest rank, so each is a time that somebody waited.
    """

    comments: int = 0
    items: int = 0
    hidden: int = 0
    """By rules."""
    hidden_done: int = 0
    """Of those, done on the platform: the others were a person's, not possible, or failed."""
    hidden_within: int = 0
    """Of those done, within `limits.hide_target_s`."""
    for_review: int = 0
    reviewed: int = 0
    reviewed_within: int = 0
    """Within `limits.review_target_s`."""
    decided: int = 0
    """Items that people decided about, whatever the rules had said."""
    overturned: int = 0
    replied: int = 0
    """Comments under which an answer was posted."""
    banned: int = 0
    local: int = 0
    """Judged by the engine itself, while the rule service could not be reached."""
    not_done: int = 0
    """Effects that failed, or of which nobody knows."""
    hide_p50_ms: float | None = None
    hide_p99_ms: float | None = None
    review_p50_s: float | None = None
    review_p90_s: float | None = None
    rules: tuple[RuleStatistics, ...] = ()
    """Most hits first."""

    @property
    def never_looked_at(self) -> int:
        return self.for_review - self.reviewed


def queue_figures(
    rows: Iterable[QueueRow], comments: int, hide_target_s: float, review_target_s: float
) -> QueueFigures:
    count = _Count()
    for row in rows:
        count.take(row)
    hides, reviews = sorted(count.hides_ms), sorted(count.reviews_s)
    sums = count.sums
    return QueueFigures(
        comments=comments,
        items=sums["items"],
        hidden=sums["hidden"],
        hidden_done=len(hides),
        hidden_within=sum(hide_ms <= hide_target_s * 1000 for hide_ms in hides),
        for_review=sums["for_review"],
        reviewed=len(reviews),
        reviewed_within=sum(review_s <= review_target_s for review_s in reviews),
        decided=sums["decided"],
        overturned=sums["overturned"],
        replied=sums["replied"],
        banned=sums["banned"],
        local=sums["local"],
        not_done=sums["not_done"],
        hide_p50_ms=percentile(hides, 50),
        hide_p99_ms=percentile(hides, 99),
        review_p50_s=percentile(reviews, 50),
        review_p90_s=percentile(reviews, 90),
        rules=tuple(
            sorted(
                (rule.told(*key) for key, rule in count.rules.items()),
                key=lambda each: (-each.hits, each.rule),
            )
        ),
    )


class _Count:
    """One look at each item."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        self.hides_ms = array("d")
        self.reviews_s = array("d")
        self.rules: dict[tuple[str, str], _Rule] = {}

    def take(self, row: QueueRow) -> None:
        item, sums = row.item, self.sums
        sums["items"] += 1
        sums["decided"] += bool(item.decisions)
        sums["overturned"] += item.is_overturned
        sums["replied"] += _is_answered(item)
        sums["banned"] += item.state == "banned"
        sums["not_done"] += sum(effect.state in ("failed", "unknown") for effect in item.effects)
        if row.hide_ms is not None:
            self.hides_ms.append(row.hide_ms)
        if item.verdict is not None:
            self._take_verdict(row, item, item.verdict)

    def _take_verdict(self, row: QueueRow, item: Item, verdict: Verdict) -> None:
        is_hidden = is_hidden_by_rule(item)
        self.sums["hidden"] += is_hidden
        self.sums["local"] += verdict.local
        rule = self.rules.setdefault((verdict.rule, verdict.list), _Rule())
        rule.hits += 1
        rule.hidden += is_hidden
        rule.decided += item.decision is not None
        rule.overturned += item.is_overturned
        if verdict.action == "review":
            self.sums["for_review"] += 1
            review_s = row.review_s_of(item)
            if review_s is not None:
                self.reviews_s.append(review_s)


@dataclass(slots=True)
class _Rule:
    hits: int = 0
    hidden: int = 0
    decided: int = 0
    overturned: int = 0

    def told(self, rule: str, list_: str) -> RuleStatistics:
        return RuleStatistics(rule, list_, self.hits, self.hidden, self.decided, self.overturned)


def _is_answered(item: Item) -> bool:
    return any(effect.verb == "reply" and effect.state == "done" for effect in item.effects)
