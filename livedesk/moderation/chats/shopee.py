"""How is the chat of a Shopee live read and answered? Its comments of the last ten seconds are
asked for every 2.8 s, through the calls that the store's pins make too.

Shopee Open Platform, livestream module: `get_latest_comment_list`, `post_comment`,
`ban_user_comment`, `unban_user_comment`. It has no call to hide one comment, and no idempotency
keys. What is older than ten seconds cannot be had any more, so a longer silence is told as a gap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any, Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.moderation import ChatStatus, Comment, Effect
from livedesk.moderation.chats.base import Acted, Take, acted
from livedesk.moderation.chats.comments import Seen, usable
from livedesk.moderation.chats.standing import Standing
from livedesk.platforms.answers import JsonObject, UnusableError, part, parts, unusable
from livedesk.platforms.call_budget import Backoff
from livedesk.platforms.lanes import PAGE_BYTES
from livedesk.platforms.outcome import Answer
from livedesk.platforms.shopee import ShopeeCalls

POLL_S: Final = 2.8
WINDOW_S: Final = 10.0
"""So far back the platform's list of comments reaches."""
_POLL_LIMIT_S: Final = 2.0
_SILENT_S: Final = 7.0
_MOST_PAGES: Final = 8
_WINDOW_EVERY: Final = 3
"""What `next_offset` means is not documented: we go on from it, and each third time, within the
window, read from its beginning all the same. What comes twice by that is known by its id."""
_REPLY_CHARS: Final = 150
_MOST_CURSOR: Final = 200
_IN_MS: Final = 10**11
"""Times are documented as seconds and have been seen as milliseconds."""
_NO_HIDE: Final = "Shopee has no call to hide a comment; its author can be banned from the live."
_SPENT: Final = "This minute's calls are kept for pins."
_BARRED: Final = frozenset(("not_authorized", "no_access", "unknown_room", "clock_wrong"))


