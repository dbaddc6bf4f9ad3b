"""What does the API need from a store's moderation? Seen from here, so that tests can stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from livedesk.core.moderation import ComplianceWarning, DecisionKind, Faq, Item, ModerationStatus

QueueState = Literal["open", "waiting", "hidden", "all"]
"""`open`: waiting, hidden or replied by a rule, to be done by hand, or unknown."""

MOST_A_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`after`: what to ask for next; empty at the end."""

    revision: int
    """Of the queue, when the page was made: `QueueChange.since` of the next change."""
    items: tuple[Item, ...]
    after: str = ""
    faq: tuple[Faq, ...] = ()


class ModerationError(Exception):
    """It was not done: a stable code, a sentence, and the item as it is, where there is one.

    Codes: those of `moderation.items.ItemError` and `duplicate_reply` (409), `unknown_item`,
    `unknown_effect` and `unknown_warning` (404), `not_by_hand` (409: the effect does not wait for a
    person), `service` (502: the rule service refused it for another reason), `stopping` (503).
    """

    def __init__(self, code: str, text: str, item: Item | None = None, action: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.item = item
        self.action = action


class ModeratingView(Protocol):
    """What is asked of the calls that raise is told by `ModerationError`."""

    def queue(self, state: QueueState, after: str, limit: int) -> QueuePage:
        """The oldest first. `after`: of the page before; empty for the first."""
        ...

    async def act(
        self,
        item_id: str,
        kind: DecisionKind,
        by: str,
        key: str,
        faq: str = "",
        again: bool = False,
        seen: int | None = None,
    ) -> Item:
        """Decide. `faq`: id of the answer, of a reply; `again`: also when it was posted lately.
        `seen`: how many decisions the item had when the person looked at it; the code is `already`
        when it has others since."""
        ...

    async def claim(self, item_id: str, by: str) -> Item: ...

    async def release(self, item_id: str, by: str) -> Item: ...

    async def by_hand(
        self, item_id: str, effect_key: str, done: bool, by: str, text: str = ""
    ) -> Item:
        """A person did it in the platform's own window, or could not; `text`: why not."""
        ...

    def take_lines(self, body: bytes) -> tuple[int, int]:
        """Comments, one JSON object a line: how many were taken, how many were unusable."""
        ...

    def hook(self, headers: Mapping[str, str], body: bytes) -> None:
        """Take a compliance warning. Raises HookRefused (`platforms/webhook.py`)."""
        ...

    def warning_done(self, warning_id: str, by: str) -> ComplianceWarning:
        """Somebody saw to what it warns of: its alarm ends."""
        ...

    def status(self) -> ModerationStatus: ...
