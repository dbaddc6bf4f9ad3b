"""How does a window get the files of product pictures? Few at a time, what is on screen first."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from livedesk.desk.errors import DeskError, RefusedError
from livedesk.desk.model import Moment

log = logging.getLogger(__name__)

KEPT = 200
LARGEST_BYTES = 2 * 1024 * 1024
"""A larger picture is not for a list."""

CALLS = 3
"""At once; a pad makes one, so that pictures take no more than one connection from its cues."""

AGAIN_S = 30.0
"""A picture that the engine had not may have come meanwhile."""

AGAIN_AFTER_FAULT_S = 2.0
MOST_WAITING = 60

Key = tuple[str, str, str]
"""Store, product, and what the product says of its picture: a new one is fetched anew."""


class PictureClient(Protocol):
    async def picture(self, store: str, product_id: str) -> bytes | None:
        """None when the product has none. Raises DeskError."""
        ...


class ProductPictures:
    """The pictures of all stores of a desk, bounded."""

    def __init__(
        self,
        client: Callable[[], PictureClient],
        spawn: Callable[[str, Coroutine[Any, Any, None]], object],
        now: Callable[[], Moment],
        calls: int = CALLS,
    ) -> None:
        self._client, self._spawn, self._now = client, spawn, now
        self._files: OrderedDict[Key, tuple[bytes | None, Moment]] = OrderedDict()
        self._waiting: OrderedDict[Key, None] = OrderedDict()
        self._fetching: set[Key] = set()
        self._most_calls = calls
        self._calling = 0

    def picture(self, store: str, product_id: str, picture: str) -> bytes | None:
        """The file of a product's picture, or None; it is fetched meanwhile."""
        key = (store, product_id, picture)
        if not picture:
            return None
        if key in self._files:
            content, fetched = self._files[key]
            if content is not None or self._now().since_s(fetched) < AGAIN_S:
                self._files.move_to_end(key)
                return content
        if key in self._fetching:
            return None
        self._waiting[key] = None
        self._waiting.move_to_end(key)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        if self._calling < self._most_calls:
            self._calling += 1
            self._spawn("pictures", self._fetch_all())
        return None

    def attached(self) -> None:
        """A call that was ended before it began has counted itself and not counted itself out."""
        self._calling = 0
        self._fetching.clear()

    async def _fetch_all(self) -> None:
        """Fetch what is waited for, the newest wish first, as it is what is on screen."""
        try:
            while self._waiting:
                key, _ = self._waiting.popitem()
                self._fetching.add(key)
                try:
                    await self._fetch(key)
                finally:
                    self._fetching.discard(key)
        finally:
            self._calling = max(0, self._calling - 1)

    async def _fetch(self, key: Key) -> None:
        store, product_id, _ = key
        try:
            content = await self._client().picture(store, product_id)
        except RefusedError as error:
            log.info("picture: %s", error)
            content = None
        except DeskError as error:
            log.debug("picture: %s", error)
            await asyncio.sleep(AGAIN_AFTER_FAULT_S)
            return
        is_usable = content is not None and len(content) <= LARGEST_BYTES
        self._files[key] = content if is_usable else None, self._now()
        while len(self._files) > KEPT:
            self._files.popitem(last=False)
