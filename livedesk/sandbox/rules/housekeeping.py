"""What happens by itself? Claims run out, and what nobody needs any more is let go."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from functools import partial
from typing import Final

from livedesk.core.clock import NS_PER_S, Clock
from livedesk.moderation.items import MOST_CLAIM_S
from livedesk.sandbox.rules import acts
from livedesk.sandbox.rules.answers import Refusal
from livedesk.sandbox.rules.database import Database
from livedesk.sandbox.rules.stream import Feed
from livedesk.sandbox.rules.transaction import Transaction

log = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 0.2
_TIDY_EVERY_S: Final = 600.0
_AT_ONCE: Final = 500
_DAY_NS: Final = 24 * 3600 * NS_PER_S
MOST_AUTHORS: Final = 200_000
"""Whose last comments are kept, over all stores."""


class Housekeeping:
    def __init__(self, database: Database, clock: Clock, feed: Feed, keep_days: float) -> None:
        self._database = database
        self._clock = clock
        self._feed = feed
        self._keep_ns = round(keep_days * _DAY_NS)

    async def run(self) -> None:
        """Until cancelled. A disk that is full now may not be at the next look."""
        tidied_ns: int | None = None
        while True:
            try:
                await self.end_claims()
                mono_ns = self._clock.mono_ns()
                if tidied_ns is None or mono_ns - tidied_ns >= _TIDY_EVERY_S * NS_PER_S:
                    tidied_ns = mono_ns
                    await self.tidy()
            except (Refusal, sqlite3.Error) as fault:
                log.warning("the rule service will look after its claims again: %s", fault)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def end_claims(self) -> None:
        """Also those that a clock which was set back would let last for hours. What is left over,
        or was found by a clock that was set back since, has its turn at the next look."""
        ended = partial(_run_out, utc_ns=self._clock.utc_ns())
        if ids := await self._database.read(ended):
            await self._database.write(partial(_lapse, ids=ids))

    async def tidy(self) -> None:
        """A part at a time, so that no decision waits for it."""
        while floor := await self._database.write(partial(_forget_items, keep_ns=self._keep_ns)):
            self._feed.raise_floor(floor)
        await self._database.write(_forget_authors)


def _run_out(connection: sqlite3.Connection, utc_ns: int) -> list[str]:
    found = connection.execute(
        "SELECT id FROM items WHERE claim_until IS NOT NULL"
        " AND (claim_until <= ? OR claim_until > ?) LIMIT ?",
        (utc_ns, utc_ns + round(MOST_CLAIM_S * NS_PER_S), _AT_ONCE),
    )
    return [row[0] for row in found]


def _lapse(changes: Transaction, ids: list[str]) -> None:
    acts.lapse(changes, ids)


def _forget_items(changes: Transaction, keep_ns: int) -> int:
    """Forget old items that are settled; the greatest of their numbers, 0 if there was none."""
    before_ns = changes.utc_ns - keep_ns
    rows = changes.connection.execute(
        "SELECT id, seq FROM items WHERE changed_ns < ? AND is_open = 0"
        " AND claim_until IS NULL ORDER BY seq LIMIT ?",
        (before_ns, _AT_ONCE),
    ).fetchall()
    if not rows:
        return 0
    floor = max(row[1] for row in rows)
    ids = [(row[0],) for row in rows]
    changes.connection.executemany("DELETE FROM items WHERE id = ?", ids)
    changes.connection.execute("DELETE FROM keys WHERE utc_ns < ?", (before_ns,))
    changes.connection.execute(
        "UPDATE meta SET value = max(value, ?) WHERE name = 'floor'", (floor,)
    )
    return int(floor)


def _forget_authors(changes: Transaction) -> None:
    changes.connection.execute(
        "DELETE FROM recent WHERE utc_ns < (SELECT utc_ns FROM recent"
        " ORDER BY utc_ns DESC LIMIT 1 OFFSET ?)",
        (MOST_AUTHORS,),
    )
