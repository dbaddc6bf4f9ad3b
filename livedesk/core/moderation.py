"""What is true of comments, of what is to be done about them, and of who does it? Shared values.

Field names are a promise to scripts and to rule services (docs/architecture.md, "Moderation"):
extend, never rename. `None` always means "not known". Times are UTC in ns since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

RuleAction = Literal["hide", "review", "reply"]
"""What a rule asks for: hide at once, have a person look, answer from the FAQ."""

ItemState = Literal["waiting", "hidden", "approved", "replied", "banned"]
"""`waiting`: a person is to look at it. `hidden`: by a rule or a person; `banned`: hidden, and its
author banned. `replied`: answered, by a rule or a person. `approved`: it stays, or is shown again.
"""

DecisionKind = Literal["hide", "approve", "reply", "ban", "undo"]
Verb = Literal["hide", "unhide", "reply", "ban", "unban"]
"""What can be asked of a platform."""

Ability = Literal["platform", "by_hand", "not_possible"]
"""Whether the platform has a call for a verb, a person can do it in the platform's own window,
or nobody can."""

EffectState = Literal[
    "wanted", "sent", "done", "by_hand", "not_possible", "failed", "unknown", "dropped",
]  # fmt: skip
"""`sent`: on its way. `by_hand`: a person is asked to do it, and then to say so (`done`).
`unknown`: sent, and nothing tells what became of it. `dropped`: not sent, as it was undone before
or had been done already; `reason` says which."""

SETTLED: frozenset[EffectState] = frozenset(("done", "not_possible", "failed", "dropped"))
"""Nothing more will come of an effect in one of these by itself."""

MANY_DECIDED = 10
"""With fewer decisions the share of those overturned says little of a rule."""

SAME_ANSWER_LIVE_S = 20.0
"""The same answer is not posted again in one live within this; viewers would read it twice."""

SAME_ANSWER_AUTHOR_S = 300.0
"""Nor to one author within this."""

ChatKind = Literal["sandbox", "shopee", "lines", "none"]
LinkState = Literal["up", "down", "unknown"]
WarningKind = Literal["policy", "medical_claim", "unproven_claim", "other"]


@dataclass(frozen=True, slots=True)
class Comment:
    """What a viewer wrote. `id` is the platform's, unique within the store, also over several
    lives: items are known by it for days."""

    id: str
    author_id: str
    author: str
    text: str
    utc_ns: int
    """When livedesk got it: ages count from here."""
    posted_utc_ns: int | None = None
    """By the platform's clock, which may be wrong."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the original text: code points from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of a comment, and why."""

    action: RuleAction
    rule: str
    """The rule's id."""
    list: str
    """The list that the rule stands in, such as "scams"."""
    reason: str
    """For people, in the words of the rule."""
    spans: tuple[Span, ...]
    term: str = ""
    """Which term or expression of the rule was found."""
    version: str = ""
    """Of the rule set."""
    reply: str = ""
    """Id of the FAQ answer, when `action` is reply."""
    evasion: bool = False
    """It was only found in the skeleton: look-alikes, spacing and the like."""
    local: bool = False
    """The engine judged, with its cached rules, as the rule service could not be reached."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody is at it; until then nobody else decides."""

    by: str
    until_utc_ns: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided. `key` makes it one decision, however often it is sent."""

    kind: DecisionKind
    by: str
    utc_ns: int
    key: str
    reply: str = ""
    """Id of the FAQ answer."""
    local: bool = False
    """Made while the rule service could not be reached."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing asked of the platform. `key` is the same whoever wanted it: `hide:1:<comment>` is
    the first hiding of that comment, so the service's and the engine's own are one."""

    key: str
    verb: Verb
    state: EffectState = "wanted"
    wanted_utc_ns: int = 0
    settled_utc_ns: int | None = None
    reason: str = ""
    code: str = ""
    text: str = ""
    """Of a reply: what is posted."""


@dataclass(frozen=True, slots=True)
class Item:
    """A comment on which a rule or a person acts. `id` follows from store and comment alone."""

    id: str
    store: str
    comment: Comment
    verdict: Verdict | None
    """None when a person picked a comment that no rule had found."""
    state: ItemState
    revision: int = 1
    """Grows with each change: the newer of two copies is the one with the greater revision."""
    claim: Claim | None = None
    decisions: tuple[Decision, ...] = ()
    """Oldest first; at most twenty."""
    effects: tuple[Effect, ...] = ()
    """Oldest first."""
    recent: tuple[Comment, ...] = ()
    """The author's last comments before this one, newest first; at most five."""
    same: str = ""
    """Equal for comments that say the same, letter case and spacing aside."""

    @property
    def decision(self) -> Decision | None:
        """The newest that was not undone."""
        undone = 0
        for decision in reversed(self.decisions):
            if decision.kind == "undo":
                undone += 1
            elif undone:
                undone -= 1
            else:
                return decision
        return None

    @property
    def is_overturned(self) -> bool:
        """A person found the rule wrong: approved what it had found, or had it shown again."""
        is_approved = self.state == "approved" and self.decision is not None
        return is_approved and self.verdict is not None

    @property
    def by_hand(self) -> tuple[Effect, ...]:
        """What a person is asked to do in the platform's own window."""
        return tuple(effect for effect in self.effects if effect.state == "by_hand")


