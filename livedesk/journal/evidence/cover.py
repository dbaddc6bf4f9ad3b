"""What does somebody read who decides a dispute: one or two pages on top of the bundle?"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from livedesk.core.clock import iso_utc
from livedesk.core.pins import PinStatus
from livedesk.journal.evidence.extract import Links
from livedesk.journal.evidence.plots import Drawing, Reading
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.exports.source import Source
from livedesk.journal.fold.pins import pin_told
from livedesk.journal.reader import SessionReader, TimedEvent
from livedesk.journal.report import svg
from livedesk.journal.text import duration, plain, shortened, show_time
from livedesk.journal.values import Still

MOST_EVENTS = 60
MOST_PICTURES = 6
_LONGEST_TEXT = 300

_READ_BACK = ("pin.confirmed", "pin.late", "pin.failed", "pin.unknown", "pin.by_hand")
_SHOWN = ("pin.confirmed", "pin.late", "pin.by_hand")
_ON_THE_WAY = ("pin.sent", "pin.accepted")
"""Steps of a pin whose cue and end are listed."""

_SEALS = {
    "intact": "Intact: every event of the record is as it was written.",
    "broken": "BROKEN: the record was changed after it was written, or events of it are missing.",
    "unsealed": "None: the record was written before records were sealed.",
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands on it. `sums`: the checksums of the files that come with it."""

    source: Source
    stretch: Stretch
    reason: str
    links: Links
    drawings: Sequence[Drawing]
    readings: Sequence[Reading]
    sums: Mapping[str, str]


def cover_page(cover: Cover) -> str:
    """HTML for the printer of PDFs; also for a browser where there is none."""
    environment = Environment(
        loader=PackageLoader("livedesk.journal.evidence"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    reader, words = cover.source.reader, cover.source.words
    info, stretch = cover.source.summary.info, cover.stretch
    name = words.edit(info.name)
    listed, left_out = _happened(cover)
    return environment.get_template("cover.html.j2").render(
        title=f"Evidence: {shortened(name or info.store, 60)}, {stretch.words}",
        written=iso_utc(info.started_utc_ns),
        reason=shortened(words.edit(cover.reason), 2_000),
        facts=_facts(cover),
        pinned=_pinned(reader, cover),
        readings=cover.readings,
        drawings=[
            (
                drawing.title,
                Markup(drawing.markup),
                [(Markup(svg.swatch(style)), name) for style, name in drawing.curves],
            )
            for drawing in cover.drawings
        ],
        events=[_event_row(timed, cover) for timed in listed],
        left_out=left_out,
        pictures=[_picture(still, cover) for still in pictures(reader, stretch)],
        seal=_SEALS[cover.source.seal.state],
        head=cover.source.seal.head,
        links=cover.links,
        sums=sorted(cover.sums.items()),
    )


def _facts(cover: Cover) -> list[tuple[str, str]]:
    reader, words = cover.source.reader, cover.source.words
    info, stretch = cover.source.summary.info, cover.stretch
    ends = (iso_utc(reader.utc_ns_at(t_ms)) for t_ms in (stretch.from_ms, stretch.to_ms))
    edition = "brand: without names and internal addresses" if words.is_brand else "full"
    return [
        ("Store", shortened(f"{words.edit(info.name)} ({info.store})", 200)),
        ("Platform", shortened(info.platform, 80)),
        ("Session", shortened(words.edit(info.session), 120)),
        ("First media", iso_utc(info.started_utc_ns)),
        ("Stretch, show time", f"{stretch.words} ({_length(stretch)})"),
        ("Stretch, UTC", " to ".join(ends)),
        ("Edition", edition),
    ]


def pictures(reader: SessionReader, stretch: Stretch) -> list[Still]:
    """A few, spread over the stretch; the bundle has them all."""
    times = [t_ms for t_ms, _ in reader.still_times() if stretch.has(t_ms)]
    step = max(1, -(-len(times) // MOST_PICTURES))
    found = (next(reader.stills(t_ms, t_ms + 1), None) for t_ms in times[::step])
    return [still for still in found if still is not None]


def _happened(cover: Cover) -> tuple[list[TimedEvent], int]:
    """What people did, what was shown, and what is above mere information; and how many more."""
    events = (
        timed
        for timed in _events(cover)
        if timed.event.kind in _SHOWN
        or (timed.event.actor and timed.event.kind not in _ON_THE_WAY)
        or timed.event.level != "info"
    )
    listed = list(islice(events, MOST_EVENTS))
    return listed, sum(1 for _ in events)


def _events(cover: Cover) -> Iterable[TimedEvent]:
    if not cover.links.events:
        return ()
    found = cover.source.reader.events(cover.links.first_seq - 1, cover.links.last_seq)
    return (timed for timed in found if cover.stretch.has(timed.t_ms))


def _event_row(timed: TimedEvent, cover: Cover) -> tuple[str, str, str, str]:
    event, words = timed.event, cover.source.words
    text = shortened(words.edit(event.text), _LONGEST_TEXT)
    return show_time(timed.t_ms, tenths=True), event.level, text, words.name(event.actor)


def _pinned(reader: SessionReader, cover: Cover) -> str:
    """What the platform showed when the stretch began, as it was last read back before."""
    current: PinStatus | None = None
    for timed in reader.events(kinds=_READ_BACK):
        pin = pin_told(timed.event) if timed.t_ms < cover.stretch.from_ms else None
        if pin is None or pin.shown is None:
            continue
        if pin.shown:
            current = pin
        elif current is not None and current.product_id == pin.product_id:
            current = None
    if current is None:
        return "Nothing, as far as the platform had been read back."
    return shortened(f"{cover.source.words.edit(current.title)} ({current.product_id})", 200)


def _picture(still: Still, cover: Cover) -> tuple[str, str, str]:
    data = base64.b64encode(still.jpeg).decode("ascii")
    why = shortened(cover.source.words.edit(still.why), 60)
    return f"data:image/jpeg;base64,{data}", show_time(still.t_ms, tenths=True), why


def _length(stretch: Stretch) -> str:
    return duration((stretch.to_ms - stretch.from_ms) / 1000)
