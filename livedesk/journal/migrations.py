"""How does a file of an earlier format become one of this format, when it is written on?

Only a session that goes on is changed; who reads an earlier format reads it as it is. All steps are
part of the transaction of the caller, so that a crash leaves the file in the one format or in the
other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from livedesk.journal.chain import UNSEALED_UNTIL

STILLS_TABLE: Final = """
CREATE TABLE stills (
    t_ms INTEGER PRIMARY KEY,
    utc_ns INTEGER NOT NULL,
    why TEXT NOT NULL,
    jpeg BLOB NOT NULL
) STRICT
"""


def migrate(connection: sqlite3.Connection, version: int, to_version: int) -> None:
    """Step by step, from each format to the next."""
    for step in range(version, to_version):
        _STEPS[step](connection)
    if version < to_version:
        connection.execute(f"PRAGMA user_version = {to_version}")
        connection.execute(
            "UPDATE meta SET value = ? WHERE key = 'schema_version'", (str(to_version),)
        )


def _seal_from_here(connection: sqlite3.Connection) -> None:
    """1 to 2. What was written without a seal stays without: nobody can vouch for it any more."""
    connection.execute("ALTER TABLE events ADD COLUMN digest TEXT")
    connection.execute(STILLS_TABLE)
    (newest,) = connection.execute("SELECT max(seq) FROM events").fetchone()
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?)",
        [(UNSEALED_UNTIL, str(newest or 0)), ("dropped_stills", "0")],
    )


_STEPS: Final[dict[int, Callable[[sqlite3.Connection], None]]] = {1: _seal_from_here}
