"""What does the moderation of a session amount to? Counts and times over its items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from livedesk.core.moderation import RuleStatistics
from livedesk.core.percentile import percentile
from livedesk.journal.fold.queue import QueueRow


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
    rows: Sequence[QueueRow], comments: int, hide_target_s: float, review_target_s: float
) -> QueueFigures:
    hides = sorted(row.hide_ms for row in rows if row.hide_ms is not None)
    for_review = [row for row in rows if _asks_for_review(row)]
    reviews = sorted(row.review_s for row in for_review if row.review_s is not None)
    states = Counter(row.item.state for row in rows)
    return QueueFigures(
        comments=comments,
        items=len(rows),
        hidden=sum(row.is_hidden_by_rule for row in rows),
        hidden_done=len(hides),
        hidden_within=sum(hide_ms <= hide_target_s * 1000 for hide_ms in hides),
        for_review=len(for_review),
        reviewed=len(reviews),
        reviewed_within=sum(review_s <= review_target_s for review_s in reviews),
        decided=sum(bool(row.item.decisions) for row in rows),
        overturned=sum(row.item.is_overturned for row in rows),
        replied=sum(_is_answered(row) for row in rows),
        banned=states["banned"],
        local=sum(row.item.verdict is not None and row.item.verdict.local for row in rows),
        not_done=sum(
            effect.state in ("failed", "unknown") for row in rows for effect in row.item.effects
        ),
        hide_p50_ms=percentile(hides, 50),
        hide_p99_ms=percentile(hides, 99),
        review_p50_s=percentile(reviews, 50),
        review_p90_s=percentile(reviews, 90),
        rules=tuple(_by_rule(rows)),
    )


def _asks_for_review(row: QueueRow) -> bool:
    return row.item.verdict is not None and row.item.verdict.action == "review"


def _is_answered(row: QueueRow) -> bool:
    return any(effect.verb == "reply" and effect.state == "done" for effect in row.item.effects)


def _by_rule(rows: Iterable[QueueRow]) -> list[RuleStatistics]:
    of_rule: dict[tuple[str, str], list[QueueRow]] = {}
    for row in rows:
        if row.item.verdict is not None:
            of_rule.setdefault((row.item.verdict.rule, row.item.verdict.list), []).append(row)
    found = [
        RuleStatistics(
            rule=rule,
            list=list_,
            hits=len(hits),
            hidden=sum(row.is_hidden_by_rule for row in hits),
            decided=sum(row.item.decision is not None for row in hits),
            overturned=sum(row.item.is_overturned for row in hits),
        )
        for (rule, list_), hits in of_rule.items()
    ]
    return sorted(found, key=lambda each: (-each.hits, each.rule))
