"""What is to be shown, in which order, and what was? Kept over restarts; shows themselves are pure
(`pins/show.py`)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from livedesk.core.events import Json, Level
from livedesk.core.pins import Product, RunOfShow
from livedesk.engine.pinning.cues import CueError
from livedesk.engine.pinning.show_file import ShowFile, read_show_file, show_path
from livedesk.engine.pinning.show_orders import ShowOrder
from livedesk.pins import show as shows
from livedesk.pins.show import ShowError

log = logging.getLogger(__name__)

_LOOK = "Look at the run of show again (GET S/show), then order anew."


class TellOf(Protocol):
    """Puts an event in line for the record."""

    def __call__(
        self, kind: str, level: Level, text: str, data: dict[str, Json], actor: str = ""
    ) -> object: ...


class ShowKeeper:
    """The run of show of one store."""

    def __init__(self, data: Path, store: str, tell: TellOf) -> None:
        self._path = show_path(data, store)
        self._file = ShowFile(self._path, self._tell_kept)
        self._tell = tell
        self._session = ""
        self.show = RunOfShow()

    async def load(self) -> None:
        content = await asyncio.to_thread(read_show_file, self._path)
        if content is None:
            return
        try:
            text = content.decode()
            self.show = shows.from_json(text)
            self._session = str(json.loads(text).get("session", ""))
        except (ShowError, UnicodeDecodeError) as error:
            log.warning("%s is not used: %s", self._path, error)

    async def run(self) -> None:
        await self._file.run()

    async def close(self) -> None:
        await self._file.flush()

    def begin(self, session: str) -> None:
        """A new session begins at the top; what was skipped while it was prepared stays so."""
        if session == self._session:
            return
        self._session = session
        fresh = tuple(
            replace(cue, pins=0, state="waiting" if cue.state == "done" else cue.state)
            for cue in self.show.cues
        )
        is_same = fresh == self.show.cues
        self._keep(self.show if is_same else RunOfShow(self.show.revision + 1, fresh))

    def fill(self, products: Sequence[Product]) -> None:
        """The first time, it is what the catalogue's positions say."""
        if self.show.cues or self.show.revision:
            return
        built = shows.from_products(products)
        if built.cues:
            self._changed(replace(built, revision=1), "built", {})

    def shown(self, product_id: str) -> None:
        """Not told: the pin's own events say it."""
        changed = shows.shown(self.show, product_id)
        if changed != self.show:
            self._keep(changed)

    def change(self, order: ShowOrder, products: Sequence[Product], actor: str) -> RunOfShow:
        """Raises CueError."""
        if order.revision is not None and order.revision != self.show.revision:
            problem = "The run of show was changed meanwhile."
            raise CueError("changed", problem, _LOOK)
        try:
            changed = self._ordered(order, products)
        except ShowError as error:
            raise CueError(error.code, error.text, _LOOK) from error
        data: dict[str, Json] = {"cue_id": order.cue_id, "product_id": order.product_id}
        self._changed(changed, order.op, {key: told for key, told in data.items() if told}, actor)
        return self.show

    def _ordered(self, order: ShowOrder, products: Sequence[Product]) -> RunOfShow:
        """Raises ShowError."""
        show, cue_id = self.show, order.cue_id
        match order.op:
            case "move":
                return shows.move(show, cue_id, len(show.cues) if order.to is None else order.to)
            case "skip":
                return shows.skip(show, cue_id)
            case "unskip":
                return shows.unskip(show, cue_id)
            case "repeat":
                return shows.repeat(show, cue_id)
            case "add":
                if all(product.id != order.product_id for product in products):
                    raise ShowError("unknown_product", "The catalogue has no such product.")
                return shows.add(show, order.product_id, order.to)
            case "remove":
                return shows.remove(show, cue_id)
            case "reset":
                if show.cues:
                    return shows.reset(show)
                return replace(shows.from_products(products), revision=show.revision + 1)

    def _changed(self, show: RunOfShow, op: str, data: dict[str, Json], actor: str = "") -> None:
        if show == self.show:
            return
        self._keep(show)
        told: dict[str, Json] = {"op": op, "revision": show.revision, "lines": len(show.cues)}
        text = f"The run of show was changed ({op}); {len(show.cues):,} lines."
        self._tell("show.changed", "info", text, told | data, actor)

    def _tell_kept(self, problem: str) -> None:
        if problem:
            text = f"The run of show would not survive a restart of the engine: {problem}"
            self._tell("show.not_kept", "warning", text, {"reason": problem})
        else:
            self._tell("show.kept", "info", "The run of show is kept again.", {})

    def _keep(self, show: RunOfShow) -> None:
        self.show = show
        content = json.loads(shows.to_json(show)) | {"session": self._session}
        self._file.put(json.dumps(content, ensure_ascii=False).encode())
