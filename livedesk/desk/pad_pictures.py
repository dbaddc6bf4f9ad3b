"""Which pictures does a pad have, and which does it fetch? One at a time, the last ones kept."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from livedesk.desk.errors import DeskError
from livedesk.desk.model import Moment
from livedesk.desk.pad import PadTile

log = logging.getLogger(__name__)

KEPT = 64
AGAIN_S = 30.0

Key = tuple[str, str, str]
"""Store, product, and where its picture comes from."""


class PadPictures:
    """Files as they came. `fetch` raises DeskError."""

    def __init__(
        self,
        fetch: Callable[[str, str], Awaitable[bytes | None]],
        spawn: Callable[[str, Coroutine[Any, Any, None]], object],
        now: Callable[[], Moment],
    ) -> None:
        self._fetch = fetch
        self._spawn = spawn
        self._now = now
        self._found: OrderedDict[Key, tuple[bytes | None, Moment]] = OrderedDict()
        self._call: Key | None = None

    def begin(self) -> None:
        """A new connection: what was asked for on another one is over."""
        self._call = None

    def picture(self, store: str, tile: PadTile, *, may_ask: bool) -> bytes | None:
        """One is fetched at a time, so that they take no more than one connection from the cues."""
        key = (store, tile.product_id, tile.picture)
        found = self._found.get(key)
        if found is not None:
            data, tried = found
            if data is not None or self._now().since_s(tried) < AGAIN_S:
                return data
        if self._call is None and may_ask:
            self._call = key
            self._spawn("picture", self._ask(key))
        return None

    async def _ask(self, key: Key) -> None:
        store, product_id, _ = key
        data: bytes | None = None
        try:
            data = await self._fetch(store, product_id)
        except DeskError as error:
            log.info("picture: %s", error)
        finally:
            if self._call == key:
                self._call = None
        self._found[key] = (data, self._now())
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
