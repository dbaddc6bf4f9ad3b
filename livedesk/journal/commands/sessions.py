"""`livedesk sessions`: what is on record here, what of it must stay, and what may go?"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from livedesk.core.clock import SystemClock, iso_utc
from livedesk.core.command import FailureError, UsageError, say, warn
from livedesk.core.one_line import one_line
from livedesk.core.records import RecordedSession
from livedesk.journal.commands.choosing import readable
from livedesk.journal.commands.export import named_session
from livedesk.journal.errors import JournalError
from livedesk.journal.retention import (
    KeptMarksError,
    delete_session,
    due,
    is_in_use,
    keep,
    kept,
    mark_of,
    unkeep,
)
from livedesk.journal.sessions import describe, folder_of, recorded, session_files
from livedesk.journal.text import duration
from livedesk.journal.typed_acts import TypedAct, write_down
from livedesk.paths import find_paths

Ask = Callable[[str], str]

_LONGEST_NAME: Final = 28
_BYTES: Final = (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10))


def run_list(args: argparse.Namespace) -> int:
    sessions = recorded_here(_data(), args.store)
    if args.json:
        for session in sessions:
            say(msgspec.json.encode(session).decode())
        return 0
    if not sessions:
        of_store = f' of "{args.store}"' if args.store else ""
        say(f"No session{of_store} is on record in {_data()}.")
        return 0
    widths = [max(map(len, cells)) for cells in zip(*map(_cells, sessions), strict=True)]
    for session in sessions:
        cells = zip(_cells(session), widths, strict=True)
        say("  ".join([*(f"{cell:<{width}}" for cell, width in cells), _state(session)]).rstrip())
    return 0


def run_keep(args: argparse.Namespace) -> int:
    path = named_session(args.session)
    if not args.why.strip():
        raise UsageError("--why is told to whoever tries to delete it and cannot be empty")
    keep(_data(), path, args.why)
    _write_down("session.kept", recorded(describe(path)), why=args.why)
    say(f"{mark_of(path)} is kept from now on.")
    return 0


def run_unkeep(args: argparse.Namespace) -> int:
    path = named_session(args.session)
    unkeep(_data(), path)
    _write_down("session.unkept", recorded(describe(path)))
    say(f"{mark_of(path)} may go again.")
    return 0


def run_delete(args: argparse.Namespace, ask: Ask = input) -> int:
    path = named_session(args.session)
    say(_told(path))
    _confirm(args.yes, "Delete it for good, with everything in it?", ask)
    freed = _delete(_data(), path)
    say(f"{mark_of(path)} is deleted; {_size(freed)} are free again.")
    return 0


def run_prune(args: argparse.Namespace, ask: Ask = input) -> int:
    data = _data()
    old = due(readable(data), args.older_than, SystemClock().utc_ns())
    for path in old:
        say(_told(path))
    if not old:
        say(f"Nothing that may go ended more than {args.older_than:g} days ago.")
    if args.dry_run or not old:
        return 0
    _confirm(args.yes, f"Delete {_sessions(len(old))} for good?", ask)
    return _prune(data, old)


def recorded_here(data: Path, store: str | None = None) -> list[RecordedSession]:
    """All sessions of this machine, newest first. For the command line: see `is_in_use`."""
    try:
        marks = kept(data)
    except KeptMarksError as error:
        warn(str(error))
        marks = {}
    return [
        recorded(describe(path), why_kept=marks.get(mark_of(path), ""), is_open=is_in_use(path))
        for path in session_files(readable(data))
        if store is None or path.parent.name == folder_of(store)
    ]


def _prune(data: Path, old: Sequence[Path]) -> int:
    """What is in use, or kept by now, stays; the others go."""
    freed, left = 0, 0
    for path in old:
        try:
            freed += _delete(data, path)
        except JournalError as error:
            left += 1
            warn(str(error))
    say(f"{_sessions(len(old) - left)} deleted; {_size(freed)} are free again.")
    if left:
        raise FailureError(f"{_sessions(left)} could not be deleted")
    return 0


def _delete(data: Path, path: Path) -> int:
    session = recorded(describe(path))
    freed = delete_session(data, path)
    _write_down("session.deleted", session, name=session.name, bytes=str(freed))
    return freed


def _write_down(act: str, session: RecordedSession, **more: str) -> None:
    """For the audit trail. What was done is done: that it could not be noted is told."""
    about = {"session": session.id, "file": session.file} | more
    typed = TypedAct(act, _user(), SystemClock().utc_ns(), session.store, about)
    try:
        write_down(_data(), typed)
    except (JournalError, OSError) as error:
        warn(f"the audit trail will not have it ({error}); note it yourself")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # nobody of that number has a name
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _confirm(is_sure: bool, question: str, ask: Ask) -> None:
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask on; add --yes to delete without asking")
    try:
        answer = ask(f"{question} Type yes: ")
    except EOFError:
        answer = ""
    if answer.strip().casefold() != "yes":
        raise FailureError("nothing was deleted")


def _told(path: Path) -> str:
    """One line on a session that may go: whoever says yes must know to what."""
    session = recorded(describe(path))
    return "  ".join([*_cells(session), _state(session)]).rstrip()


def _cells(session: RecordedSession) -> tuple[str, ...]:
    name = one_line(session.name, _LONGEST_NAME)
    if session.started_utc_ns is None:
        return one_line(session.id, 60), one_line(session.store, 40), name, "", "", ""
    ended_ns = session.ended_utc_ns or session.started_utc_ns
    length = duration(max(0, ended_ns - session.started_utc_ns) // 1_000_000_000)
    started = iso_utc(session.started_utc_ns)[:16].replace("T", " ")
    return (
        one_line(session.id, 60),
        one_line(session.store, 40),
        name,
        f"{started} UTC",
        "" if session.open else length.replace("\u00a0", " "),
        _size(session.bytes),
    )


def _state(session: RecordedSession) -> str:
    if session.problem is not None:
        return one_line(session.problem, 300)
    words = []
    if session.open:
        words.append("in use now")
    elif not session.signed_off:
        words.append("not signed off")
    if session.kept:
        words.append(f"kept: {one_line(session.kept, 80)}")
    return ", ".join(words)


def _size(count: int) -> str:
    for unit, of_bytes in _BYTES:
        if count >= of_bytes:
            return f"{count / of_bytes:.1f} {unit}"
    return f"{count} B"


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"


def _data() -> Path:
    return find_paths(os.environ).data
