"""What can still be read of a session file that is damaged?

SQLite refuses a file as soon as one page on the way makes no sense, also for all pages behind it.
Here every page is looked at by itself, by the file format's own description
(https://www.sqlite.org/fileformat2.html): a leaf tells by the shape of its rows which table it is
of. The newest pages come from the write-ahead log, as far as their checksums hold. What was found
goes into a new file, with the digests as they were: its seal says whether events are missing or
altered.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.journal import schema
from livedesk.journal.chain import UNSEALED_UNTIL
from livedesk.journal.errors import JournalError, NewerSessionError, NotASessionError
from livedesk.journal.rows import info_meta, meta_info, to_json
from livedesk.journal.salvaging.pages import Cells, Pages, Value
from livedesk.journal.values import SessionInfo

SALVAGED_META: Final = "salvaged"
"""In `meta` of a salvaged file: what was lost, as a list of sentences."""

LONGEST_MS: Final = 30 * 24 * 3_600_000
"""No session lasts a month: a time beyond that is damage."""
LAST_NS: Final = 4_102_444_800 * NS_PER_S
"""2100, of wall times likewise."""
_MOST_WRONG_BITS: Final = 2
"""In the mark of our files: more are no damage, but the mark of another program."""
MOST: Final = 1e15
"""No figure is larger than this."""

_COLUMN_COUNTS: Final = frozenset((2, 3, 4, 8, 10, 11))
"""Of our tables, by which SQLite's own are told from a row of ours that makes no sense."""

