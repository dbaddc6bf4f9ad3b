"""How does a session file become files for others, all of a file or nothing of it?"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from livedesk.journal.errors import UnknownFormatError
from livedesk.journal.exports.jsonl import json_lines
from livedesk.journal.exports.table import csv_lines
from livedesk.journal.exports.tables import readme, tables
from livedesk.journal.fold.summary import Summary, summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.page import render_report

_Export = Callable[[SessionReader, Summary, Path], list[Path]]

LATER = ("xlsx", "parquet", "pdf", "vtt")

README_NAME = "README.txt"


def export(session_file: Path, formats: Sequence[str], out_dir: Path) -> list[Path]:
    """Write `formats` of a session, also of one that runs or crashed; returns the files.

    `csv` is a folder of tables, `csv.zip` the same in one file. Each appears under its final name
    only when it is whole. The same session file gives the same bytes, whenever it is exported.
    Raises UnknownFormatError before anything is written, NotASessionError or NewerSessionError.
    """
    unknown = [name for name in formats if name not in _EXPORTS]
    if unknown or not formats:
        asked = ", ".join(unknown) or "none"
        raise UnknownFormatError(
            f"No export format: {asked}. There are {', '.join(_EXPORTS)}; "
            f"{', '.join(LATER)} come later."
        )
    with SessionReader.open(session_file) as reader:
        summary = summarise(reader)
        out_dir.mkdir(parents=True, exist_ok=True)
        stem = out_dir / session_file.stem
        return [
            path
            for name in dict.fromkeys(formats)
            for path in _EXPORTS[name](reader, summary, stem)
        ]


def _csv(reader: SessionReader, summary: Summary, stem: Path) -> list[Path]:
    target = stem.with_name(f"{stem.name}-csv")
    listed = tables(reader, summary)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        beside.chmod(0o755)
        for table in listed:
            _write(beside / table.name, csv_lines(table))
        _write(beside / README_NAME, [readme(summary, listed)])
        _replace_folder(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [target / name for name in (*(table.name for table in listed), README_NAME)]


def _csv_zip(reader: SessionReader, summary: Summary, stem: Path) -> list[Path]:
    target = stem.with_name(f"{stem.name}-csv.zip")
    listed = tables(reader, summary)

    def write(beside: Path) -> None:
        with zipfile.ZipFile(beside, "w") as archive:
            for table in listed:
                _pack(archive, table.name, csv_lines(table))
            _pack(archive, README_NAME, [readme(summary, listed)])

    return [_whole(target, write)]


def _jsonl(reader: SessionReader, summary: Summary, stem: Path) -> list[Path]:
    target = stem.with_name(f"{stem.name}.jsonl")
    return [_whole(target, lambda beside: _write(beside, json_lines(reader, summary)))]


def _html(reader: SessionReader, summary: Summary, stem: Path) -> list[Path]:
    target = stem.with_name(f"{stem.name}.html")
    page = render_report(reader, summary)
    return [_whole(target, lambda beside: _write(beside, [page]))]


_EXPORTS: dict[str, _Export] = {
    "csv": _csv,
    "csv.zip": _csv_zip,
    "jsonl": _jsonl,
    "html": _html,
}

FORMATS = tuple(_EXPORTS)


def _write(path: Path, lines: Iterable[str]) -> None:
    """Onto the disk, not only into its cache: a rename must not outrun the content."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _pack(archive: zipfile.ZipFile, name: str, lines: Iterable[str]) -> None:
    entry = zipfile.ZipInfo(name)  # its default date is fixed, so that equal content is equal
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    with archive.open(entry, "w", force_zip64=True) as packed:
        for line in lines:
            packed.write(line.encode("utf-8"))


def _whole(target: Path, write: Callable[[Path], None]) -> Path:
    """Write to a temporary name beside the target, then rename."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        beside.chmod(0o644)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _replace_folder(beside: Path, target: Path) -> None:
    """A folder cannot be renamed over a full one, so the old one steps aside first."""
    if not target.exists():
        beside.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / target.name)
    beside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
