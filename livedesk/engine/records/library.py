"""Which sessions are on this machine, as windows see them?

Files change seldom and there may be thousands: what a file says is remembered until its size or
time changes. All of it blocks: call it in a thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from livedesk.core.records import RecordedSession
from livedesk.journal.retention import KeptMarksError, kept, mark_of
from livedesk.journal.sessions import SessionEntry, describe, recorded, session_files

_WAL: Final = "-wal"

Fingerprint = tuple[tuple[int, int], ...]
"""Size and time of a session file and of its write-ahead log."""


@dataclass(frozen=True, slots=True)
class Found:
    """A session with its file, and how far that reaches."""

    session: RecordedSession
    path: Path
    fingerprint: Fingerprint
    until_utc_ns: int = 0


class Library:
    """The session files of one data folder."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._known: dict[Path, tuple[Fingerprint, SessionEntry]] = {}
        self._one_at_a_time = threading.Lock()

    def all(self, running: Set[str]) -> list[Found]:
        """All session files, the newest first. `running`: ids of sessions that are open now.

        No two have the same id: a copy of a file is called by its place.
        """
        with self._one_at_a_time:
            looked = [self._look(path, running) for path in session_files(self._data)]
            found = [each for each in looked if each is not None]
            self._known = {each.path: self._known[each.path] for each in found}
        marks = self._why_kept(each.path for each in found)
        taken: set[str] = set()
        listed = []
        for each in found:
            session = each.session
            if session.id in taken:
                session = replace(session, id=recorded(SessionEntry(each.path)).id)
            taken.add(session.id)
            why = marks.get(mark_of(each.path), "")
            listed.append(replace(each, session=replace(session, kept=why)))
        return listed

    def find(self, session_id: str, running: Set[str]) -> Found | None:
        return next((f for f in self.all(running) if f.session.id == session_id), None)

    def _why_kept(self, paths: Iterable[Path]) -> dict[str, str]:
        """Marks that cannot be read protect all: so it looks, and so it is when one deletes."""
        try:
            return kept(self._data)
        except KeptMarksError as error:
            return dict.fromkeys(map(mark_of, paths), str(error))

    def _look(self, path: Path, running: Set[str]) -> Found | None:
        try:
            fingerprint = _fingerprint(path)
        except FileNotFoundError:
            return None  # deleted just now
        known = self._known.get(path)
        if known is None or known[0] != fingerprint:
            known = self._known[path] = fingerprint, describe(path)
        entry = known[1]
        is_open = entry.info is not None and entry.info.session in running
        until_utc_ns = 0 if entry.end is None else entry.end.utc_ns
        session = recorded(entry, is_open=is_open)
        if not session.file.endswith(path.name):
            problem = "Its name is not UTF-8, so it cannot be asked for. Rename the file."
            return Found(replace(session, problem=problem), path, fingerprint, until_utc_ns)
        if session.problem is not None:
            # Where the engine keeps its data is nothing for a console elsewhere.
            problem = session.problem.replace(str(path), session.file)
            session = replace(session, problem=problem)
        return Found(session, path, fingerprint, until_utc_ns)


def _fingerprint(path: Path) -> Fingerprint:
    """Empty for what may not be looked at. Raises FileNotFoundError."""
    try:
        whole = path.stat()
        wal = _stat(path.with_name(path.name + _WAL))
    except FileNotFoundError:
        raise
    except OSError:
        return ()
    parts = [whole] if wal is None else [whole, wal]
    return tuple((each.st_size, each.st_mtime_ns) for each in parts)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
