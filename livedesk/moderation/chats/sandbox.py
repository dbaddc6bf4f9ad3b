"""How does the sandbox's chat speak? Numbered comments, asked for every quarter of a second, and
calls with idempotency keys.

Numbers have no holes, so what is asked for next is known, across any fault: nothing is lost and
nothing comes twice. Only what the room does not keep any more is missed, and that is told; so is a
room that began anew, as its numbers do.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from random import Random
from typing import Final
from urllib.parse import quote

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.moderation import ChatStatus, Comment, Effect
from livedesk.core.moderation_settings import SandboxChat
from livedesk.moderation.chats.base import Acted, Take, acted
from livedesk.moderation.chats.numbered import Given, Numbered
from livedesk.moderation.chats.standing import Standing, comments
from livedesk.platforms.answers import (
    TOO_MANY,
    JsonObject,
    UnusableError,
    by_status,
    parsed,
    part,
    retry_after_s,
    said,
    sentence,
    server_error,
    text,
    unanswered,
    unusable,
)
from livedesk.platforms.call_budget import Backoff
from livedesk.platforms.connection import Reply, Request, split_url
from livedesk.platforms.lanes import PAGE_BYTES, Lanes
from livedesk.platforms.outcome import Answer

POLL_S: Final = 0.25
_POLL_LIMITS_S: Final = (0.8, 2.0, 5.0)
"""An answer that hangs is soon given up, as the next may come at once; a platform that is slow
throughout is given more time, until it answers well within the first of them."""
_LONGEST_PAUSE_S: Final = 2.0
_SILENT_S: Final = 2.0
_WARM_EVERY_S: Final = 15.0
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
_ANEW: Final = "The room began anew; what was written last in the one before may be missing."


class SandboxRoom:
    """Implements Chat."""

    def __init__(
        self,
        settings: SandboxChat,
        lanes: Lanes,
        clock: Clock,
        rng: Random,
        poll_s: float = POLL_S,
        silent_s: float = _SILENT_S,
    ) -> None:
        """`silent_s`: a chat in trouble is down after so long."""
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
        self._standing = Standing(able, clock, silent_s)
        self._numbered = Numbered()
        self._patience = 0

    @property
    def honours_keys(self) -> bool:
        return True

    def status(self) -> ChatStatus:
        return self._standing.status()

    async def run(self, take: Take) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_warm(), name="warm connections to the chat")
            group.create_task(self._read(take), name="reading the chat")

    async def _keep_warm(self) -> None:
        """Beside the reading: where nobody answers it takes its time."""
        while True:
            await self._lanes.keep_warm()
            await asyncio.sleep(_WARM_EVERY_S)

    async def _read(self, take: Take) -> None:
        while True:
            pause_s = await self._poll(take)
            await asyncio.sleep(pause_s)

    async def close(self) -> None:
        await self._lanes.close()

    async def _poll(self, take: Take) -> float:
        """Ask once; the seconds until it is to be asked again."""
        after, limit = self._numbered.ask()
        what = f"comments?after={after}&limit={limit}"
        began_mono_ns = self._clock.mono_ns()
        found = await self._call("GET", what, _POLL_LIMITS_S[self._patience], PAGE_BYTES)
        if isinstance(found, Answer):
            return self._failed(found)
        try:
            given = self._numbered.take(found, self._clock.utc_ns())
        except UnusableError as error:
            return self._failed(unusable(error))
        if self._clock.mono_ns() - began_mono_ns < _POLL_LIMITS_S[0] / 2 * NS_PER_S:
            self._patience = 0
        self._note(given)
        self._backoff.succeeded()
        if given.comments:
            take(given.comments)
        return 0.0 if given.more else self._poll_s

    def _failed(self, answer: Answer) -> float:
        self._standing.failed(answer.text, barred=answer.code in _BARRED)
        if answer.code == "no_answer":
            self._patience = min(self._patience + 1, len(_POLL_LIMITS_S) - 1)
        if answer.code in ("too_large", "bad_answer"):
            self._numbered.unreadable()
            return self._poll_s
        return self._backoff.failed(answer.retry_after_s)

    def _note(self, given: Given) -> None:
        standing = self._standing
        if given.missed:
            away_s = max(standing.silence_s() or 0.0, self._poll_s)
            standing.lost(away_s, f"The platform did not keep {comments(given.missed)}.")
        if given.anew:
            standing.lost(standing.silence_s() or 0.0, _ANEW)
        standing.alive()
        standing.took(len(given.comments))
        for why in given.unusable:
            standing.unusable(why)
        for why in given.cleaned:
            standing.cleaned(why)

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
