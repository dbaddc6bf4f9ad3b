"""Which events are of a stretch, and how do they prove to be part of the record?

They go out as they are in the file, with nothing left out between the first and the last, so that
each digest can be computed again from the one before (`journal/chain.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from livedesk.core.clock import iso_utc
from livedesk.core.events import Json
from livedesk.journal.chain import origin
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.exports.source import Source
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.edition import AsWritten
from livedesk.journal.values import EventRow

CHAIN_FORMAT: Final = 1

ROW_KEYS: Final = (
    "seq", "t_ms", "utc_ns", "mono_ns", "kind", "level", "source", "text", "actor", "data",
)  # fmt: skip
"""The members of a line that a digest is of, in this order; `data` is the text in the record."""

HOW: Final = (
    "Each line of events.jsonl is an event of the record, in its order and with none left out "
    "between the first and the last.",
    "A digest is the SHA-256, in hex, of a JSON list in ASCII and without blanks: the digest "
    f"before it, then the members {', '.join(ROW_KEYS)} of its line, data being a text.",
    "The digest before the first line is `before`; that of the last line is `last`.",
    "`head` stood for the whole record when this was packed. That `last` leads to it is to be seen "
    "in the record only, which has the events between: livedesk verify SESSION --head LAST.",
)

_KIND: Final = re.compile(r"[a-z_]{1,24}(?:\.[a-z_]{1,24}){1,3}")
"""An event's kind, such as `session.start`, which reads as the name of a host does."""

_EDITED: Final = (
    "This is the brand edition: names and addresses in the events are taken out, so that the "
    "digests, which are of the full record, cannot be computed again from this file.",
)


@dataclass(frozen=True, slots=True)
class Links:
    """The events of a stretch within the chain. `before`: the digest of the event before them, or
    what stands before the first of all."""

    first_seq: int = 0
    last_seq: int = 0
    events: int = 0
    before: str = ""
    first: str = ""
    last: str = ""


def links(reader: SessionReader, stretch: Stretch) -> Links:
    """One pass. Events are in the order in which they were written, and a late one may have an
    earlier time, so it is all from the first to the last one with a time in the stretch."""
    before, first_before = origin(reader.meta), ""
    first_seq = last_seq = events = pending = 0
    first = last = ""
    for sealed in reader.sealed_rows():
        is_in = stretch.has(sealed.row[1])
        pending += 1
        if is_in and not first_seq:
            first_seq, first, first_before, pending = sealed.row[0], sealed.digest or "", before, 1
        if is_in:
            last_seq, last = sealed.row[0], sealed.digest or ""
            events, pending = events + pending, 0
        before = sealed.digest or before
    return Links(first_seq, last_seq, events, first_before if first else "", first, last)


def event_lines(reader: SessionReader, found: Links, words: AsWritten) -> Iterator[str]:
    """`events.jsonl`: ASCII, so that nothing in it commands a screen and no reader alters it."""
    if not found.events:
        return
    for sealed in reader.sealed_rows(found.first_seq - 1, found.last_seq):
        members: dict[str, Json] = dict(zip(ROW_KEYS, sealed.row, strict=True))
        if words.is_brand:
            members |= _edited(sealed.row, words)
        members |= {"utc": iso_utc(sealed.row[2]), "digest": sealed.digest}
        yield json.dumps(members, separators=(",", ":")) + "\n"


def chain_text(source: Source, stretch: Stretch, found: Links) -> str:
    """`chain.json`."""
    info, words, seal = source.summary.info, source.words, source.seal
    content = {
        "format": CHAIN_FORMAT,
        "algorithm": "SHA-256",
        "session": words.edit(info.session),
        "store": info.store,
        "edition": "brand" if words.is_brand else "full",
        "recomputable": not words.is_brand and bool(found.first),
        "record": {
            "seal": seal.state,
            "head": seal.head,
            "sealed_events": seal.sealed_events,
            "unsealed_events": seal.unsealed_events,
            "broken_seq": seal.broken_seq,
        },
        "stretch": {"from_ms": stretch.from_ms, "to_ms": stretch.to_ms, **asdict(found)},
        "how": [*(_EDITED if words.is_brand else ()), *HOW],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _edited(row: EventRow, words: AsWritten) -> dict[str, Json]:
    data = words.data(json.loads(row[9]))
    return {
        "kind": row[4] if _KIND.fullmatch(row[4]) else words.edit(row[4]),
        "text": words.edit(row[7]),
        "actor": words.name(row[8]) or None,
        "data": json.dumps(data, separators=(",", ":")),
    }
