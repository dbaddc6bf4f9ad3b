"""How does the audit trail lie on the disk? SQLite, only ever added to, one sync a commit.

All functions block: call them in a thread.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final, cast

from livedesk.core.audit_chain import NOTHING, Proof
from livedesk.core.engine_status import AuditEntry
from livedesk.core.roles import ROLES
from livedesk.core.whole_file import PRIVATE

_TABLE: Final = """CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY, utc_ns INTEGER NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,
    act TEXT NOT NULL, store TEXT NOT NULL, outcome INTEGER NOT NULL, data TEXT NOT NULL,
    digest TEXT NOT NULL) STRICT"""
_COLUMNS: Final = "seq, utc_ns, actor, role, act, store, outcome, data, digest"
_BUSY_S: Final = 5.0
_STRETCH: Final = 200
_BREATH_S: Final = 0.001
"""Hashing holds the interpreter: after so many entries the event loop has its turn for sure."""


class AuditDamagedError(Exception):
    """The file, or a line of it, is not as it was written."""


def open_trail(path: Path) -> tuple[sqlite3.Connection, AuditEntry | None]:
    """A connection to add with, and the newest entry. Raises sqlite3.Error, OSError,
    AuditDamagedError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
    trail = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
    trail.text_factory = _as_it_is
    try:
        trail.execute("PRAGMA journal_mode = WAL")
        trail.execute("PRAGMA synchronous = FULL")
        trail.execute(_TABLE)
        row = trail.execute(f"SELECT {_COLUMNS} FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        return trail, None if row is None else _entry(row)
    except BaseException:
        trail.close()
        raise


def add(trail: sqlite3.Connection, entries: Sequence[AuditEntry]) -> None:
    """All of them or none, on the disk when it returns. Raises sqlite3.Error."""
    with trail:
        trail.executemany(
            f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [_row(entry) for entry in entries],
        )


def read_page(path: Path, after: int, limit: int) -> tuple[AuditEntry, ...]:
    """Entries with higher numbers, oldest first. Raises sqlite3.Error, AuditDamagedError."""
    with closing(_reader(path)) as trail:
        trail.text_factory = _readable
        rows = trail.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        )
        return tuple(_entry(row) for row in rows)


def prove_file(path: Path, known: Proof = NOTHING) -> Proof:
    """Looks through the file, from behind what is `known` on. One that cannot be read is broken
    from its first entry on. It takes a few seconds for 100,000 entries, and lets others run."""
    try:
        with closing(_reader(path)) as trail:
            trail.text_factory = _as_it_is
            proof = known
            for at, entry in enumerate(_behind(trail, known.entries), 1):
                proof = proof.after(entry)
                if at % _STRETCH == 0:
                    time.sleep(_BREATH_S)
            return proof
    except (sqlite3.Error, AuditDamagedError):
        return Proof(broken_at=1)


def _as_it_is(text: bytes) -> str:
    """Also where a byte was changed, so that the digest tells it and not the reading fails."""
    return text.decode("utf-8", "surrogateescape")


def _readable(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _reader(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)


def _behind(trail: sqlite3.Connection, seq: int) -> Iterator[AuditEntry]:
    # By the table itself and not by an index: what is proven is what is shown.
    wanted = f"SELECT {_COLUMNS} FROM entries WHERE seq > ? ORDER BY seq"
    for row in trail.execute(wanted, (seq,)):
        yield _entry(row)


def _row(entry: AuditEntry) -> tuple[int | str, ...]:
    return (
        entry.seq, entry.utc_ns, entry.actor, entry.role, entry.act, entry.store, entry.outcome,
        _text(entry.data), entry.digest,
    )  # fmt: skip


def _text(data: dict[str, str]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _entry(row: tuple[object, ...]) -> AuditEntry:
    seq, utc_ns, actor, role, act, store, outcome, text, digest = row
    try:
        data = json.loads(str(text))
    except ValueError:
        data = None
    sound = isinstance(data, dict) and all(isinstance(each, str) for each in data.values())
    if not (sound and role in ROLES and _text(data) == text):
        raise AuditDamagedError(f"entry {seq} of the audit trail is damaged")
    return AuditEntry(
        cast(int, seq), cast(int, utc_ns), str(actor), role, str(act), str(store),
        cast(int, outcome), data, str(digest),
    )  # fmt: skip