class ShopeeChatRoom:
    """Implements Chat. The calls belong to the store's pins, which close them."""

    def __init__(
        self, calls: ShopeeCalls, clock: Clock, rng: Random, poll_s: float = POLL_S
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._poll_s = poll_s
        self._backoff = Backoff(rng, first_s=poll_s / 4, longest_s=poll_s)
        able = ChatStatus(
            "shopee",
            reply="platform",
            ban="platform",
            unban="platform",
            reply_chars=_REPLY_CHARS,
        )
        self._standing = Standing(able, clock, _SILENT_S)
        self._seen = Seen()
        self._cursor: str | int | None = None
        self._is_whole = True
        """The last poll read up to the newest comment."""
        self._is_slow = self._is_still = True
        """It did so in one page; and there was nothing new."""
        self._largest = 1
        """The most comments that a page had: one with fewer is the last."""
        self._polls = 0
        self._covered_mono_ns: int | None = None
        """Up to here all comments are known."""

    @property
    def honours_keys(self) -> bool:
        return False

    def status(self) -> ChatStatus:
        return self._standing.status()

    async def run(self, take: Take) -> None:
        while True:
            pause_s = await self._poll(take)
            await asyncio.sleep(pause_s)

    async def close(self) -> None:
        """What is open belongs to the pins."""

    async def _poll(self, take: Take) -> float:
        """Read what is new; the seconds until it is to be read again."""
        began_mono_ns = self._clock.mono_ns()
        self._polls += 1
        comments, trouble = await self._read()
        self._is_still = not comments
        if comments:
            comments.sort(key=lambda comment: comment.posted_utc_ns or comment.utc_ns)
            self._standing.took(len(comments))
            take(comments)
        if trouble is not None:
            return self._failed(trouble)
        self._standing.alive()
        self._backoff.succeeded()
        if self._is_whole:
            self._cover(began_mono_ns)
        took_s = (self._clock.mono_ns() - began_mono_ns) / NS_PER_S
        return max(self._poll_s - took_s, 0.0)

    async def _read(self) -> tuple[list[Comment], Answer | None]:
        """Page after page, and what ended it early."""
        cursor = None if self._reads_window() else self._cursor
        comments: list[Comment] = []
        self._is_whole = False
        for pages in range(1, _MOST_PAGES + 1):
            found = await self._ask(cursor)
            if isinstance(found, Answer):
                return comments, found
            entries, following = found
            comments += self._new(entries)
            self._is_whole = len(entries) < self._largest or following in (None, "", 0, cursor)
            self._is_slow = self._is_whole and pages == 1
            self._largest = max(self._largest, len(entries), 1)
            self._cursor = cursor = following
            if self._is_whole:
                break
        return comments, None

    def _reads_window(self) -> bool:
        """Whether there is time for it: in a fast chat it would be pages of what is known."""
        return self._is_slow and (self._is_still or self._polls % _WINDOW_EVERY == 0)

    async def _ask(self, cursor: str | int | None) -> tuple[list[Any], str | int | None] | Answer:
        """A page's entries, and what names the next one."""
        mono_ns = self._clock.mono_ns()
        if not self._calls.budget.take("background", mono_ns):
            wait_s = self._calls.budget.wait_s("background", mono_ns)
            return Answer("none", "calls_spent", _SPENT, retry_after_s=min(wait_s, self._poll_s))
        query = {} if cursor is None else {"offset": cursor}
        found = await self._calls.read("get_latest_comment_list", query, _POLL_LIMIT_S, PAGE_BYTES)
        if isinstance(found, Answer):
            return self._told(found)
        try:
            response = part(found, "response")
            entries = parts(response, "list")
        except UnusableError as error:
            return self._told(unusable(error))
        return entries, _cursor(response)

    def _told(self, answer: Answer) -> Answer:
        if answer.code == "rate_limited":
            self._calls.budget.blocked(self._clock.mono_ns(), answer.retry_after_s)
        return answer

    def _failed(self, answer: Answer) -> float:
        self._cursor = None
        self._standing.failed(answer.text, barred=answer.code in _BARRED)
        return self._backoff.failed(answer.retry_after_s)

    def _cover(self, began_mono_ns: int) -> None:
        if self._covered_mono_ns is not None:
            unseen_s = (began_mono_ns - self._covered_mono_ns) / NS_PER_S - WINDOW_S
            if unseen_s > 0:
                words = f"{unseen_s:.0f} s of the chat passed unseen; they cannot be had any more."
                self._standing.lost(unseen_s, words)
        self._covered_mono_ns = began_mono_ns

    def _new(self, entries: list[Any]) -> list[Comment]:
        """Those of viewers: what is posted from here comes back among them."""
        found = []
        own = str(self._calls.user_id)
        for entry in entries:
            try:
                comment, cleaned = _comment(entry, self._clock.utc_ns())
            except UnusableError as error:
                # Each is listed for ten seconds, and is to be counted once.
                if self._seen.add(f"?{entry!r:.300}"):
                    self._standing.unusable(str(error))
                continue
            is_ours = comment.author_id == own
            if self._seen.add(comment.id) and not is_ours:
                self._standing.cleaned(cleaned)
                found.append(comment)
        return found

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        match effect.verb:
            case "hide" | "unhide":
                return Acted("not_possible", "not_possible", _NO_HIDE, final=True)
            case "reply":
                if len(effect.text) > _REPLY_CHARS:
                    words = f"Shopee takes replies of at most {_REPLY_CHARS} characters."
                    return Acted("none", "too_long", words, final=True)
                return await self._write("post_comment", {"content": effect.text}, limit_s)
            case "ban" | "unban":
                author = comment.author_id
                if not (author.isascii() and author.isdecimal() and len(author) < 20):
                    words = "Shopee's ids are whole numbers; this author has another one."
                    return Acted("none", "unknown_author", words, final=True)
                values = {f"{effect.verb}_user_id": int(author)}
                return await self._write(f"{effect.verb}_user_comment", values, limit_s)

    async def _write(self, name: str, values: Mapping[str, str | int], limit_s: float) -> Acted:
        mono_ns = self._clock.mono_ns()
        if not self._calls.budget.take("read", mono_ns):
            wait_s = self._calls.budget.wait_s("read", mono_ns)
            return Acted("none", "calls_spent", _SPENT, retry_after_s=wait_s)
        found = await self._calls.write(name, values, limit_s)
        return acted(self._told(found)) if isinstance(found, Answer) else Acted("done")


def _cursor(response: JsonObject) -> str | int | None:
    """`next_offset` as it came: what it means is the platform's affair."""
    value = response.get("next_offset")
    is_text = isinstance(value, str) and len(value) <= _MOST_CURSOR
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
    return value if is_text or is_number else None


def _comment(entry: Any, utc_ns: int) -> tuple[Comment, str]:
    """Raises UnusableError."""
    if not isinstance(entry, dict):
        raise UnusableError("it is no object")
    return usable(
        id=entry.get("comment_id"),
        author_id=entry.get("user_id"),
        author=entry.get("username"),
        text=entry.get("content"),
        utc_ns=utc_ns,
        posted_utc_ns=_posted_utc_ns(entry.get("timestamp")),
    )


def _posted_utc_ns(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value * (NS_PER_MS if value > _IN_MS else NS_PER_S)
