"""`livedesk evidence`, `verify`, `recover`: what proves a show, does it hold, what can be saved?"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
import zipfile
from pathlib import Path

from livedesk.core.clock import utc_ns_of
from livedesk.core.command import FailureError, UsageError, say, warn
from livedesk.journal.commands.choosing import INSTANTS, into_ms
from livedesk.journal.commands.export import named_session, reading
from livedesk.journal.commands.terminal import TerminalWatch
from livedesk.journal.evidence.pack import pack_evidence
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.evidence.verify import verify_evidence
from livedesk.journal.exports.options import ExportOptions
from livedesk.journal.reader import SessionReader
from livedesk.journal.salvaging.salvage import salvage

_DIGEST = re.compile(r"[0-9a-f]{64}")


def run_evidence(args: argparse.Namespace) -> int:
    path = named_session(args.session)
    if not args.reason.strip():
        raise UsageError("--reason is on the cover and cannot be empty")
    watch = TerminalWatch(sys.stderr)
    try:
        with reading(path):
            with SessionReader.open(path) as reader:
                stretch = Stretch(_instant(reader, args.from_), _instant(reader, args.to))
            options = ExportOptions(args.edition)
            packed = pack_evidence(path, stretch, args.reason, args.out, options, watch)
    finally:
        watch.clear()
    say(str(packed))
    return 0


def run_verify(args: argparse.Namespace) -> int:
    """Ends with 1 for what is not as it was written, and for what nothing vouches for."""
    if args.head is not None and not _DIGEST.fullmatch(args.head):
        raise UsageError(f'--head expects a digest of 64 hex digits; found "{args.head[:80]}"')
    path = Path(args.file)
    if path.is_file() and zipfile.is_zipfile(path):
        return _verify_packed(path, args.head)
    return _verify_session(named_session(args.file), args.head)


def run_recover(args: argparse.Namespace) -> int:
    path, out = args.file, args.out
    if not path.is_file():
        raise UsageError(f"{path} is no file" if path.exists() else f"there is no file {path}")
    if out.resolve() == path.parent.resolve():
        raise UsageError("--out needs another folder: the damaged file stays as it is")
    if (out / path.name).exists():
        raise UsageError(f"{out / path.name} is there already; name another folder by --out")
    try:
        salvaged = salvage(path, out)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise FailureError(
            f"what can be read of {path} cannot be written to {out}: {why}; free room there, or "
            "name another folder by --out"
        ) from error
    rows = f"{salvaged.events:,} events, {salvaged.samples:,} samples, {salvaged.stills:,} pictures"
    say(str(salvaged.path))
    warn(f"read: {rows}")
    for sentence in salvaged.lost:
        warn(sentence)
    with SessionReader.open(salvaged.path) as reader:
        seal = reader.seal()
    if seal.state == "broken" and seal.sealed_events:
        warn(f"The seal does not hold from event {seal.broken_seq} on: something is missing there.")
    return 0


def _verify_packed(path: Path, head: str | None) -> int:
    found = verify_evidence(path, head)
    for problem in found.problems:
        warn(problem)
    if found.problems:
        raise FailureError(f"{path} is not as it was written")
    say(f"{path}: all {found.files} files are as they were written.")
    for sentence in found.told:
        say(sentence)
    return 0


def _verify_session(path: Path, head: str | None) -> int:
    with reading(path), SessionReader.open(path) as reader:
        seal, damage = reader.seal(), reader.damage()
        holds = head is None or any(row.digest == head for row in reader.sealed_rows())
    if damage is not None:
        raise FailureError(
            f"{path} is damaged: {damage}. What can be read of it: livedesk recover {path}"
        )
    if seal.noted == "missing":
        raise FailureError(
            f"{path} is not what the audit trail noted at sign-off: its end was cut off, or it was "
            "written anew"
        )
    if seal.state == "broken":
        raise FailureError(
            f"{path} was changed: event {seal.broken_seq} is not as it was written, or one before "
            "it is missing"
        )
    if not holds:
        raise FailureError(f"{path} does not hold what the head {head} stood for")
    if seal.state == "unsealed":
        raise FailureError(f"{path} has no seal: it is from before records were sealed, or empty")
    say(f"{path}: all {seal.sealed_events:,} sealed events are as they were written.")
    if seal.unsealed_events:
        say(f"{seal.unsealed_events:,} events are from before the record was sealed.")
    say(f"Its head: {seal.head}")
    if seal.noted == "held":
        say("The audit trail noted it at sign-off, so nothing was cut off since.")
    elif head is None:
        say("Compare it with the head in the audit trail (session.sealed), or give it by --head.")
    return 0


def _instant(reader: SessionReader, text: str) -> int:
    """ms since first media."""
    t_ms = into_ms(text)
    if t_ms is not None:
        return t_ms
    utc_ns = utc_ns_of(text)
    if utc_ns is None:
        raise UsageError(f'"{text}" names no instant; expected {INSTANTS}')
    return reader.t_ms_at(utc_ns)
