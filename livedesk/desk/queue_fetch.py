"""How does the mirror get what it lacks of a store's queue? Page by page, while changes come in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from livedesk.desk.errors import DeskError
from livedesk.desk.moderation_client import ModerationClient
from livedesk.desk.queue_model import QueueBook

log = logging.getLogger(__name__)

AGAIN_AFTER_S: Final = 2.0
"""Between a queue that could not be fetched and the next try."""

Wait = Callable[[float], Awaitable[None]]


class QueueFetch:
    """One fetch a store at a time."""

    def __init__(
        self,
        book: QueueBook,
        client: Callable[[], ModerationClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], None],
        wait: Wait,
        grown: Callable[[], None],
    ) -> None:
        """`grown`: a page was taken in."""
        self._book = book
        self._grown = grown
        self._client = client
        self._spawn = spawn
        self._wait = wait
        self._fetching: set[str] = set()

    def attached(self) -> None:
        """Another engine: what was under way went to the one before."""
        self._fetching.clear()

    def catch_up(self, store: str) -> None:
        if self._book.lacks(store) and store not in self._fetching:
            self._fetching.add(store)
            self._spawn("queue", self._fetch(store))

    async def _fetch(self, store: str) -> None:
        """Statuses come four times a second: a fetch that fails is not repeated with each."""
        self._book.fetch_begins(store)
        try:
            self._book.fetched(store, await self._pages(store))
        except DeskError as error:
            self._book.fetch_failed(store)
            log.info("queue of %s: %s", store, error)
            await self._wait(AGAIN_AFTER_S)
        except asyncio.CancelledError:
            self._book.fetch_failed(store)
            raise
        finally:
            self._fetching.discard(store)

    async def _pages(self, store: str) -> int:
        """Take in all pages; returns the revision of the first."""
        client, queue = self._client(), self._book.queue(store)
        page = await client.queue(store)
        revision, queue.faq = page.revision, page.faq or queue.faq
        while True:
            for item in page.items:
                self._book.take(item)
            self._grown()
            if not page.after:
                return revision
            page = await client.queue(store, page.after)
