"""What do the rules catch and cost, how much waits, and does the moderation itself work?"""

from __future__ import annotations

from dataclasses import dataclass

from livedesk.desk.looks import Look


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Of one store or of all together; None: not known. Times are the worst of the stores'."""

    waiting: int = 0
    overdue: int = 0
    """Of those that wait, past their target."""
    by_hand: int = 0
    """Items that ask for a person's hand, or of which it is not known what became of them."""
    hidden: int = 0
    """By rules, not looked at by a person."""
    oldest_s: float | None = None
    comments: int = 0
    comments_per_min: float | None = None
    auto_hidden: int = 0
    """By rules in this session."""
    decided: int = 0
    replied: int = 0
    overturned: int = 0
    local: int = 0
    hide_p50_ms: float | None = None
    hide_p99_ms: float | None = None
    review_p50_s: float | None = None
    review_p90_s: float | None = None


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule over the stores that are shown."""

    rule: str
    list: str
    hits: int
    hidden: int
    decided: int
    overturned: int
    share: float | None
    """Overturned of decided, 0 to 1."""
    look: Look
    note: str = ""


@dataclass(frozen=True, slots=True)
class FaqView:
    digit: int | None
    id: str
    text: str
    link: str = ""
    too_long: bool = False
    """For the store's platform."""


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether a store's moderation works; `problems` are sentences, the worst first."""

    store: str
    name: str
    waiting: int
    by_hand: int
    look: Look
    problems: tuple[str, ...] = ()
    local: bool = False
    """The engine judges by itself."""
    can: str = ""
    """What can be done on the platform, in words."""
    stale: bool = False
    fetched: bool = True
    """The store's queue has been fetched; else what is shown is not complete."""
