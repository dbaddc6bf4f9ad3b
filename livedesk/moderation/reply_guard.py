"""Was this FAQ answer posted a moment ago? Pure; the time is passed in, of the monotonic clock."""

from __future__ import annotations

from typing import Final, TypeVar

from livedesk.core.clock import NS_PER_S
from livedesk.core.moderation import SAME_ANSWER_AUTHOR_S, SAME_ANSWER_LIVE_S

K = TypeVar("K")

_MOST: Final = 10_000


class ReplyGuard:
    """Of one store. Answers are told apart by what is posted."""

    def __init__(self) -> None:
        self._in_live: dict[str, int] = {}
        self._to_author: dict[tuple[str, str], int] = {}

    def refusal(self, text: str, author_id: str, now_ns: int) -> str:
        """Why not, in a sentence; empty when nothing speaks against it."""
        ago_s = _ago_s(self._to_author.get((text, author_id)), now_ns)
        if ago_s is not None and ago_s < SAME_ANSWER_AUTHOR_S:
            return f"The same answer was given to this viewer {ago_s:,.0f} s ago."
        ago_s = _ago_s(self._in_live.get(text), now_ns)
        if ago_s is not None and ago_s < SAME_ANSWER_LIVE_S:
            return f"The same answer was posted {ago_s:,.0f} s ago."
        return ""

    def posted(self, text: str, author_id: str, now_ns: int) -> None:
        """Also what may have been posted."""
        _note(self._in_live, text, now_ns)
        _note(self._to_author, (text, author_id), now_ns)

    def not_posted(self, text: str, author_id: str) -> None:
        """It came to nothing: nobody has read it."""
        self._in_live.pop(text, None)
        self._to_author.pop((text, author_id), None)


def _ago_s(posted_ns: int | None, now_ns: int) -> float | None:
    """A clock that was set back makes no answer wait for longer than its time."""
    return None if posted_ns is None else max(0, now_ns - posted_ns) / NS_PER_S


def _note(posted: dict[K, int], key: K, now_ns: int) -> None:
    posted.pop(key, None)
    posted[key] = now_ns
    if len(posted) > _MOST:
        del posted[next(iter(posted))]
