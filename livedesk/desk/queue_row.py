"""What is one row of the queue? An item at one instant, in words and figures a window can draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from livedesk.core.moderation import Ability, DecisionKind, EffectState, ItemState, Verb
from livedesk.desk.looks import Look

AgeStep = Literal[0, 50, 80, 100]
"""Which part of the target is used up, in percent: the bar turns at each."""

Measure = Literal["review", "hide"]
"""Against which target an item's age is held: a person's look, or an automatic hide."""

OrderState = Literal["sending", "refused", "not_sent", "unknown"]
"""Of an order of this console. `not_sent`: no engine was there to take it. `unknown`: it was sent,
and no answer ever came."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a row's text that a rule found, in code points and in UTF-16 units (Qt's)."""

    start: int
    length: int
    utf16_start: int
    utf16_length: int


@dataclass(frozen=True, slots=True)
class RecentView:
    """One of the author's earlier comments."""

    text: str
    age_s: float | None


@dataclass(frozen=True, slots=True)
class EffectView:
    """What became of one thing that the platform was asked for."""

    key: str
    verb: Verb
    state: EffectState
    look: Look
    word: str
    """Such as "Hidden on the platform" or "Hide it by hand"."""
    note: str = ""
    text: str = ""
    """Of a reply: what is posted."""
    took_s: float | None = None
    """From when it was wanted until it was done; None while it is not."""


@dataclass(frozen=True, slots=True)
class OrderView:
    """What this console asked for and the engine has not (yet) carried out."""

    state: OrderState
    look: Look
    word: str
    """Such as "Sending: hide" or "Not sent: hide"."""
    note: str = ""
    """Why, and who holds the claim."""
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ClaimView:
    by: str
    mine: bool
    left_s: float


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be done about an item on its platform."""

    hide: Ability = "not_possible"
    unhide: Ability = "not_possible"
    reply: Ability = "not_possible"
    ban: Ability = "not_possible"
    unban: Ability = "not_possible"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """Texts are safe to lay out: one line, of bounded length, nothing that turns their neighbours.

    Ages are by the engine's clock; None where no status has told it yet.
    """

    item_id: str
    store: str
    store_name: str
    author: str
    text: str
    marks: tuple[Mark, ...]
    state: ItemState
    look: Look
    word: str
    """The state, such as "Waiting", "Hidden by a rule", "Approved"."""
    by: str
    """Who decided, or empty."""
    # Time
    measure: Measure | None
    """None: nothing runs against a target any more."""
    age_s: float | None
    """Since livedesk got the comment; of a settled one until it was settled."""
    target_s: float
    left_s: float | None
    """Until the target; negative when it is past."""
    share: float | None
    """Age / target; the bar is full at 1."""
    step: AgeStep
    # Why
    rule: str = ""
    list: str = ""
    reason: str = ""
    term: str = ""
    evasion: bool = False
    local: bool = False
    """Judged by the engine itself while the rule service was away."""
    # What becomes of it
    claim: ClaimView | None = None
    order: OrderView | None = None
    effects: tuple[EffectView, ...] = ()
    by_hand: tuple[EffectView, ...] = ()
    """Those of `effects` that wait for a person's hand."""
    recent: tuple[RecentView, ...] = ()
    """The author's last comments before this one, newest first; at most five."""
    same: int = 1
    """So many items that wait say the same, this one included: see `QueueView.batch`."""
    left: bool = False
    """It does not belong into this list any more and only stands while the list is frozen."""
    stale: bool = False
    """The store's status is old: what is shown may have changed."""
    can: Abilities = Abilities()
    possible: tuple[DecisionKind, ...] = ()
    """Which decisions would change anything now."""

    @property
    def spoken(self) -> str:
        """For screen readers."""
        claim = f"{self.claim.by}" if self.claim is not None else ""
        order = f"{self.order.word} {self.order.note}".strip() if self.order is not None else ""
        return ", ".join(
            filter(None, (self.word, self.store_name, self.author, self.text, self.reason,
                          claim, order))
        )  # fmt: skip
