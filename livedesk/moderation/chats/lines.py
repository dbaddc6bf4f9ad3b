"""How does a program of the agency's own stand between livedesk and a chat? By lines of JSON.

What it writes are comments. What it says that it can do it is asked for, and says what became of
it; all else a person does by hand. TikTok LIVE has no official call for comments: this is its way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from random import Random
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.core.moderation import Ability, ChatStatus, Comment, Effect, Verb
from livedesk.moderation.chats.base import Acted, Take
from livedesk.moderation.chats.comments import Seen
from livedesk.moderation.chats.line_format import LINE_BYTES, Can, Did, Wrote, read_line
from livedesk.moderation.chats.none import BY_HAND
from livedesk.moderation.chats.program import Program
from livedesk.moderation.chats.standing import Standing
from livedesk.platforms.answers import UnusableError, sentence

_MOST_ORDERS: Final = 1_000
_NOTHING: Final = Can(frozenset())


class LinesRoom:
    """Implements Chat, and Listener of its program."""

    def __init__(self, run: tuple[str, ...], clock: Clock, rng: Random) -> None:
        self._program = Program(run, self, clock, rng)
        self._clock = clock
        self._can = _NOTHING
        self._has_said = True
        """What the program that runs now can do; before it writes, what the one before could."""
        self._standing = Standing(_able(self._can), clock)
        self._seen = Seen()
        self._orders: dict[str, asyncio.Future[Did | None]] = {}
        self._take: Take | None = None
        self._ended_mono_ns: int | None = None

    @property
    def honours_keys(self) -> bool:
        return self._can.keys

    def status(self) -> ChatStatus:
        return self._standing.status()

    async def run(self, take: Take) -> None:
        self._take = take
        await self._program.run()

    async def close(self) -> None:
        """The program ends with `run`."""

    def started(self) -> None:
        self._has_said = False
        self._standing.alive()
        if self._ended_mono_ns is not None:
            away_s = (self._clock.mono_ns() - self._ended_mono_ns) / NS_PER_S
            self._standing.lost(away_s, f"The program did not run for {away_s:.1f} s.")
            self._ended_mono_ns = None

    def ended(self, why: str) -> None:
        self._standing.failed(why)
        if self._ended_mono_ns is None:
            self._ended_mono_ns = self._clock.mono_ns()
        for order in self._orders.values():
            if not order.done():
                order.set_result(None)

    def lines(self, lines: Sequence[bytes], too_long: int) -> None:
        self._standing.alive()
        for _ in range(too_long):
            self._standing.unusable(f"the line is longer than {LINE_BYTES // 1024} kB")
        utc_ns = self._clock.utc_ns()
        comments = [comment for line in lines if (comment := self._read(line, utc_ns))]
        if comments and self._take is not None:
            self._standing.took(len(comments))
            self._take(comments)

    def _read(self, line: bytes, utc_ns: int) -> Comment | None:
        try:
            found = read_line(line, utc_ns)
        except UnusableError as error:
            self._standing.unusable(str(error))
            return None
        match found:
            case Can():
                self._now_can(found)
            case Did(key):
                if (order := self._orders.get(key)) is not None and not order.done():
                    order.set_result(found)
            case Wrote(comment, cleaned):
                if not self._has_said:
                    self._now_can(_NOTHING)
                if self._seen.add(comment.id):
                    self._standing.cleaned(cleaned)
                    return comment
        return None

    def _now_can(self, can: Can) -> None:
        self._has_said = True
        self._can = can
        self._standing.can(_able(can))

    async def act(self, effect: Effect, comment: Comment, limit_s: float) -> Acted:
        if effect.verb not in self._can.verbs:
            return Acted("by_hand", "by_hand", BY_HAND)
        most = self._can.reply_chars
        if effect.verb == "reply" and most is not None and len(effect.text) > most:
            words = f"The platform takes replies of at most {most} characters."
            return Acted("none", "too_long", words, final=True)
        if (order := self._orders.get(effect.key)) is None:
            if len(self._orders) >= _MOST_ORDERS or not self._program.send(_line(effect, comment)):
                words = "The program that reads the chat does not run, or does not take orders."
                return Acted("none", "not_reached", words)
            order = self._orders[effect.key] = asyncio.get_running_loop().create_future()
        return await self._answer(effect.key, order, limit_s)

    async def _answer(self, key: str, order: asyncio.Future[Did | None], limit_s: float) -> Acted:
        try:
            async with asyncio.timeout(limit_s):
                did = await asyncio.shield(order)
        except TimeoutError:
            words = f"The program gave no answer within {limit_s * 1000:.0f} ms."
            return Acted("maybe", "no_answer", words)
        finally:
            self._orders.pop(key, None)
        if did is None:
            return Acted("maybe", "no_answer", "The program ended before it answered.")
        if did.ok:
            return Acted("done")
        words = f"the program could not do it: {did.text}" if did.text else ""
        text = sentence(words) or "The program could not do it."
        return Acted("none", "refused", text, final=True)


def _line(effect: Effect, comment: Comment) -> bytes:
    order = {
        "do": effect.verb,
        "key": effect.key,
        "comment_id": comment.id,
        "author_id": comment.author_id,
    }
    if effect.verb == "reply":
        order["text"] = effect.text
    return json.dumps(order).encode()


def _able(can: Can) -> ChatStatus:
    def by(verb: Verb) -> Ability:
        return "platform" if verb in can.verbs else "by_hand"

    return ChatStatus(
        "lines",
        hide=by("hide"),
        unhide=by("unhide"),
        reply=by("reply"),
        ban=by("ban"),
        unban=by("unban"),
        reply_chars=can.reply_chars,
    )
