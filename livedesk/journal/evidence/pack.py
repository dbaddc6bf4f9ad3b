"""How does a stretch of a session become one ZIP that can be checked by whoever gets it?"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from livedesk.core.clock import iso_utc
from livedesk.core.one_line import one_line
from livedesk.journal.evidence.bundle import Bundle, bundle
from livedesk.journal.evidence.cover import Cover, cover_page
from livedesk.journal.evidence.extract import Links, chain_text, event_lines, links
from livedesk.journal.evidence.plots import Drawing, drawings, readings
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.evidence.tables import stretch_tables
from livedesk.journal.exports import files
from livedesk.journal.exports.csv_set import readme, write_csv
from livedesk.journal.exports.options import PLAIN, ExportOptions
from livedesk.journal.exports.pdf import PdfUnavailableError, write_pdf
from livedesk.journal.exports.progress import Progress
from livedesk.journal.exports.source import Source
from livedesk.journal.exports.watch import UNWATCHED, Watch
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import edited
from livedesk.journal.text import cell, show_time

EVENTS: Final = "events.jsonl"
CHAIN: Final = "chain.json"

_COSTS: Final = {"events": 2.0, "tables": 3.0, "pictures": 1.0, "cover": 5.0}

_README: Final = """\
livedesk evidence: session {session} of {name} ({store})
{words} of the show, first media at {start}.
Reason: {reason}

  cover.pdf       what this is about, to read first{instead}
  events.jsonl    every event of the stretch as it is in the record, with its digest
  chain.json      the digests of record and stretch, and how to compute them again
  tables/         the same and more as tables, CSV; its README.txt says what the columns mean
  stills/         pictures of the feed as viewers saw it; stills.csv says when and why
  plots/          rates and sync of the stretch, SVG
  SHA256SUMS      of every file here: sha256sum -c SHA256SUMS

To check all of it: livedesk verify FILE.zip
The digests prove that nothing between the first and the last event was changed, put in or left
out since they were made. They do not prove who made them. For that, look for `last` of chain.json
in the record itself (livedesk verify SESSION --head LAST), whose head the engine's audit trail
noted at sign-off; only the record has the events between the two.
{edition}"""

_BRAND: Final = """
Brand edition: people are numbered, and addresses taken out. The digests are those of the full
record and cannot be computed again from this file.
"""


def pack_evidence(
    session_file: Path,
    span: Stretch,
    reason: str,
    out_dir: Path,
    options: ExportOptions = PLAIN,
    watch: Watch = UNWATCHED,
) -> Path:
    """Write `<session>-evidence-<from>-<to>.zip`, also of a session that runs or crashed.

    The same session file, stretch and reason give the same bytes. Raises StretchError,
    NotASessionError, NewerSessionError, ExportFailedError, and what `watch` raises.
    """
    progress = Progress(watch, _COSTS)
    with files.in_words(out_dir), SessionReader.open(session_file) as reader:
        stretch = span.within(reader)
        words = edited(reader, options.edition)
        source = Source(reader, summarise(reader), words, progress, options, reader.seal())
        out_dir.mkdir(parents=True, exist_ok=True)
        target = out_dir / f"{session_file.stem}-evidence-{_named(stretch)}.zip"
        packed = files.one_file(target, partial(_pack, source, stretch, reason, out_dir))
    progress.finished()
    return packed


def _pack(source: Source, stretch: Stretch, reason: str, out_dir: Path, file: BinaryIO) -> None:
    reader, progress = source.reader, source.progress
    with bundle(file) as made:
        progress.stage("Taking the events out", "events", 1)
        found = links(reader, stretch)
        made.write(EVENTS, _lines(progress.through(event_lines(reader, found, source.words))))
        made.put(CHAIN, chain_text(source, stretch, found).encode())
        progress.stage("Writing tables", "tables", 1)
        _put_tables(made, source, stretch)
        progress.stage("Adding pictures", "pictures", 1)
        _put_stills(made, source, stretch)
        drawn = drawings(reader, source.summary, stretch)
        for drawing in drawn:
            made.put(f"plots/{drawing.name}.svg", drawing.markup.encode())
        progress.stage("Drawing the cover", "cover", 1)
        is_drawn = _put_cover(made, _cover(source, stretch, reason, found, drawn, made))
        made.put("README.txt", _readme(source, stretch, reason, is_drawn=is_drawn).encode())


def _cover(
    source: Source,
    stretch: Stretch,
    reason: str,
    found: Links,
    drawn: list[Drawing],
    made: Bundle,
) -> Cover:
    measured = readings(source.reader, source.summary, stretch)
    return Cover(source, stretch, reason, found, drawn, measured, dict(made.sums))


def _put_tables(made: Bundle, source: Source, stretch: Stretch) -> None:
    listed = stretch_tables(source, stretch)
    for table in listed:
        made.write(f"tables/{table.name}.csv", partial(write_csv, table, progress=source.progress))
    text = readme(source.summary, listed, source.words)
    made.put("tables/README.txt", text.encode())


def _put_stills(made: Bundle, source: Source, stretch: Stretch) -> None:
    """One at a time: an hour of them is some hundred pictures."""
    listed: list[tuple[str, str, str, str]] = [("file", "t_s", "utc", "why")]
    for still in source.progress.through(source.reader.stills(stretch.from_ms, stretch.to_ms)):
        name = f"stills/{_file_time(still.t_ms)}.jpg"
        made.put(name, still.jpeg)
        why = cell(source.words.edit(still.why))
        listed.append((name, f"{still.t_ms / 1000:g}", iso_utc(still.utc_ns), why))
    if len(listed) > 1:
        text = io.StringIO()
        csv.writer(text).writerows(listed)
        made.put("stills.csv", text.getvalue().encode())


def _put_cover(made: Bundle, cover: Cover) -> bool:
    """As a page for browsers where this machine cannot draw a PDF: the rest is worth having."""
    page = cover_page(cover)
    with tempfile.TemporaryDirectory(prefix="livedesk-") as folder:
        path = Path(folder) / "cover.pdf"
        try:
            write_pdf(page, path, cover.source.progress.still)
        except PdfUnavailableError:
            made.put("cover.html", page.encode("utf-8", "replace"))
            return False
        made.put("cover.pdf", path.read_bytes())
    return True


def _readme(source: Source, stretch: Stretch, reason: str, *, is_drawn: bool) -> str:
    info = source.summary.info
    instead = "" if is_drawn else "\n                  (here cover.html: no PDF could be drawn)"
    return _README.format(
        session=cell(source.words.edit(info.session)),
        name=cell(source.words.edit(info.name)),
        store=cell(info.store),
        words=stretch.words,
        start=iso_utc(info.started_utc_ns),
        reason=cell(one_line(source.words.edit(reason), 2_000)),
        instead=instead,
        edition=_BRAND if source.words.is_brand else "",
    )


def _lines(lines: Iterable[str]) -> Callable[[BinaryIO], None]:
    return lambda file: file.writelines(line.encode() for line in lines)


def _named(stretch: Stretch) -> str:
    return f"{_file_time(stretch.from_ms)[:-4]}-{_file_time(stretch.to_ms)[:-4]}"


def _file_time(t_ms: int) -> str:
    """`001203-250`: a time that every file system takes, to the ms; before first media with m."""
    whole = show_time(abs(t_ms)).replace(":", "").zfill(6)
    return f"{'m' if t_ms < 0 else ''}{whole}-{abs(t_ms) % 1000:03d}"
