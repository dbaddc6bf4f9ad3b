"""How do readers follow every change, and resume where they were?

Server-sent events as in the HTML standard, section 9.2. A reader holds a number and no queue: what
it has not seen is in the newest changes, which all readers share, or else in the database, where
each item comes once and as it is now. So a slow reader costs nothing and loses nothing.
"""

from __future__ import annotations

import asyncio
import bisect
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from livedesk.sandbox.rules import pages
from livedesk.sandbox.rules.answers import busy
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.faults import Faults
from livedesk.sandbox.rules.transaction import Change

SIGN_OF_LIFE_S: Final = 0.5
MOST_READERS: Final = 256
_NEWEST: Final = 5_000
_AT_ONCE: Final = 200
_STUCK_S: Final = 30.0
"""Who reads nothing for so long is hung up on; he comes back with his last id."""


class Feed:
    """Owned by the event loop. `publish` is given changes in order."""

    def __init__(
        self,
        database: Database,
        bounds: pages.Bounds,
        faults: Faults,
        sign_of_life_s: float = SIGN_OF_LIFE_S,
    ) -> None:
        self._database = database
        self._sign_of_life_s = sign_of_life_s
        self._floor = bounds.floor
        self._seq = bounds.seq
        self._since = bounds.seq
        self._newest: deque[Change] = deque(maxlen=_NEWEST)
        self._news = asyncio.Event()
        self._faults = faults
        self._closing = False
        self.readers = 0

    def publish(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if len(self._newest) == _NEWEST:
                self._since = self._newest[0].seq
            self._newest.append(change)
        self._seq = changes[-1].seq
        self._wake()

    def raise_floor(self, floor: int) -> None:
        """Items whose newest change is not above it may be gone."""
        self._floor = max(self._floor, floor)

    def close(self) -> None:
        self._closing = True
        self._wake()

    def response(self, stores: frozenset[str], last: int | None) -> StreamingResponse:
        """Raises Refusal when there are too many readers."""
        if self.readers >= MOST_READERS:
            raise busy("Too many streams are open.")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return _Impatient(
            self._stream(stores, last), media_type="text/event-stream", headers=headers
        )

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _stream(
        self, stores: frozenset[str], last: int | None
    ) -> AsyncGenerator[bytes, None]:
        self.readers += 1
        try:
            yield b"retry: 500\n\n"
            at = self._seq if last is None else last
            if not self._floor <= at <= self._seq:
                at = self._seq
                yield b'id: %d\nevent: reset\ndata: {"seq": %d}\n\n' % (at, at)
            before = at
            while not (self._closing or self._faults.is_down):
                at, changes = await self._next(stores, at)
                events = []
                for change in changes:
                    events.append(_piece(change, before))
                    before = change.seq
                told = b"".join(self._faults.spoiled(events))
                if told or not self._faults.wish.mute:
                    yield told or b": alive\nafter: %d\n\n" % before
        finally:
            self.readers -= 1

    async def _next(self, stores: frozenset[str], at: int) -> tuple[int, Sequence[Change]]:
        """What comes after `at` and up to where, waiting for a sign of life at most."""
        if at >= self._seq:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._sign_of_life_s)
        if at < self._since:
            missed = partial(pages.missed, stores=stores, after=at, limit=_AT_ONCE)
            upto = self._since
            found = await self._database.read(missed)
            return (found[-1].seq if found else upto), found
        first = bisect.bisect_right(self._newest, at, key=lambda change: change.seq)
        upto, found = at, []
        for change in list(self._newest)[first : first + _AT_ONCE]:
            upto = change.seq
            if not stores or not change.store or change.store in stores:
                found.append(change)
        return upto, found


def _piece(change: Change, before: int) -> bytes:
    """`before`: the id of what was told before it, so that a reader sees when something is missing;
    other readers of server-sent events let go of a field that they do not know."""
    kind = change.kind.encode()
    return b"id: %d\nafter: %d\nevent: %b\ndata: %b\n\n" % (change.seq, before, kind, change.data)


class _Impatient(StreamingResponse):
    """Ends when the other side takes nothing for long."""

    async def stream_response(self, send: Send) -> None:
        async def in_time(message: Message) -> None:
            async with asyncio.timeout(_STUCK_S):
                await send(message)

        try:
            with suppress(TimeoutError):
                await super().stream_response(in_time)
        finally:
            if isinstance(self.body_iterator, AsyncGenerator):
                await self.body_iterator.aclose()
