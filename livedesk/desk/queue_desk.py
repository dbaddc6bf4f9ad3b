"""Which orders about the queue can a window give? Each is shown as being sent until it is answered.

None of them blocks or raises: what comes of an order stands in the row (`QueueRow.order`), and of
one whose row has left the list in `notes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from livedesk.core.moderation import DecisionKind

BatchKind = Literal["approve", "hide", "ban", "reply"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Items that say the same and wait, over all stores that are shown: told before it is done."""

    item_ids: tuple[str, ...]
    stores: int
    text: str

    @property
    def count(self) -> int:
        return len(self.item_ids)


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """What became of one act on several items."""

    kind: DecisionKind
    total: int
    done: int = 0
    refused: int = 0
    unknown: int = 0
    why: str = ""
    """Why the first of them was refused."""

    @property
    def is_over(self) -> bool:
        return self.done + self.refused + self.unknown >= self.total


@dataclass(frozen=True, slots=True)
class Undoable:
    """The last act of this operator that `undo()` takes back."""

    item_ids: tuple[str, ...]
    kind: DecisionKind
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class OrderNote:
    """An order that did not succeed, for the status line of the page; `utc_ns` by our clock."""

    item_id: str
    text: str
    utc_ns: int


class QueueDesk(Protocol):
    """The orders. `Moderating` carries them out; a window needs no more of it than this."""

    @property
    def me(self) -> str:
        """Under which name this console claims and decides."""
        ...

    @property
    def undoable(self) -> Undoable | None: ...

    @property
    def progress(self) -> BatchProgress | None:
        """Of the newest batch; None before the first."""
        ...

    @property
    def notes(self) -> tuple[OrderNote, ...]:
        """What failed lately, the newest first."""
        ...

    def attend(self, item_id: str | None, idle_s: float) -> None:
        """The operator is at this comment, or at none, and did nothing for so long: it is claimed
        meanwhile, and free for others afterwards (`queue_hold.py`). Told at the page's pace."""
        ...

    def claim(self, item_id: str) -> None:
        """For 30 s; the same again makes it last longer."""
        ...

    def release(self, item_id: str) -> None: ...

    def approve(self, item_id: str) -> None:
        """It stays; a hidden one is shown again."""
        ...

    def hide(self, item_id: str) -> None: ...

    def ban(self, item_id: str) -> None:
        """Hide it and ban its author."""
        ...

    def reply(self, item_id: str, faq_id: str, *, again: bool = False) -> None:
        """`again`: although `QueueView.duplicate` says that it was posted a moment ago."""
        ...

    def undo(self, item_id: str | None = None) -> None:
        """Take back the newest decision about the item; None: this operator's last act."""
        ...

    def by_hand(self, item_id: str, effect_key: str, *, done: bool, text: str = "") -> None:
        """A person did it in the platform's own window, or could not; `text`: why not."""
        ...

    def batch(self, batch: Batch, kind: BatchKind, faq_id: str = "") -> None:
        """One act on all of them; `undo()` takes back those that succeeded. An answer is posted
        once in each live, to the oldest; the others who asked the same are approved."""
        ...

    def dismiss(self, item_id: str) -> None:
        """The operator has read why an order was refused."""
        ...
