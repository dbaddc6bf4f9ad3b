"""Which sessions does somebody mean: by file, id, store or time? And which instant of one?"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_S, utc_ns_of
from livedesk.journal.command import TIMES
from livedesk.journal.errors import JournalError
from livedesk.journal.sessions import (
    SessionEntry,
    describe,
    folder_of,
    list_sessions,
    recorded,
    session_files,
)

_DAY_NS: Final = 86_400 * NS_PER_S
_AGO: Final = re.compile(r"(\d{1,5})\s*([mhdw])")
_AGO_S: Final = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_INTO: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2}(?:\.\d{1,3})?)")

INSTANTS: Final = "0:12:00 since first media, or a time such as 2026-11-22T05:30:00Z"


class UnknownSessionError(JournalError):
    """No session, or more than one, goes by that name."""


class UnknownTimeError(JournalError):
    """A text that names no time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Sessions that started in [since_ns, until_ns), of one store or of all."""

    since_ns: int | None = None
    until_ns: int | None = None
    store: str | None = None


def session_named(data: Path, named: str) -> Path:
    """A file as it is; else the session with that id, or the one file of that name, with or without
    its store: `glow-us/20261122T053754Z`. Raises UnknownSessionError."""
    path = Path(named)
    if path.is_file():
        return path
    if path.is_dir():
        raise UnknownSessionError(
            f"{named} is a folder; name one session file in it, or ask for a whole store by --store"
        )
    if path.exists() or path.is_symlink():
        raise UnknownSessionError(f"{named} is no file that can be read as a session")
    files = session_files(readable(data))
    same_name = [file for file in files if named in _names(file)]
    same = same_name or [file for file in files if _has_id(file, named)]
    if len(same) == 1:
        return same[0]
    if same:
        choice = ", ".join(f"{file.parent.name}/{file.stem}" for file in same)
        raise UnknownSessionError(f'"{named}" may be any of {choice}; name one of them')
    raise UnknownSessionError(
        f'there is no session file "{named}", and no session of that id in {data}; '
        "livedesk sessions lists what there is"
    )


def chosen(data: Path, wanted: Wanted) -> list[SessionEntry]:
    """The sessions of a time, oldest first. What cannot be read is told by its folder and name:
    whoever asks for a month must learn that a show of it is damaged."""
    entries = [entry for entry in list_sessions(readable(data)) if _is_wanted(entry, wanted)]
    return entries[::-1]


def stores(data: Path) -> Sequence[str]:
    """The stores that have sessions on record, as their folders are called (`folder_of`)."""
    return sorted({file.parent.name for file in session_files(readable(data))})


def readable(data: Path) -> Path:
    """The data folder, if its sessions may be looked at: else there would seem to be none.
    Raises JournalError."""
    folder = data / "sessions"
    if folder.exists() and not os.access(folder, os.R_OK | os.X_OK):
        raise JournalError(
            f"{folder} may not be read by this user; do it as the user who runs the engine"
        )
    return data


def since(text: str, now_utc_ns: int) -> int:
    """The instant from which on. Raises UnknownTimeError."""
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return now_utc_ns - int(ago[1]) * _AGO_S[ago[2]] * NS_PER_S
    at_ns = utc_ns_of(text.strip())
    if at_ns is None:
        raise UnknownTimeError(f'"{text}" names no time; expected {TIMES}')
    return at_ns


def until(text: str, now_utc_ns: int) -> int:
    """The instant before which; of a day alone its end, so that the day is in."""
    at_ns = since(text, now_utc_ns)
    return at_ns + _DAY_NS if _is_day(text.strip()) else at_ns


def into_ms(text: str) -> int | None:
    """`0:12:00`, `12:30`, `0:12:00.5`: ms since first media; None for any other text."""
    found = _INTO.fullmatch(text.strip())
    if found is None or float(found[3]) >= 60 or (found[1] and int(found[2]) >= 60):
        return None
    minutes = int(found[1] or 0) * 60 + int(found[2])
    return minutes * 60_000 + round(float(found[3]) * 1000)


def _has_id(file: Path, named: str) -> bool:
    """By the file itself; of one that cannot be read, as it is listed."""
    return recorded(describe(file)).id == named


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _names(file: Path) -> tuple[str, ...]:
    store = file.parent.name
    return file.stem, file.name, f"{store}/{file.stem}", f"{store}/{file.name}"


def _is_wanted(entry: SessionEntry, wanted: Wanted) -> bool:
    if entry.info is not None:
        store, started_ns = entry.info.store, entry.info.started_utc_ns
    else:
        store, named_ns = entry.path.parent.name, _named_ns(entry.path.stem)
        if named_ns is None:
            return wanted.store is None or folder_of(wanted.store) == store
        started_ns = named_ns
    return (
        (wanted.store is None or folder_of(wanted.store) == folder_of(store))
        and (wanted.since_ns is None or started_ns >= wanted.since_ns)
        and (wanted.until_ns is None or started_ns < wanted.until_ns)
    )


def _named_ns(stem: str) -> int | None:
    """When a session started, as its file is called (`session_path`)."""
    return utc_ns_of(stem) if re.fullmatch(r"\d{8}T\d{6}Z", stem) else None
