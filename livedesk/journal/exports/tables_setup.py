"""What was in force, how true the clock was, and which pictures there are, as tables."""

from __future__ import annotations

from collections.abc import Iterator

from livedesk.journal.exports.table import Column, Row
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.text import utc_ns_at

SETTINGS = (
    Column("utc", "wall time from which on it held", "time"),
    Column("t_s", "session time of that", "number", "s"),
    Column("name", "dotted path of the setting", is_word=True),
    Column("value", "until a later row of the same name; empty: not set any more"),
)


def setting_lines(summary: Summary, words: AsWritten) -> Iterator[Row]:
    for row in summary.settings:
        yield (row.utc_ns, row.t_ms / 1000, row.name, words.setting(row.name, row.value))


CLOCK = (
    Column("utc", "wall time", "time"),
    Column("t_s", "session time", "number", "s"),
    Column("offset_ms", "by which the wall clock was ahead of true time", "number", "ms"),
    Column("error_ms", "how far that may be off to either side", "number", "ms"),
    Column("synchronised", "whether the system kept it in step; empty: not known", "bool"),
    Column("source", "who said so"),
    Column("text", "the same in a sentence"),
)


def clock_lines(summary: Summary) -> Iterator[Row]:
    for row in summary.clock:
        yield (
            row.utc_ns,
            row.t_ms / 1000,
            row.offset_ms,
            row.error_ms,
            row.synchronised,
            row.source,
            row.text,
        )


STILLS = (
    Column("utc", "wall time, counted from the start of the session", "time"),
    Column("t_s", "session time", "number", "s"),
    Column("why", "what it was kept for"),
)


def still_lines(reader: SessionReader, summary: Summary) -> Iterator[Row]:
    """The pictures themselves are in the record and in evidence bundles."""
    for t_ms, why in reader.still_times():
        yield (utc_ns_at(summary, t_ms), t_ms / 1000, why)
