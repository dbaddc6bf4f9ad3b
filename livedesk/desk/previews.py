"""What does the store on screen look like right now? It is asked for twice a second."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from livedesk.desk.client import EngineClient, Picture
from livedesk.desk.errors import DeskError
from livedesk.desk.model import Moment

log = logging.getLogger(__name__)

PERIOD_S = 0.5
STALE_S = 4.0
"""Longer than two seconds between keyframes, which is how often a frugal probe has a picture."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The newest picture of a store and how old it is by now."""

    picture: Picture
    age_s: float

    @property
    def stale(self) -> bool:
        return self.age_s >= STALE_S


class Previews:
    """Of one store at a time."""

    def __init__(self, client: Callable[[], EngineClient], now: Callable[[], Moment]) -> None:
        """`client` raises DeskError while no engine is attached."""
        self._client, self._now = client, now
        self._watched: str | None = None
        self._newest: tuple[str, Picture, Moment] | None = None

    def watch(self, store: str | None) -> None:
        self._watched = store

    def preview(self, store: str) -> Preview | None:
        if self._newest is None or self._newest[0] != store:
            return None
        _, picture, received = self._newest
        return Preview(picture, picture.age_s + self._now().since_s(received))

    async def poll(self) -> None:
        while True:
            if self._watched is not None:
                await self._fetch(self._watched)
            await asyncio.sleep(PERIOD_S)

    async def _fetch(self, store: str) -> None:
        try:
            picture = await self._client().preview(store)
        except DeskError as error:
            log.debug("preview: %s", error)
            return
        if picture is not None:
            self._newest = store, picture, self._now()
