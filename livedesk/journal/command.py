"""`livedesk export`, `sessions`, `compare`, `evidence`, `verify`, `recover`: what is typed, and by
which file is it answered? Whatever is heavy is imported there, when it is asked for."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Final

from livedesk.core.command import AddParser, FailureError, UsageError
from livedesk.journal.errors import JournalError, UnknownFormatError

TIMES: Final = "2026-11-22, 2026-11-22T05:30 (UTC, or with a zone), or 36h, 7d, 2w ago"
DEFAULT_FORMATS: Final = "csv,jsonl,html"

_SESSION_HELP: Final = "a session file, or a session's id as livedesk sessions lists it"
_FORMAT_HELP: Final = (
    "of csv, xlsx, jsonl, parquet, html, pdf, vtt, edl, divided by commas; csv.zip, jsonl.zip, "
    "parquet.zip and edl.zip are one file each (default: %(default)s)"
)


def add_record(add_parser: AddParser) -> None:
    """What is done with records of shows."""
    _add_export(add_parser)
    _add_sessions(add_parser)
    _add_compare(add_parser)
    _add_evidence(add_parser)
    _add_verify(add_parser)
    _add_recover(add_parser)


def _add_export(add_parser: AddParser) -> None:
    export = add_parser(
        "export",
        help="turn sessions' records into files for others",
        description="Writes a session's record as files: tables, sheets, report, markers. With "
        "--since, --until or --store all sessions of that time, a folder a store.",
    )
    export.add_argument("session", nargs="?", metavar="SESSION", help=_SESSION_HELP)
    export.add_argument(
        "--since", metavar="TIME", help=f"sessions that started then or later: {TIMES}"
    )
    export.add_argument("--until", metavar="TIME", help="and before that; a day counts whole")
    export.add_argument("--store", metavar="ID", help="of this store only")
    export.add_argument("--format", default=DEFAULT_FORMATS, metavar="LIST", help=_FORMAT_HELP)
    _add_edition(export)
    export.add_argument(
        "--orders", type=Path, metavar="FILE",
        help="a settlement or order export (CSV or XLSX) to join with what was shown",
    )  # fmt: skip
    export.add_argument(
        "--columns", nargs="+", default=[], metavar="FIELD=COLUMN",
        help="how its columns are called, where that is not found out; remembered for the next one",
    )  # fmt: skip
    export.add_argument(
        "--start-timecode", default="00:00:00:00", metavar="HH:MM:SS:FF",
        help="where the recording begins on the editor's timeline, for edl (default: %(default)s)",
    )  # fmt: skip
    _add_out(export)
    _answered_by(export, "export", "run_export")


def _add_sessions(add_parser: AddParser) -> None:
    sessions = add_parser("sessions", help="the sessions on record: list, keep, delete, prune")
    sessions.add_argument("--store", metavar="ID", help="of this store only")
    sessions.add_argument("--json", action="store_true", help="a JSON line a session")
    _answered_by(sessions, "sessions", "run_list")
    acts = sessions.add_subparsers(metavar="ACT", title="acts")
    keep = acts.add_parser("keep", help="from now on nobody deletes it")
    keep.add_argument("--why", required=True, metavar="TEXT", help="told to who tries")
    unkeep = acts.add_parser("unkeep", help="it may go again")
    delete = acts.add_parser("delete", help="remove the record of a session for good")
    for act, run in ((keep, "run_keep"), (unkeep, "run_unkeep"), (delete, "run_delete")):
        act.add_argument("session", metavar="SESSION", help=_SESSION_HELP)
        _answered_by(act, "sessions", run)
    prune = acts.add_parser("prune", help="remove what ended long ago; never what is kept")
    prune.add_argument(
        "--older-than", type=_days, required=True, metavar="DAYS", help="ended so many days ago"
    )
    prune.add_argument("--dry-run", action="store_true", help="only say what would go")
    _answered_by(prune, "sessions", "run_prune")
    for act in (delete, prune):
        act.add_argument("--yes", action="store_true", help="without asking")


def _add_compare(add_parser: AddParser) -> None:
    compare = add_parser("compare", help="two sessions figure by figure: which was better?")
    compare.add_argument("first", metavar="A", help=_SESSION_HELP)
    compare.add_argument("second", metavar="B", help="the same")
    compare.add_argument("--json", action="store_true", help="the figures of both as JSON")
    _answered_by(compare, "compare", "run_compare")


def _add_evidence(add_parser: AddParser) -> None:
    evidence = add_parser(
        "evidence",
        help="pack a stretch of a session for a dispute",
        description="Writes one ZIP: a cover, what happened in the stretch with the digests that "
        "seal it, tables, pictures and plots, and checksums. Times: since first media as in "
        "0:12:00, or UTC as in 2026-11-22T05:30:00Z.",
    )
    evidence.add_argument("session", metavar="SESSION", help=_SESSION_HELP)
    evidence.add_argument(
        "--from", dest="from_", required=True, metavar="TIME", help="where the stretch begins"
    )
    evidence.add_argument("--to", required=True, metavar="TIME", help="and before what it ends")
    evidence.add_argument("--reason", required=True, metavar="TEXT", help="on the cover")
    _add_edition(evidence)
    _add_out(evidence)
    _answered_by(evidence, "proof", "run_evidence")


def _add_verify(add_parser: AddParser) -> None:
    verify = add_parser(
        "verify",
        help="is a session's record, or an evidence ZIP, as it was written?",
        description="Recomputes the seal of a session's record, or checksums and seal of an "
        "evidence ZIP. Ends with 1 if anything was changed or is missing.",
    )
    verify.add_argument("file", metavar="FILE|ZIP", help=f"{_SESSION_HELP}; or an evidence ZIP")
    verify.add_argument(
        "--head", metavar="DIGEST",
        help="a head noted elsewhere, as in the audit trail: is all that it stood for there?",
    )  # fmt: skip
    _answered_by(verify, "proof", "run_verify")


def _add_recover(add_parser: AddParser) -> None:
    recover = add_parser(
        "recover",
        help="what can still be read of a damaged session file",
        description="Writes a session file of what can still be read of a damaged one, and says "
        "what is lost.",
    )
    recover.add_argument("file", type=Path, metavar="FILE", help="the damaged file; it stays")
    recover.add_argument(
        "--out", type=Path, default=Path("recovered"), metavar="DIR", help="default: %(default)s"
    )
    _answered_by(recover, "proof", "run_recover")


def _add_edition(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--edition", choices=("full", "brand"), default="full",
        help="brand: without names of people and internal addresses (default: %(default)s)",
    )  # fmt: skip


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="here by default")


def _days(text: str) -> float:
    """For argparse: `90` or `90d`."""
    try:
        value = float(text.removesuffix("d"))
    except ValueError:
        value = 0
    if not 0 < value <= 36_500:
        raise argparse.ArgumentTypeError(f'expected a number of days above 0; found "{text}"')
    return value


def _answered_by(parser: argparse.ArgumentParser, module: str, function: str) -> None:
    """What the record has to complain about, as an error with its exit status."""

    def run(args: argparse.Namespace) -> int:
        try:
            answering = import_module(f"livedesk.journal.commands.{module}")
            return int(getattr(answering, function)(args))
        except UnknownFormatError as error:
            raise UsageError(str(error)) from error
        except JournalError as error:
            raise FailureError(str(error)) from error
        except OSError as error:
            where = "" if error.filename is None else f"{error.filename}: "
            raise FailureError(f"{where}{error.strerror or error}") from error

    parser.set_defaults(run=run)
