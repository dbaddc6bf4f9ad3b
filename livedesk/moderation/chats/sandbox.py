"""How does the sandbox's chat speak? Numbered comments, asked for every quarter of a second, and
calls with idempotency keys.

Numbers have no holes, so what is asked for next is known, across any fault: nothing is lost and
nothing comes twice. Only what the room does not keep any more is missed, and that is told.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from random import Random
from typing import Any, Final
from urllib.parse import quote

from livedesk.core.clock import NS_PER_MS, NS_PER_S, Clock
from livedesk.core.moderation import ChatStatus, Comment, Effect
from livedesk.core.moderation_settings import SandboxChat
from livedesk.moderation.chats.base import Acted, Take, acted
from livedesk.moderation.chats.comments import Seen, usable
from livedesk.moderation.chats.standing import Standing
from livedesk.platforms.answers import (
    TOO_MANY,
    JsonObject,
    UnusableError,
    by_status,
    parsed,
    part,
    parts,
    retry_after_s,
    said,
    sentence,
    server_error,
    text,
    unanswered,
    unusable,
    whole,
)
from livedesk.platforms.call_budget import Backoff
from livedesk.platforms.connection import Reply, Request, split_url
from livedesk.platforms.lanes import PAGE_BYTES, Lanes
from livedesk.platforms.outcome import Answer

POLL_S: Final = 0.25
_POLL_LIMIT_S: Final = 2.0
_LONGEST_PAUSE_S: Final = 2.0
_SILENT_S: Final = 3.0
_WARM_EVERY_S: Final = 15.0
_PAGE: Final = 500
_RECENT: Final = 500
"""So many of the comments before our own beginning are asked for: an engine that was away for a
moment misses none, and one that comes later does not begin with the whole show."""
_HIGHEST: Final = 2**53
_TRIES: Final = 3
"""So often the same is asked for before it is passed over."""
_MOST_KEY: Final = 256
_BARRED: Final = frozenset(("not_authorized", "unknown_room", "bad_address"))
_CODES: Final = {
    "not_authorized": "The platform does not take this token; look at [store.moderation].",
    "unknown_room": "The platform knows no such live room; look at [store.moderation].",
    "unknown_comment": "The platform does not know this comment any more.",
    "unknown_author": "The platform does not know this author.",
    "not_live": "The room is not live.",
    "key_reused": "The platform has this key for something else.",
    "too_long": "The reply is too long for the platform.",
}
"""All of them are final: the next attempt would be told the same."""


class SandboxRoom:
    """Implements Chat."""

    def __init__(
        self,
        settings: SandboxChat,
        lanes: Lanes,
        clock: Clock,
        rng: Random,
        poll_s: float = POLL_S,
    ) -> None:
        prefix = split_url(settings.url)[1].rstrip("/")
        self._room = f"{prefix}/v1/chat/{quote(settings.room, safe='')}"
        self._token = settings.token
        self._lanes = lanes
        self._clock = clock
        self._poll_s = poll_s
        self._backoff = Backoff(rng, first_s=poll_s, longest_s=_LONGEST_PAUSE_S)
        able = ChatStatus(
            "sandbox",
            hide="platform",
            unhide="platform",
            reply="platform",
            ban="platform",
            unban="platform",
            reply_chars=300,
        )
        self._standing = Standing(able, clock, _SILENT_S)
        self._after: int | None = None
        """The highest number that was given; None before the room's newest is known."""
        self._page = _PAGE
        self._bad_pages = 0
        self._tries = 0
        """So often the room told of comments, and gave none that come next."""
        self._seen = Seen()
        self._warm_again_mono_ns = 0

    @property
    def honours_keys(self) -> bool:
        return True

    def status(self) -> ChatStatus:
        return self._standing.status()

    async def run(self, take: Take) -> None:
        while True:
            await self._keep_warm()
            await asyncio.sleep(await self._poll(take))

    async def close(self) -> None:
        await self._lanes.close()

    async def _keep_warm(self) -> None:
        now_ns = self._clock.mono_ns()
        if now_ns >= self._warm_again_mono_ns:
            self._warm_again_mono_ns = now_ns + round(_WARM_EVERY_S * NS_PER_S)
            await self._lanes.keep_warm()

    async def _poll(self, take: Take) -> float:
        """Ask once; the seconds until it is to be asked again."""
        after = self._after or 0
        passed_over = self._page == 1 and self._bad_pages >= _TRIES
        asked_after = after + passed_over
        limit = 1 if self._after is None else self._page
        found = await self._call(
            "GET", f"comments?after={asked_after}&limit={limit}", _POLL_LIMIT_S, PAGE_BYTES
        )
        if isinstance(found, Answer):
            return self._failed(found)
        try:
            entries, last, first = _page(found)
        except UnusableError as error:
            return self._failed(unusable(error))
        self._standing.alive()
        self._backoff.succeeded()
        self._bad_pages = 0
        self._page = min(2 * self._page, _PAGE)
        if self._after is None:
            self._after = max(0, last - _RECENT, first - 1)
            return 0.0
        if passed_over:
            self._standing.unusable("the platform's answer with it cannot be read")
            self._after = asked_after
        if last < self._after:
            return self._behind()
        before = self._after
        self._give(entries, first, last, take)
        is_stuck = self._after == before and before < last
        self._tries = self._tries + 1 if is_stuck else 0
        return 0.0 if before < self._after < last else self._poll_s

    def _behind(self) -> float:
        """The room has fewer comments than it gave us: an old answer, or it began anew."""
        self._tries += 1
        if self._tries >= _TRIES:
            self._after, self._tries = 0, 0
            self._seen = Seen()
        return self._poll_s

    def _failed(self, answer: Answer) -> float:
        if answer.code in ("too_large", "bad_answer"):
            # One comment among them may be the reason: the others come in smaller pages.
            self._bad_pages += 1
            self._page = max(1, self._page // 8)
        self._standing.failed(answer.text, barred=answer.code in _BARRED)
        return self._backoff.failed(answer.retry_after_s)

    def _give(self, entries: Sequence[Any], first: int, last: int, take: Take) -> None:
        """All that is new, in order, up to a hole; one that stays is passed over, and told."""
        after = self._after or 0
        reached = max(after, first - 1)
        missed = reached - after
        is_over = self._tries >= _TRIES
        utc_ns = self._clock.utc_ns()
        comments = []
        for entry in entries or ([None] if is_over and reached < last else []):
            n = _number(entry, reached, last)
            if n <= reached:
                continue
            if n > reached + 1 and not is_over:
                break
            missed += n - reached - 1
            reached = n
            if (comment := self._comment(entry, utc_ns)) is not None:
                comments.append(comment)
        self._after = reached
        if missed:
            self._miss(missed)
        if comments:
            self._standing.took(len(comments))
            take(comments)

    def _comment(self, entry: Any, utc_ns: int) -> Comment | None:
        try:
            comment, cleaned = _comment(entry, utc_ns)
        except UnusableError as error:
            self._standing.unusable(str(error))
            return None
        if not self._seen.add(comment.id):
            return None
        self._standing.cleaned(cleaned)
        return comment

    def _miss(self, missed: int) -> None:
        away_s = max(self._standing.silence_s() or 0.0, self._poll_s)
        self._standing.lost(away_s, f"{missed:,} comments were not kept for us by the platform.")

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        if effect.verb in ("ban", "unban") and not comment.author_id:
            words = "Nobody knows who wrote this comment."
            return Acted("none", "unknown_author", words, final=True)
        comment_id, author_id = (
            quote(value, safe="", errors="replace") for value in (comment.id, comment.author_id)
        )
        match effect.verb:
            case "hide" | "unhide":
                what, body = f"comments/{comment_id}/{effect.verb}", None
            case "reply":
                what = "replies"
                body = json.dumps({"comment_id": comment.id, "text": effect.text}).encode()
            case "ban" | "unban":
                what, body = f"authors/{author_id}/{effect.verb}", None
        found = await self._call("POST", what, limit_s, key=effect.key, body=body)
        if isinstance(found, Answer):
            return acted(found)
        try:
            _check(effect, comment, found)
        except UnusableError as error:
            return acted(unusable(error))
        return Acted("done")

    async def _call(
        self,
        method: str,
        what: str,
        limit_s: float,
        max_bytes: int = 64 * 1024,
        *,
        key: str = "",
        body: bytes | None = None,
    ) -> JsonObject | Answer:
        """What a 200 holds; else what became of the call."""
        headers = {"Authorization": f"Bearer {self._token.reveal()}"}
        if key:
            headers["Idempotency-Key"] = _header(key)
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = Request(method, f"{self._room}/{what}", headers, body)
        reply = await self._lanes.ask(request, limit_s, max_bytes)
        if not isinstance(reply, Reply):
            return unanswered(reply)
        try:
            found = await parsed(reply)
            if reply.status == 200 and found.get("error") is None:
                return found
            return self._refused(reply, found)
        except UnusableError as error:
            return by_status(reply, self._clock.utc_ns(), error)

    def _refused(self, reply: Reply, found: JsonObject) -> Answer:
        """Raises UnusableError when it does not say so in the words of the protocol."""
        error = part(found, "error")
        code, message = text(error, "code"), said(text(error, "message", ""), (self._token,))
        wait_s = retry_after_s(reply, self._clock.utc_ns())
        if reply.status >= 500:
            return server_error(reply.status, wait_s)
        if code == "rate_limited":
            return Answer("none", code, TOO_MANY, retry_after_s=wait_s)
        if code in _CODES:
            return Answer("none", code, _CODES[code], final=True)
        words = sentence(f"the platform refused: {message}")
        return Answer("none", "refused", words, final=True)


def _page(found: JsonObject) -> tuple[list[Any], int, int]:
    """Entries, the room's newest number, the oldest that it keeps. Raises UnusableError."""
    last, first = whole(found, "last"), whole(found, "first")
    if not 0 <= first <= last + 1 <= _HIGHEST:
        raise UnusableError("numbers that do not fit together")
    return parts(found, "comments"), last, first


def _number(entry: Any, reached: int, last: int) -> int:
    """Of an entry; one without a number that can be is the next."""
    n = entry.get("n") if isinstance(entry, dict) else None
    is_number = isinstance(n, int) and not isinstance(n, bool) and 0 < n <= last
    return n if is_number and isinstance(n, int) else reached + 1


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
        posted_utc_ns=posted * NS_PER_MS if is_time and isinstance(posted, int) else None,
    )


def _check(effect: Effect, comment: Comment, found: JsonObject) -> None:
    """That the answer is one to this call. Raises UnusableError."""
    match effect.verb:
        case "hide" | "unhide":
            name, value = "comment_id", comment.id
            is_so = found.get("visible") is (effect.verb == "unhide")
        case "ban" | "unban":
            name, value = "author_id", comment.author_id
            is_so = found.get("banned") is (effect.verb == "ban")
        case "reply":
            text(found, "reply_id")
            return
    if text(found, name) != value or not is_so:
        raise UnusableError("an answer about something else")


def _header(key: str) -> str:
    """Two keys stay two, whatever is in them and however long they are."""
    found = quote(key, safe="/:;,.-_~!*'()", errors="replace")
    if len(found) <= _MOST_KEY:
        return found
    return "sha256-" + hashlib.sha256(key.encode(errors="replace")).hexdigest()
