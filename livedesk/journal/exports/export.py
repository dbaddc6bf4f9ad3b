"""How does a session file become files for others, all of a file or nothing of it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from livedesk.journal.errors import UnknownFormatError
from livedesk.journal.exports import files
from livedesk.journal.exports.csv_set import README_NAME, readme, write_csv
from livedesk.journal.exports.files import Member
from livedesk.journal.exports.jsonl import json_lines
from livedesk.journal.exports.options import PLAIN, ExportOptions
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.source import Source
from livedesk.journal.exports.tables import tables
from livedesk.journal.exports.watch import UNWATCHED, Watch
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import edited
from livedesk.journal.report.page import render_report

_Export = Callable[[Source, Path], list[Path]]

ONE_FILE: Final[Mapping[str, str]] = {"csv": "csv.zip"}
"""Formats of several files → the same in one, for who can take only one."""


@dataclass(frozen=True, slots=True)
class _Format:
    """`cost`: seconds that it takes of a long show, to say how far an export is."""

    write: _Export
    cost: float


def export(
    session_file: Path,
    formats: Sequence[str],
    out_dir: Path,
    options: ExportOptions = PLAIN,
    watch: Watch = UNWATCHED,
) -> list[Path]:
    """Write `formats` of a session, also of one that runs or crashed; returns the files.

    A format of several files is a folder, with `.zip` the same in one file. Each appears under its
    final name only when it is whole. The same session file gives the same bytes, whenever it is
    exported. Raises UnknownFormatError before anything is written, NotASessionError,
    NewerSessionError, ExportFailedError (no room), and what `watch` raises.
    """
    unknown = [name for name in formats if name not in _EXPORTS]
    if unknown or not formats:
        asked = ", ".join(unknown) or "none"
        raise UnknownFormatError(f"No export format: {asked}. There are {', '.join(_EXPORTS)}.")
    wanted = tuple(dict.fromkeys(formats))
    progress = Progress(watch, {name: _EXPORTS[name].cost for name in wanted})
    with files.in_words(out_dir), SessionReader.open(session_file) as reader:
        source = Source(reader, summarise(reader), edited(reader, options.edition), progress)
        out_dir.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        for name in wanted:
            progress.stage(f"Writing {name}", name, 1)
            written += _EXPORTS[name].write(source, out_dir / session_file.stem)
    progress.finished()
    return written


def _csv(source: Source, stem: Path) -> list[Path]:
    return files.folder(_named(stem, "-csv"), list(_csv_members(source)))


def _csv_zip(source: Source, stem: Path) -> list[Path]:
    return [files.archive(_named(stem, "-csv.zip"), list(_csv_members(source)))]


def _csv_members(source: Source) -> Iterator[Member]:
    listed = tables(source)
    for table in listed:
        yield Member(f"{table.name}.csv", partial(write_csv, table, progress=source.progress))
    text = readme(source.summary, listed, is_brand=source.words.is_brand)
    yield Member(README_NAME, _lines([text]))


def _jsonl(source: Source, stem: Path) -> list[Path]:
    return [
        files.one_file(_named(stem, ".jsonl"), _lines(json_lines(source.reader, source.summary)))
    ]


def _html(source: Source, stem: Path) -> list[Path]:
    page = render_report(source.reader, source.summary)
    return [files.one_file(_named(stem, ".html"), _lines([page]))]


_EXPORTS: dict[str, _Format] = {
    "csv": _Format(_csv, 4),
    "csv.zip": _Format(_csv_zip, 5),
    "jsonl": _Format(_jsonl, 4),
    "html": _Format(_html, 2),
}

FORMATS = tuple(_EXPORTS)


def _named(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)


def _lines(lines: Iterable[str]) -> Callable[[BinaryIO], None]:
    return lambda file: file.writelines(line.encode("utf-8") for line in lines)
