"""When did a comment come, by a clock that nobody sets? Pure; the times are passed in.

The wall clock may be set during a show, so what is counted from a comment on is counted by the
monotonic one. Comments of before this engine are known by their UTC alone.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.moderation import Comment

MOST: Final = 20_000
"""Comments on which something acts are kept with their item; these wait for their verdict."""


def mono_of(utc_ns: int, now_mono_ns: int, now_utc_ns: int) -> int:
    """The monotonic time of a UTC stamp that is not in the future."""
    return now_mono_ns - max(0, now_utc_ns - utc_ns)


class Arrivals:
    """Of one store."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._mono_ns: dict[str, int] = {}

    def came(self, comment: Comment, mono_ns: int) -> None:
        """A comment that comes again came when it first did."""
        self._mono_ns.setdefault(comment.id, mono_ns)
        if len(self._mono_ns) > self._most:
            del self._mono_ns[next(iter(self._mono_ns))]

    def of(self, comment: Comment, now_mono_ns: int, now_utc_ns: int) -> int:
        known = self._mono_ns.get(comment.id)
        return mono_of(comment.utc_ns, now_mono_ns, now_utc_ns) if known is None else known