@dataclass(frozen=True, slots=True)
class RuleStatistics:
    """What a rule catches and costs. `overturned`: see `Item.is_overturned`."""

    rule: str
    list: str
    hits: int = 0
    hidden: int = 0
    decided: int = 0
    """Hits on which a decision of a person stands, that is, was not undone."""
    overturned: int = 0

    @property
    def overturned_share(self) -> float | None:
        """Of its hits that a person decided, 0 to 1."""
        return self.overturned / self.decided if self.decided else None

    @property
    def is_wrong(self) -> bool:
        """So many of its hits were decided that the share of those overturned tells of the rule."""
        return self.decided >= MANY_DECIDED and 2 * self.overturned >= self.decided


@dataclass(frozen=True, slots=True)
class ComplianceWarning:
    """The platform, or somebody who watches, says that the live breaks a rule."""

    id: str
    store: str
    kind: WarningKind
    text: str
    utc_ns: int
    product_id: str = ""
    product: str = ""
    terms: tuple[str, ...] = ()
    """Words not to be said again."""
    minute: int | None = None
    """Of the session, from 0; filled in by the engine."""


@dataclass(frozen=True, slots=True)
class Faq:
    """An answer that can be posted with one key."""

    id: str
    text: str
    link: str = ""

    @property
    def posted(self) -> str:
        """As viewers read it."""
        return f"{self.text} {self.link}".strip()


@dataclass(frozen=True, slots=True)
class QueueChange:
    """What became of a store's queue between two revisions of it."""

    store: str
    since: int
    """The revision to which this adds; a reader that has another one fetches the queue anew."""
    revision: int
    items: tuple[Item, ...] = ()
    gone: tuple[str, ...] = ()
    """Ids no longer kept: settled long ago."""


@dataclass(frozen=True, slots=True)
class RuleServiceStatus:
    state: LinkState = "unknown"
    reason: str = ""
    since_utc_ns: int | None = None
    """When it became so."""
    version: str = ""
    """Of the rules in use here."""
    rules: int = 0
    terms: int = 0
    local: bool = False
    """The engine judges by itself, with the rules that it has."""
    unsent: int = 0
    """Comments, decisions and outcomes that the service has not been told yet."""
    dropped: int = 0
    """Of those, how many were too many to keep."""
    round_trip_ms: float | None = None
    events_age_ms: float | None = None
    """Since the service last gave a sign of life on its stream."""


@dataclass(frozen=True, slots=True)
class ChatStatus:
    """Where comments come from, and what can be done about them there."""

    kind: ChatKind = "none"
    state: LinkState = "unknown"
    reason: str = ""
    hide: Ability = "not_possible"
    unhide: Ability = "not_possible"
    reply: Ability = "not_possible"
    ban: Ability = "not_possible"
    unban: Ability = "not_possible"
    comments: int = 0
    """Received in this session."""
    unusable: int = 0
    """Received, and no comment could be made of it."""
    lost_s: float = 0.0
    """So many seconds of chat passed unseen in this session."""
    age_ms: float | None = None
    """Since the last sign of life."""
    reply_chars: int | None = None
    """The longest reply that the platform takes."""
    cleaned: int = 0
    """Received, and taken but for what cannot be shown or kept of it."""


@dataclass(frozen=True, slots=True)
class ModerationStatus:
    """The moderation of one store. Items are fetched, and follow as `queue` events."""

    service: RuleServiceStatus = field(default_factory=RuleServiceStatus)
    chat: ChatStatus = field(default_factory=ChatStatus)
    revision: int = 0
    """Of the queue."""
    waiting: int = 0
    oldest_s: float | None = None
    """Age of the oldest that waits."""
    overdue: int = 0
    """Waiting for longer than `limits.review_target_s`."""
    by_hand: int = 0
    """Effects that wait for a person's hand."""
    unknown: int = 0
    comments: int = 0
    comments_per_min: float | None = None
    """Over the last minute."""
    hidden: int = 0
    """By rules, in this session."""
    decided: int = 0
    """By people."""
    replied: int = 0
    overturned: int = 0
    hide_p50_ms: float | None = None
    """From the comment until it was hidden on the platform, of those hidden by rules."""
    hide_p99_ms: float | None = None
    review_p50_s: float | None = None
    """From the comment until a person decided."""
    review_p90_s: float | None = None
    local: int = 0
    """Judged by the engine itself, in this session."""
    rules: tuple[RuleStatistics, ...] = ()
    """Those with the most hits in this session; at most twenty."""
    faq: tuple[Faq, ...] = ()
    warnings: tuple[ComplianceWarning, ...] = ()
    """The newest first; at most ten."""
    terms: tuple[str, ...] = ()
    """Not to be said again: of the warnings of the last hour, the newest first."""