_INTO: Final = {
    "events": "INSERT OR IGNORE INTO events VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    "ticks": "INSERT OR IGNORE INTO ticks VALUES (?,?,?)",
    "stills": "INSERT OR IGNORE INTO stills VALUES (?,?,?,?)",
    "samples": "INSERT OR IGNORE INTO samples VALUES (?,?,?,?,?,?,?,?)",
}


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`path`: a readable session file. `lost`: what is missing in it, a sentence each."""

    path: Path
    events: int
    samples: int
    stills: int
    lost: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    meta: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_INTO, 0))
    unusable: int = 0
    """Rows of pages that do make sense, which themselves do not."""


def salvage(path: Path, folder: Path) -> Salvaged:
    """Write what can be read of `path` to a file of the same name in `folder`, another folder.

    Takes seconds for a long session. Raises NotASessionError where there is nothing of a session
    in the file, NewerSessionError, JournalError where `folder` has no room for it, and OSError of
    `folder`.
    """
    try:
        pages = Pages.read(path)
    except OSError as error:
        raise NotASessionError(path, error.strerror or str(error)) from error
    with closing(pages):
        _refuse_foreign(pages, path)
        return _salvaged(pages, path, folder)


def _salvaged(pages: Pages, path: Path, folder: Path) -> Salvaged:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / path.name
    if target.exists() and target.samefile(path):
        raise ValueError(f"{folder} holds the damaged file itself")
    _remove(target)
    try:
        with closing(schema.connect(target)) as connection:
            found, lost = _fill(connection, pages, path)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        _remove(target)
        raise JournalError(
            f"What can be read of {path} does not go into {folder}: {error}. "
            "Free some space there, or name another folder."
        ) from error
    except BaseException:
        _remove(target)
        raise
    rows = found.rows
    return Salvaged(target, rows["events"], rows["samples"], rows["stills"], lost)


def _refuse_foreign(pages: Pages, path: Path) -> None:
    wrong_bits = (pages.application_id ^ schema.APPLICATION_ID).bit_count()
    if pages.has_header and wrong_bits > _MOST_WRONG_BITS:
        raise NotASessionError(path, "it is a database of another program")
    version = pages.user_version
    if pages.has_header and schema.SCHEMA_VERSION < version < 1_000:
        raise NewerSessionError(path, version, schema.SCHEMA_VERSION)


def _fill(
    connection: sqlite3.Connection, pages: Pages, path: Path
) -> tuple[_Found, tuple[str, ...]]:
    found = _Found()
    schema.prepare(connection, path, {})
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for cells in pages.leaves():
        _take(connection, cells, found)
    if not found.meta.get("session") and not found.rows["events"]:
        raise NotASessionError(path, "nothing in it is of a session")
    lost = [*_lost_pages(pages), *_lost_rows(found)]
    info = _described(found.meta)
    if info is None:
        lost.append(
            "What the record says of the session itself is lost: its name, its start and its "
            "limits are stand-ins."
        )
        found.meta |= info_meta(_stand_in(connection, path))
    if pages.user_version < schema.SEALED_SINCE:
        found.meta |= _never_sealed(connection)
    meta = found.meta | {
        "schema_version": str(schema.SCHEMA_VERSION),
        SALVAGED_META: to_json(list(lost)),
    }
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", sorted(meta.items()))
    connection.execute("COMMIT")
    return found, tuple(lost)


def _take(connection: sqlite3.Connection, cells: Cells, found: _Found) -> None:
    """All rows of one page."""
    found.unusable += cells.unusable
    for each in cells.rows:
        known = _recognised(each)
        if known is None:
            found.unusable += len(each) in _COLUMN_COUNTS
            continue
        table, row = known
        if table == "meta":
            found.meta.setdefault(str(row[0]), str(row[1]))
            continue
        found.rows[table] += connection.execute(_INTO[table], row).rowcount


def _recognised(row: tuple[Value, ...]) -> tuple[str, tuple[Value, ...]] | None:
    """Which table a row is of, by its shape; a row of nothing that we know is None."""
    match row:
        case (int(), int(), int(), int(), str(), str(), str(), str(), str() | None, str(), *rest):
            return _event(row, rest)
        case (int(t_s), int(utc_ns), int()) if _is_time(t_s * 1_000, utc_ns):
            return "ticks", row
        case (int(t_ms), int(utc_ns), str(), bytes()) if _is_time(t_ms, utc_ns):
            return "stills", row
        case (str(), str(), int(t_s), int(), int(n), *figures) if _is_time(t_s * 1_000, 0):
            return ("samples", row) if n > 0 and _are_figures(figures) else None
        case (str(), str(value)) if _is_json(value):
            return "meta", row
    return None


def _event(row: tuple[Value, ...], rest: list[Value]) -> tuple[str, tuple[Value, ...]] | None:
    digest = rest[0] if rest else None
    data = row[9]
    is_sound = (
        len(rest) <= 1
        and isinstance(digest, str | None)
        and isinstance(row[1], int)
        and isinstance(row[2], int)
        and _is_time(row[1], row[2])
        and isinstance(data, str)
        and _is_json(data, dict)
    )
    return ("events", (*row[:10], digest)) if is_sound else None


def _is_time(t_ms: int, utc_ns: int) -> bool:
    """Events may be older than the session: what led to it."""
    return abs(t_ms) < LONGEST_MS and 0 <= utc_ns <= LAST_NS


def _are_figures(values: list[Value]) -> bool:
    """Minimum, mean and maximum; no number is larger than MOST, and NaN is none."""
    return len(values) == 3 and all(
        isinstance(each, int | float) and abs(each) <= MOST for each in values
    )


def _is_json(text: str, kind: type = object) -> bool:
    try:
        return isinstance(json.loads(text), kind)
    except ValueError:
        return False


def _described(meta: dict[str, str]) -> SessionInfo | None:
    try:
        return meta_info(meta)
    except (KeyError, TypeError, ValueError):
        return None


def _never_sealed(connection: sqlite3.Connection) -> dict[str, str]:
    """Of a file of format 1 nothing had a digest: that it has none now is no damage."""
    sealed, newest = connection.execute("SELECT count(digest), max(seq) FROM events").fetchone()
    return {} if sealed else {UNSEALED_UNTIL: str(newest or 0)}


def _stand_in(connection: sqlite3.Connection, path: Path) -> SessionInfo:
    """A session that starts where the oldest row says it did."""
    store = path.parent.name
    first = connection.execute(
        "SELECT utc_ns - t * 1000000, mono_ns - t * 1000000 FROM ("
        "SELECT t_ms AS t, utc_ns, mono_ns FROM events UNION ALL "
        "SELECT t_s * 1000, utc_ns, mono_ns FROM ticks) ORDER BY t LIMIT 1"
    ).fetchone()
    utc_ns, mono_ns = first or (0, 0)
    return SessionInfo(f"{store}-{path.stem}", store, store, "", utc_ns, mono_ns)


def _lost_pages(pages: Pages) -> Iterator[str]:
    size = pages.page_size
    if pages.missing:
        yield (
            f"The file ends too early: {pages.missing} of {pages.expected} pages of {size} bytes "
            "are missing."
        )
    if pages.senseless:
        yield f"{pages.senseless} pages of {size} bytes are damaged and cannot be read."
    if pages.torn_frames:
        yield (
            f"{pages.torn_frames} entries of its write-ahead log are damaged; what they changed "
            "last is missing."
        )


def _lost_rows(found: _Found) -> Iterator[str]:
    if found.unusable:
        are = "row is" if found.unusable == 1 else "rows are"
        yield f"{found.unusable} {are} damaged and left out."


def _remove(target: Path) -> None:
    for end in ("-wal", "-shm", ""):
        target.with_name(target.name + end).unlink(missing_ok=True)
