"""What did this viewer write before? The last comments of each, as far as there is room. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from livedesk.core.moderation import Comment
from livedesk.moderation.items import RECENT

MOST_COMMENTS: Final = 10_000
"""Some 6 MB, and many stores share a machine; at ten comments a second it is a quarter of an hour.
"""
_MOST_CHARS: Final = 500
"""Of one comment: it is shown beside another, not judged."""


class Authors:
    """Those who wrote longest ago are forgotten first."""

    def __init__(self, most: int = MOST_COMMENTS) -> None:
        self._most = most
        self._count = 0
        self._comments: dict[str, deque[Comment]] = {}

    def take(self, comment: Comment) -> tuple[Comment, ...]:
        """Remember it; what its author wrote before, the newest first."""
        written = self._comments.pop(comment.author_id, None)
        if written is None:
            written = deque(maxlen=RECENT)
        before = tuple(each for each in written if each.id != comment.id)
        if len(before) == len(written):
            self._count += len(written) < RECENT
            written.appendleft(_short(comment))
        self._comments[comment.author_id] = written
        while self._count > self._most:
            self._count -= len(self._comments.pop(next(iter(self._comments))))
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
