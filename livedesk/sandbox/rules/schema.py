"""What is kept, and how is the file opened?

An item is kept as its JSON, beside what is looked for in it. `items.seq` is the number of its
newest change: who knows everything up to a number asks for what has a greater one, so a stream can
be resumed after any time, and each item comes once and as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_MS

VERSION: Final = 1
APPLICATION_ID: Final = 0x6C647273
"""Marks the file as a rule service's (SQLite file format, section 1.3.18); "ldrs"."""
_BUSY_S: Final = 5.0

_TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE items (
  id TEXT PRIMARY KEY, store TEXT NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL,
  is_open INTEGER NOT NULL, changed_ns INTEGER NOT NULL, rule TEXT NOT NULL, list TEXT NOT NULL,
  by_rule TEXT NOT NULL, decided INTEGER NOT NULL, overturned INTEGER NOT NULL,
  claim_until INTEGER, data BLOB NOT NULL);
CREATE UNIQUE INDEX items_seq ON items (seq);
CREATE INDEX items_store ON items (store, seq);
CREATE INDEX items_open ON items (seq) WHERE is_open = 1;
CREATE INDEX items_claimed ON items (claim_until) WHERE claim_until IS NOT NULL;
CREATE INDEX items_rule ON items (rule, store) WHERE rule <> '';
CREATE TABLE keys (
  key TEXT PRIMARY KEY, item_id TEXT NOT NULL, kind TEXT NOT NULL, reply TEXT NOT NULL,
  by TEXT NOT NULL, utc_ns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE recent (
  store TEXT NOT NULL, author TEXT NOT NULL, utc_ns INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (store, author)) WITHOUT ROWID;
CREATE INDEX recent_age ON recent (utc_ns);
CREATE TABLE rules (
  number INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL UNIQUE,
  utc_ns INTEGER NOT NULL, by TEXT NOT NULL, rules INTEGER NOT NULL, terms INTEGER NOT NULL,
  document BLOB NOT NULL);
CREATE TABLE warnings (
  id TEXT PRIMARY KEY, store TEXT NOT NULL, seq INTEGER NOT NULL UNIQUE, utc_ns INTEGER NOT NULL,
  data BLOB NOT NULL);
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, utc_ns INTEGER NOT NULL, by TEXT NOT NULL, role TEXT NOT NULL,
  act TEXT NOT NULL, store TEXT NOT NULL, item_id TEXT NOT NULL, data BLOB NOT NULL,
  hash TEXT NOT NULL);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_whole BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""


class NotOursError(Exception):
    """The file cannot be used; the text says why and what to do."""


def held(path: Path) -> sqlite3.Connection:
    """A lock that any exit gives back: two services would not hear of each other's changes.

    Raises NotOursError while another service holds it.
    """
    lock = path.with_suffix(".lock")
    with _named(lock):
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            raise NotOursError(
                f"{path} is in use by another rule service: end that one, or take another folder"
            ) from None
        return connection


def opened(path: Path, utc_ns: int) -> sqlite3.Connection:
    """For writing; laid out if it is new. Each commit is on the disk when it returns.

    Numbers of changes begin with the millisecond (UTC) of the file's making, so that a number from
    a file that was lost is known to be too old. A file that is not ours, or damaged, stays as it
    is. Raises NotOursError, OSError.
    """
    _check_log(path)
    path.touch(mode=0o600)
    with _named(path):
        connection = _connected(path)
        try:
            is_new = _is_new(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            if is_new:
                _lay_out(connection, utc_ns)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_log(path: Path) -> None:
    """SQLite would remove the log of a database that has vanished: with it, what can be saved."""
    log = path.with_name(f"{path.name}-wal")
    is_gone = not path.exists() or path.stat().st_size == 0
    if is_gone and log.exists() and log.stat().st_size > 0:
        raise NotOursError(
            f"{path} is gone or empty, but {log.name} beside it is not: "
            "put the database back, or take another folder"
        )


def _is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """Raises NotOursError when it is not for this service."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    if (tables, version, mark) == (0, 0, 0):
        return True
    if mark != APPLICATION_ID:
        raise NotOursError(f"{path} is the database of another program: take another folder")
    if version != VERSION:
        raise NotOursError(
            f"{path} is of version {version}, and this service knows {VERSION}: "
            "use the newer service, or another folder"
        )
    return False


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """SQLite's errors do not say which file. Raises NotOursError in their stead."""
    try:
        yield
    except sqlite3.Error as fault:
        raise NotOursError(
            f"{path} cannot be used ({fault}): end what else uses it, put a copy back, or take "
            "another folder"
        ) from fault


def opened_for_reading(path: Path) -> sqlite3.Connection:
    connection = _connected(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    # Transactions are begun and ended by hand.
    return sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)


def _lay_out(connection: sqlite3.Connection, utc_ns: int) -> None:
    first = utc_ns // NS_PER_MS
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES}"
        f"INSERT INTO meta VALUES ('seq', {first}), ('floor', {first});"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    )
