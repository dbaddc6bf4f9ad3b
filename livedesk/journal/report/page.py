"""The report: which facts go onto the page, in which order and in which words?

One HTML file without scripts or anything fetched: it opens in ten years and from a mail. Its print
is the PDF: the first sheet alone tells of the show, the others hold the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from livedesk.core.clock import iso_utc
from livedesk.journal.chain import Seal
from livedesk.journal.fold.figures import figures_of
from livedesk.journal.fold.headline import headline
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report.comments import comments_chapter
from livedesk.journal.report.edition import AS_WRITTEN, AsWritten
from livedesk.journal.report.front import (
    MAX_WORST,
    MAX_WORST_BESIDE_STILLS,
    caveats,
    fault_count,
    first_figures,
    other_figures,
    shown_stills,
    worst_incidents,
)
from livedesk.journal.report.grid import Chapter, as_cell
from livedesk.journal.report.people import (
    actions_chapter,
    alarms_chapter,
    check_chapter,
)
from livedesk.journal.report.pins import pins_chapter
from livedesk.journal.report.plots import glance, timeline_chapter
from livedesk.journal.report.record import (
    definitions_chapter,
    events_chapter,
    limits_chapter,
    salvaged_words,
    seal_chapter,
    seal_words,
    unmeasured_chapter,
)
from livedesk.journal.report.stream import (
    figures_chapter,
    incidents_chapter,
    switches_chapter,
    uplinks_chapter,
)
from livedesk.journal.report.strip import draw_strip
from livedesk.journal.text import plain, shortened, show_time

_LONGEST_NAME: Final = 60
"""One line of the first page; the exports have it all."""

_AS_THEY_ARE: Final = re.compile(r"[^\w .,:;+()–·-]")


def render_report(
    reader: SessionReader,
    summary: Summary,
    words: AsWritten = AS_WRITTEN,
    seal: Seal | None = None,
    more: Sequence[Chapter] = (),
    still: Callable[[], None] = lambda: None,
) -> str:
    """The whole page. The same file gives the same bytes: it does not say when it was made.

    `seal`: of this file, if the caller has looked already; else the page looks. `more`: chapters
    that are not of the record, such as what was sold; they stand after pins and comments. `still`
    is called before each chapter is made; what it raises ends the making.
    """
    seal = reader.seal() if seal is None else seal
    figures = figures_of(summary)
    started = iso_utc(summary.info.started_utc_ns)
    name = shortened(summary.info.name, _LONGEST_NAME)
    stills = shown_stills(reader, summary)
    worst = worst_incidents(summary, words, MAX_WORST_BESIDE_STILLS if stills else MAX_WORST)
    salvaged = salvaged_words(reader)
    chapters = _chapters(reader, summary, words, seal_chapter(seal, salvaged), more)
    signed_off_ns = summary.signed_off_utc_ns
    return _environment().get_template("report.html.j2").render(
        info=summary.info,
        words=words,
        name=name,
        started=started,
        ended=iso_utc(summary.end_utc_ns),
        length=show_time(summary.length_ms),
        signed_off=None if signed_off_ns is None else iso_utc(signed_off_ns),
        headline=headline(summary),
        figures=first_figures(figures),
        others=other_figures(figures),
        glance=Markup(draw_strip(glance(reader, summary, {each.number for each in worst}))),
        worst=worst,
        fault_count=fault_count(summary),
        stills=stills,
        caveats=caveats(summary, seal, salvaged),
        seal=seal,
        seal_title=seal_words(seal)[0],
        chapters=list(_made(chapters, still)),
        running=_css_string(f"{plain(name)} · {started[:10]}"),
        session=_css_string(plain(shortened(summary.info.session, 60))),
    )  # fmt: skip


def _chapters(
    reader: SessionReader,
    summary: Summary,
    words: AsWritten,
    seal: Chapter,
    more: Sequence[Chapter],
) -> Iterator[Chapter | None]:
    """Each is made when it is asked for."""
    yield timeline_chapter(reader, summary)
    yield incidents_chapter(summary, words)
    yield switches_chapter(summary, words)
    yield uplinks_chapter(summary)
    if summary.pins:
        yield pins_chapter(summary, words)
    if summary.has_moderation:
        yield comments_chapter(summary, words)
    yield from more
    yield alarms_chapter(summary, words)
    yield actions_chapter(summary, words)
    yield check_chapter(reader, words)
    yield figures_chapter(summary)
    yield unmeasured_chapter(summary)
    yield limits_chapter(summary, words)
    yield seal
    yield definitions_chapter()
    yield events_chapter(reader, words)


def _made(chapters: Iterable[Chapter | None], still: Callable[[], None]) -> Iterator[Chapter]:
    for chapter in chapters:
        still()
        if chapter is not None:
            yield chapter


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("livedesk.journal.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.filters.update(cell=as_cell, markup=Markup)
    return environment


def _finalize(value: object) -> object:
    """Every text that goes onto the page passes here: no control character reaches a browser."""
    return plain(value) if type(value) is str else value


def _css_string(text: str) -> Markup:
    """Inside of a style sheet's string nothing may end the string, or the sheet."""
    return Markup('"' + _AS_THEY_ARE.sub(lambda found: f"\\{ord(found[0]):x} ", text) + '"')
