"""What is in a session file, and how is it opened so that a crash cannot hurt it?

SQLite in WAL mode. Every pragma that matters is set here, because defaults differ by build.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from livedesk.journal.errors import NewerSessionError, NotASessionError
from livedesk.journal.migrations import STILLS_TABLE, migrate

APPLICATION_ID = 0x4C76446B
"""`LvDk` in the file header (SQLite's application id), so that `file` and we know our own."""

SCHEMA_VERSION = 2
"""2: events have a digest, and there are stills (migrations.py)."""

SEALED_SINCE = 2
"""The format in which the seal and the stills came."""

FILE_SUFFIX = ".livedesk"

BUSY_MS = 2_000
"""How long a statement waits for another process's lock before it counts as trouble."""

_PRAGMAS = (
    "page_size = 4096",
    "encoding = 'UTF-8'",
    "auto_vacuum = NONE",
    "locking_mode = NORMAL",
    "journal_mode = WAL",
    "synchronous = FULL",
    "wal_autocheckpoint = 1000",
    "journal_size_limit = 4194304",
    "cache_size = -4000",
    "mmap_size = 0",
    "temp_store = MEMORY",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)

_TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    t_ms INTEGER NOT NULL,
    utc_ns INTEGER NOT NULL,
    mono_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    actor TEXT,
    data TEXT NOT NULL,
    digest TEXT
) STRICT;
CREATE TABLE ticks (
    t_s INTEGER PRIMARY KEY,
    utc_ns INTEGER NOT NULL,
    mono_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE samples (
    figure TEXT NOT NULL,
    subject TEXT NOT NULL,
    t_s INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    n INTEGER NOT NULL,
    min REAL NOT NULL,
    mean REAL NOT NULL,
    max REAL NOT NULL,
    PRIMARY KEY (figure, subject, t_s, epoch)
) STRICT, WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open for writing; the one connection belongs to the thread that opened it."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: Path, meta: dict[str, str]) -> None:
    """Lay the tables and `meta` into a new file in one transaction; check an existing file."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _is_blank(connection):
            for statement in (*_TABLES.strip().split(";\n"), STILLS_TABLE):
                connection.execute(statement)
            connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        else:
            migrate(connection, check(connection, path), SCHEMA_VERSION)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def check(connection: sqlite3.Connection, path: Path) -> int:
    """The file's format. Refuses what is not ours and what a later livedesk wrote."""
    if _is_blank(connection):
        raise NotASessionError(path, "it is empty, the engine stopped before anything was written")
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise NotASessionError(path, "it is a database of another program")
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise NewerSessionError(path, version, SCHEMA_VERSION)
    if version < 1:
        raise NotASessionError(path, "its header does not say which format it has")
    return version


def _is_blank(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
