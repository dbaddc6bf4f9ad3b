"""`livedesk export`: which sessions, which files, and what became of each?"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from livedesk.core.clock import SystemClock
from livedesk.core.command import FailureError, UsageError, say, warn
from livedesk.journal.commands.choosing import (
    UnknownSessionError,
    UnknownTimeError,
    Wanted,
    chosen,
    session_named,
    since,
    stores,
    until,
)
from livedesk.journal.commands.terminal import TerminalWatch
from livedesk.journal.errors import DamagedSessionError, JournalError, NotASessionError
from livedesk.journal.exports.export import FORMATS, export
from livedesk.journal.exports.options import ExportOptions, OrdersFile
from livedesk.journal.exports.timecode import RATES, WrongTimecodeError
from livedesk.journal.reader import SessionReader
from livedesk.journal.sessions import SessionEntry, folder_of
from livedesk.paths import find_paths


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is written of each session, and where to."""

    formats: Sequence[str]
    options: ExportOptions
    out: Path


def run_export(args: argparse.Namespace) -> int:
    data = find_paths(os.environ).data
    is_batch = any(given is not None for given in (args.since, args.until, args.store))
    if (args.session is not None) == is_batch:
        raise UsageError(
            "name one SESSION, or several by --since, --until or --store; "
            "livedesk sessions lists what there is"
        )
    wish = _Wish(_formats(args.format), _options(args, data), args.out)
    if is_batch:
        return _export_all(wish, _chosen(args, data))
    path = _named(data, args.session)
    for file in _export_one(wish, path, args.out):
        say(str(file))
    return 0


def _formats(text: str) -> list[str]:
    """Before the first of many sessions is read."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = ", ".join(name for name in names if name not in FORMATS)
    if unknown or not names:
        raise UsageError(f"no export format: {unknown or 'none'}; there are {', '.join(FORMATS)}")
    return names


def named_session(named: str) -> Path:
    """The file that was meant. Raises UsageError."""
    return _named(find_paths(os.environ).data, named)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A file that cannot be read is a sentence, with what can still be done. So is whatever else
    goes wrong with a file in which rows make no sense: nobody thought of that damage, but it is
    none of ours. Raises JournalError."""
    try:
        yield
    except NotASessionError as error:
        raise JournalError(_with_offer(error)) from error
    except (JournalError, OSError):
        raise
    except Exception as error:
        if not _is_unsound(path):
            raise
        damaged = DamagedSessionError(path, "rows in it make no sense")
        raise JournalError(_with_offer(damaged)) from error


def _is_unsound(path: Path) -> bool:
    try:
        with SessionReader.open(path) as reader:
            return reader.damage() is not None or reader.unusable_rows() > 0
    except JournalError:
        return True


def _with_offer(error: NotASessionError) -> str:
    """The complaint, and what can still be done where there is a file that may be read."""
    text = str(error)
    is_ours = error.path.is_file() and os.access(error.path, os.R_OK)
    if "livedesk recover" in text or not is_ours or not error.path.stat().st_size:
        return text
    return f"{text}. What can still be read of it: livedesk recover {error.path}"


def _named(data: Path, named: str) -> Path:
    try:
        return session_named(data, named)
    except UnknownSessionError as error:
        raise UsageError(str(error)) from error


def _chosen(args: argparse.Namespace, data: Path) -> list[SessionEntry]:
    now_ns = SystemClock().utc_ns()
    try:
        since_ns = None if args.since is None else since(args.since, now_ns)
        until_ns = None if args.until is None else until(args.until, now_ns)
    except UnknownTimeError as error:
        raise UsageError(str(error)) from error
    if since_ns is not None and until_ns is not None and until_ns <= since_ns:
        raise UsageError(f"nothing is since {args.since} and before {args.until}: exchange them")
    known = stores(data)
    if args.store is not None and folder_of(args.store) not in known:
        there_are = ", ".join(known) or "none"
        raise UsageError(
            f'no session of "{args.store}" is on record; stores with some: {there_are}'
        )
    return chosen(data, Wanted(since_ns, until_ns, args.store))


def _export_one(wish: _Wish, path: Path, out: Path, place: str = "") -> list[Path]:
    watch = TerminalWatch(sys.stderr, place)
    try:
        with reading(path):
            return export(path, wish.formats, out, wish.options, watch)
    finally:
        watch.clear()


def _export_all(wish: _Wish, entries: Sequence[SessionEntry]) -> int:
    """One session that fails leaves the others theirs; the exit status tells of it."""
    if not entries:
        warn("no session of that time is on record; nothing was exported")
        return 0
    failed = 0
    for number, entry in enumerate(entries, 1):
        store = entry.path.parent.name
        name, out = f"{store} {entry.path.stem}", wish.out / store
        try:
            written = _export_one(wish, entry.path, out, f"{name} ({number} of {len(entries)})")
        except (JournalError, OSError) as error:
            failed += 1
            warn(f"{name}: {error}")
        except KeyboardInterrupt:
            warn(f"stopped; {number - 1 - failed} of {len(entries)} sessions are exported")
            raise
        else:
            say(f"{name}: {_files(len(written))} in {out}")
    if failed:
        raise FailureError(f"{failed} of {len(entries)} sessions could not be exported")
    return 0


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _options(args: argparse.Namespace, data: Path) -> ExportOptions:
    try:
        # Of the rate with the most frames: which one the feed has is not known yet.
        RATES[-1].frame_of(args.start_timecode)
    except WrongTimecodeError as error:
        raise UsageError(f"--start-timecode: {error}") from error
    return ExportOptions(args.edition, _orders(args, data), args.start_timecode)


def _orders(args: argparse.Namespace, data: Path) -> OrdersFile | None:
    if args.orders is None:
        if args.columns:
            raise UsageError("--columns says how the columns of --orders FILE are called")
        return None
    from livedesk.journal.commands.orders import orders_file

    return orders_file(args.orders, args.columns, data)
