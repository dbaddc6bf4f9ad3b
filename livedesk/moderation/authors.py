"""What did this viewer write before? The last comments of each, as far as there is room. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.moderation import Comment
from livedesk.moderation.items import RECENT

MOST_AUTHORS: Final = 20_000
_MOST_CHARS: Final = 2_000
"""Of one comment: it is shown beside another, not judged."""


class Authors:
    """Those who wrote longest ago are forgotten first."""

    def __init__(self, most: int = MOST_AUTHORS) -> None:
        self._most = most
        self._comments: dict[str, deque[Comment]] = {}

    def take(self, comment: Comment) -> tuple[Comment, ...]:
        """Remember it; what its author wrote before, the newest first."""
        written = self._comments.pop(comment.author_id, None)
        if written is None:
            written = deque(maxlen=RECENT)
        before = tuple(each for each in written if each.id != comment.id)
        if len(before) == len(written):
            written.appendleft(_short(comment))
        self._comments[comment.author_id] = written
        if len(self._comments) > self._most:
            del self._comments[next(iter(self._comments))]
        return before


def _short(comment: Comment) -> Comment:
    if len(comment.text) <= _MOST_CHARS:
        return comment
    return Comment(
        comment.id,
        comment.author_id,
        comment.author,
        f"{comment.text[:_MOST_CHARS]}…",
        comment.utc_ns,
        comment.posted_utc_ns,
    )
