"""What is in the queues of all stores right now? Folds fetched pages, changes and statuses. Pure."""

from __future__ import annotations

from typing import Literal

Show = Literal["waiting", "hidden", "by_hand", "decided", "open", "all"]
Key = tuple[int, int, str]


class QueueBook:
    """The mirror, for all stores. One per desk."""
