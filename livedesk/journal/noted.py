"""What did somebody else note of a record when it ended?

A file that was cut off behind a whole event looks as if no more had ever happened: its own seal
holds. The engine notes the head of each record in its audit trail, which lies in the same data
folder and has a chain of its own.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

TRAIL_FILE: Final = "audit.livedesk"
"""Below the data folder."""
SEALED_ACT: Final = "session.sealed"

_NOTED: Final = (
    "SELECT json_extract(data, '$.head') FROM entries WHERE act = ? AND json_valid(data) "
    "AND json_extract(data, '$.session') = ? ORDER BY seq DESC LIMIT 1"
)


def noted_head(session_file: Path, session: str) -> str:
    """The head that the trail has of the session; empty where there is none, as of a file that
    lies elsewhere, of a session that goes on, and of a trail that cannot be read."""
    folders = session_file.absolute().parents
    trail = folders[2] / TRAIL_FILE if len(folders) > 2 else None
    if trail is None or not trail.is_file():
        return ""
    try:
        address = f"file:{quote(str(trail))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=5.0)) as connection:
            found = connection.execute(_NOTED, (SEALED_ACT, session)).fetchone()
    except sqlite3.Error:
        return ""
    return found[0] if found and isinstance(found[0], str) else ""
