"""Which comments of a numbered chat come next, whatever its answers were? Pure.

Numbers have no holes, so what is to be asked for is always known. An answer may be old, repeat
itself, leave something out or not be readable at all: then the same is asked for again. What cannot
be had even so is passed over and told, so that one bad comment never stops all that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from livedesk.core.clock import NS_PER_MS
from livedesk.core.moderation import Comment
from livedesk.moderation.chats.comments import Seen, usable
from livedesk.platforms.answers import JsonObject, UnusableError, parts, text, whole

PAGE: Final = 500
_RECENT: Final = 500
"""So many of the comments before our own beginning are asked for: an engine that was away for a
moment misses none, and one that comes later does not begin with the whole show."""
_HIGHEST: Final = 2**53
_TRIES: Final = 8
"""So often the same is asked for before a hole is one, or an old answer a new beginning."""
_BAD_TRIES: Final = 6
_GOOD_BEYOND: Final = 3
"""A comment whose page cannot be read so often, while so often the one behind it can, is the reason
itself; a platform that answers badly now and then does not come to that."""
_SMALLER: Final = 8


@dataclass(frozen=True, slots=True)
class Given:
    """What an answer brought."""

    comments: tuple[Comment, ...] = ()
    unusable: tuple[str, ...] = ()
    """Why, for each that is no comment."""
    cleaned: tuple[str, ...] = ()
    missed: int = 0
    """So many are not kept by the platform, or left out by it."""
    more: bool = False
    """There are others already."""
    anew: bool = False
    """The room is another one; what was written last in the one before may be missing."""


class Numbered:
    """Where we are in one chat."""

    def __init__(self) -> None:
        self._after: int | None = None
        """The highest number that was given; None before the chat's newest is known."""
        self._page = PAGE
        self._tries = 0
        self._bad = 0
        self._beyond = 0
        self._is_probing = False
        self._epoch = ""
        self._seen = Seen()

    def ask(self) -> tuple[int, int]:
        """`after` and `limit` of the next call."""
        if self._after is None:
            return 0, 1
        return (self._after + 1, 1) if self._is_probing else (self._after, self._page)

    def unreadable(self) -> None:
        """The answer was, or was too large. One comment in it may be the reason."""
        if self._is_probing:
            self._beyond = 0
        else:
            self._bad += 1
            self._page = max(1, self._page // _SMALLER)
        can_probe = self._page == 1 and self._after is not None
        self._is_probing = can_probe and not self._is_probing

    def take(self, found: JsonObject, utc_ns: int) -> Given:
        """What the answer brought, each comment once. Raises UnusableError: it is unreadable."""
        last, first = whole(found, "last"), whole(found, "first")
        entries, epoch = parts(found, "comments"), text(found, "epoch", "")
        if not (0 <= last <= _HIGHEST and 0 <= first <= last + 1):
            raise UnusableError("numbers that do not fit together")
        if self._after is None:
            self._epoch = epoch
            self._after = max(0, last - _RECENT, first - 1)
            return Given(more=self._after < last)
        if epoch != self._epoch:
            # What was seen stays known: an answer of the old room's may still come, and ids of
            # rooms with an epoch are not used again.
            self._epoch = epoch
            return self._anew()
        if self._is_probing:
            return self._probed()
        self._bad = self._beyond = 0
        self._page = min(2 * self._page, PAGE)
        if last < self._after:
            return self._behind()
        before = self._after
        given = self._new(entries, first, last, before, utc_ns)
        is_stuck = self._after == before and before < last
        self._tries = self._tries + 1 if is_stuck else 0
        return given

    def _probed(self) -> Given:
        """What stands behind the page that cannot be read can be."""
        self._is_probing = False
        self._beyond += 1
        if self._bad < _BAD_TRIES or self._beyond < _GOOD_BEYOND or self._after is None:
            return Given()
        self._after += 1
        self._bad = self._beyond = 0
        return Given(unusable=("the platform's answer with it cannot be read",), more=True)

    def _behind(self) -> Given:
        """It has fewer comments than it gave us: an old answer, or its numbers began anew."""
        self._tries += 1
        if self._tries < _TRIES:
            return Given()
        self._seen = Seen()
        return self._anew()

    def _anew(self) -> Given:
        self._after = self._tries = self._bad = self._beyond = 0
        self._is_probing = False
        return Given(anew=True)

    def _new(self, entries: Sequence[Any], first: int, last: int, after: int, utc_ns: int) -> Given:
        """All that is new, in order, up to a hole."""
        reached = max(after, first - 1)
        missed = reached - after
        is_over = self._tries >= _TRIES
        comments: list[Comment] = []
        unusable: list[str] = []
        cleaned: list[str] = []
        for entry in _in_order(entries, last):
            n = _number(entry, reached, last)
            if n <= reached:
                continue
            if n > reached + 1 and not is_over:
                break
            missed += n - reached - 1
            reached = n
            try:
                comment, how = _comment(entry, utc_ns)
            except UnusableError as error:
                unusable.append(str(error))
                continue
            if self._seen.add(comment.id):
                comments.append(comment)
                cleaned += [how] if how else []
        if is_over and reached == after < last:
            missed, reached = missed + 1, reached + 1
        self._after = reached
        more = after < reached < last
        return Given(tuple(comments), tuple(unusable), tuple(cleaned), missed, more)


def _in_order(entries: Sequence[Any], last: int) -> Sequence[Any]:
    """By number, whatever the order they came in; as they came where one has none."""
    if all(_own_number(entry, last) is not None for entry in entries):
        return sorted(entries, key=lambda entry: _number(entry, 0, last))
    return entries


def _number(entry: Any, reached: int, last: int) -> int:
    """Of an entry; one without a number that can be is the next."""
    n = _own_number(entry, last)
    return reached + 1 if n is None else n


def _own_number(entry: Any, last: int) -> int | None:
    n = entry.get("n") if isinstance(entry, dict) else None
    is_number = isinstance(n, int) and not isinstance(n, bool) and 0 < n <= last
    return cast("int", n) if is_number else None


def _comment(entry: Any, utc_ns: int) -> tuple[Comment, str]:
    """Raises UnusableError."""
    if not isinstance(entry, dict):
        raise UnusableError("it is no object")
    posted = entry.get("posted_utc_ms")
    is_time = isinstance(posted, int) and not isinstance(posted, bool)
    return usable(
        id=entry.get("id"),
        author_id=entry.get("author_id"),
        author=entry.get("author"),
        text=entry.get("text"),
        utc_ns=utc_ns,
        posted_utc_ns=cast("int", posted) * NS_PER_MS if is_time else None,
    )
