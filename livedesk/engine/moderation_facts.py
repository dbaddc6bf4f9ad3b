"""What about a store's moderation is known beside its status? For the alarms."""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.core.moderation import ComplianceWarning, RuleStatistics


@dataclass(frozen=True, slots=True)
class ModerationFacts:
    """`slow` of `judged`: of the newest automatic hides, at most ten and of the last ten minutes,
    those that took longer than `limits.hide_target_s` to be hidden on the platform, or are not yet.
    """

    long_overdue: int = 0
    """Items that wait for longer than twice `limits.review_target_s`."""
    slow: int = 0
    judged: int = 0
    by_hand_s: float | None = None
    """Age of the oldest effect that waits for a person's hand."""
    unknown_s: float | None = None
    """Age of the oldest effect of which nobody knows whether it was carried out; what is older than
    ten minutes is not counted here."""
    overturned: tuple[RuleStatistics, ...] = ()
    """Rules with ten or more hits decided by people, and at least half of them overturned."""
    lost: int = 0
    """Comments of the last minute that were not judged, or not kept for the rule service."""
    warnings: tuple[ComplianceWarning, ...] = ()
    """Those of the last ten minutes, the newest first; at most ten."""
