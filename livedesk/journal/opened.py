"""How is a session file opened for reading, without changing it, also while it is written?"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from livedesk.journal.errors import DamagedSessionError, JournalError, NotASessionError
from livedesk.journal.rows import meta_info
from livedesk.journal.schema import BUSY_MS, SCHEMA_VERSION, SEALED_SINCE, check
from livedesk.journal.values import SessionInfo

MAX_SEQ: Final = 2**63 - 1
"""The largest number that SQLite can store."""

EVENT_COLUMNS: Final = "seq, t_ms, utc_ns, mono_ns, kind, level, source, text, actor, data"

_NO_LOCK_TABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)

_TROUBLE = {
    sqlite3.SQLITE_NOTADB: "it is no database, or its beginning is damaged",
    sqlite3.SQLITE_CORRUPT: "it is damaged (livedesk recover saves what can still be read)",
    sqlite3.SQLITE_IOERR: "the disk reports an error, or the file is cut off",
    sqlite3.SQLITE_BUSY: "another program holds it",
}


class OpenedFile:
    """One snapshot of a session file: what is written after opening is not seen.

    Everything that goes wrong while reading is a JournalError with a sentence.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        copy: Path | None = None,
        version: int = SCHEMA_VERSION,
    ) -> None:
        self.path = path
        self._connection = connection
        self._copy = copy
        self._is_sealed_format = version >= SEALED_SINCE
        self.meta = dict(connection.execute("SELECT key, value FROM meta"))
        self.info: SessionInfo = meta_info(self.meta)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises NotASessionError or NewerSessionError."""
        if not path.is_file():
            raise NotASessionError(path, "there is no such file")
        if not os.access(path, os.R_OK):
            why = "this user may not read it; do it as the user who runs the engine"
            raise NotASessionError(path, why)
        with in_words(path):
            try:
                return cls._begin(path, _connect(path, "mode=ro"))
            except sqlite3.OperationalError as error:
                # A text that is no UTF-8 is complained of by Python, without a code.
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NO_LOCK_TABLE:
                    raise
            return cls._open_in_read_only_folder(path)

    @classmethod
    def _open_in_read_only_folder(cls, path: Path) -> Self:
        """SQLite wants to write a lock table beside a WAL file; here it cannot.

        Without a WAL the file is whole and nobody can be writing it. With one, the newest rows
        are in the WAL, so both are copied to where SQLite may work.
        """
        wal = path.with_name(path.name + "-wal")
        if not wal.exists() or wal.stat().st_size == 0:
            return cls._begin(path, _connect(path, "immutable=1"))
        folder = Path(tempfile.mkdtemp(prefix="livedesk-"))
        try:
            shutil.copyfile(path, folder / path.name)
            shutil.copyfile(wal, folder / wal.name)
            return cls._begin(path, _connect(folder / path.name, "mode=ro"), folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    @classmethod
    def _begin(cls, path: Path, connection: sqlite3.Connection, copy: Path | None = None) -> Self:
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("BEGIN")
            version = check(connection, path)
            return cls(path, connection, copy, version)
        except BaseException:
            connection.close()
            raise

    def follow(self) -> None:
        """Give the snapshot up: from now on each read sees what is written by then, and a file that
        is held open for long keeps no writer from it."""
        with in_words(self.path):
            self._connection.execute("COMMIT")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    # A reader may be opened in one worker thread and read in another, never in two at once.
    return sqlite3.connect(
        f"file:{quote(bytes(path.absolute()))}?{how}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except JournalError:
        raise
    except (sqlite3.Error, OSError) as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise DamagedSessionError(path, _TROUBLE.get(code, str(error))) from error
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedSessionError(path, f"its content does not make sense ({error!r})") from error
