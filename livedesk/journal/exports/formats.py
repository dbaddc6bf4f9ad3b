"""Which formats are there, of which files is each made, and what does it cost?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from livedesk.journal.exports import files, parquet, pdf
from livedesk.journal.exports.csv_set import README_NAME, readme, write_csv
from livedesk.journal.exports.edl import edl_lists
from livedesk.journal.exports.files import Member
from livedesk.journal.exports.jsonl import json_lines
from livedesk.journal.exports.jsonl_schema import json_schema
from livedesk.journal.exports.markers import markers
from livedesk.journal.exports.source import Source
from livedesk.journal.exports.tables import tables
from livedesk.journal.exports.timecode import nearest_rate
from livedesk.journal.exports.vtt import vtt_lines
from livedesk.journal.exports.xlsx import write_xlsx
from livedesk.journal.report.commerce_cells import commerce_cells
from livedesk.journal.report.page import render_report


@dataclass(frozen=True, slots=True)
class Format:
    """`cost_s`: about how long a show of four hours takes, to say how far an export is. `check`
    raises what keeps this machine from writing it."""

    write: Callable[[Source, Path], list[Path]]
    cost_s: float
    check: Callable[[], None] = lambda: None


def _csv(source: Source, stem: Path) -> list[Path]:
    return files.folder(_named(stem, "-csv"), list(_csv_members(source)))


def _csv_zip(source: Source, stem: Path) -> list[Path]:
    return [files.archive(_named(stem, "-csv.zip"), list(_csv_members(source)))]


def _csv_members(source: Source) -> Iterator[Member]:
    listed = tables(source)
    for table in listed:
        yield Member(f"{table.name}.csv", partial(write_csv, table, progress=source.progress))
    text = readme(source.summary, listed, source.words)
    yield Member(README_NAME, files.text_of([text]))


def _parquet(source: Source, stem: Path) -> list[Path]:
    return files.folder(_named(stem, "-parquet"), list(_parquet_members(source)))


def _parquet_zip(source: Source, stem: Path) -> list[Path]:
    return [files.archive(_named(stem, "-parquet.zip"), list(_parquet_members(source)))]


def _parquet_members(source: Source) -> Iterator[Member]:
    for table in tables(source):
        write = partial(parquet.write_parquet, table, progress=source.progress)
        yield Member(f"{table.name}.parquet", write)


def _xlsx(source: Source, stem: Path) -> list[Path]:
    return [files.one_file(_named(stem, ".xlsx"), partial(write_xlsx, source))]


def _jsonl(source: Source, stem: Path) -> list[Path]:
    members = _jsonl_members(source, stem)
    return [files.one_file(stem.with_name(each.name), each.write) for each in members]


def _jsonl_zip(source: Source, stem: Path) -> list[Path]:
    return [files.archive(_named(stem, "-jsonl.zip"), _jsonl_members(source, stem))]


def _jsonl_members(source: Source, stem: Path) -> list[Member]:
    return [
        Member(f"{stem.name}.jsonl", files.text_of(json_lines(source))),
        Member(f"{stem.name}.schema.json", files.text_of([json_schema()])),
    ]


def _html(source: Source, stem: Path) -> list[Path]:
    return [files.one_file(_named(stem, ".html"), files.text_of([_page(source)]))]


def _pdf(source: Source, stem: Path) -> list[Path]:
    target = _named(stem, ".pdf")
    pdf.write_pdf(_page(source), target, source.progress.still)
    return [target]


def _page(source: Source) -> str:
    more = [] if source.commerce is None else [commerce_cells(source.commerce)]
    still = source.progress.still
    return render_report(source.reader, source.summary, source.words, source.seal, more, still)


def _vtt(source: Source, stem: Path) -> list[Path]:
    info = source.summary.info
    name = source.words.edit(f"{info.name}, session {info.session}")
    lines = vtt_lines(name, info.started_utc_ns, markers(source.summary, source.words))
    return [files.one_file(_named(stem, ".vtt"), files.text_of(lines))]


def _edl(source: Source, stem: Path) -> list[Path]:
    members = _edl_members(source, stem)
    return [files.one_file(stem.with_name(each.name), each.write) for each in members]


def _edl_zip(source: Source, stem: Path) -> list[Path]:
    return [files.archive(_named(stem, "-edl.zip"), _edl_members(source, stem))]


def _edl_members(source: Source, stem: Path) -> list[Member]:
    """Further lists, for more markers than one can number, end with their number."""
    summary = source.summary
    fps = next((stats.mean for stats in summary.figures if stats.figure == "fps"), None)
    lists = edl_lists(
        source.words.edit(f"{summary.info.name} {summary.info.session}"),
        markers(summary, source.words),
        nearest_rate(fps),
        source.options.start_timecode,
        is_measured=fps is not None,
    )
    names = [f"{stem.name}.edl", *(f"{stem.name}-{at}.edl" for at in range(2, len(lists) + 1))]
    return [Member(name, files.text_of([text])) for name, text in zip(names, lists, strict=True)]


ALL: Final[Mapping[str, Format]] = {
    "csv": Format(_csv, 5),
    "csv.zip": Format(_csv_zip, 7),
    "xlsx": Format(_xlsx, 8),
    "jsonl": Format(_jsonl, 4),
    "jsonl.zip": Format(_jsonl_zip, 6),
    "parquet": Format(_parquet, 4, parquet.require),
    "parquet.zip": Format(_parquet_zip, 5, parquet.require),
    "html": Format(_html, 1),
    "pdf": Format(_pdf, 12, pdf.require),
    "vtt": Format(_vtt, 0.1),
    "edl": Format(_edl, 0.1),
    "edl.zip": Format(_edl_zip, 0.1),
}

ONE_FILE: Final[Mapping[str, str]] = {
    "csv": "csv.zip",
    "jsonl": "jsonl.zip",
    "parquet": "parquet.zip",
    "edl": "edl.zip",
}
"""Formats that may be several files → the same in one, for who can take only one."""


def _named(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)
