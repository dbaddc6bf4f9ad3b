"""`livedesk compare`: of two sessions, which was better in what?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from livedesk.core.clock import iso_utc
from livedesk.core.command import say
from livedesk.core.one_line import one_line
from livedesk.core.records import SessionFigures, SummaryFigure, Verdict, better_of
from livedesk.journal.commands.export import named_session, reading
from livedesk.journal.fold.figures import session_figures
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader

_SIGNS: Final[dict[Verdict, tuple[str, str]]] = {
    "left": ("✓", " "),
    "right": (" ", "✓"),
    "same": ("=", "="),
    "none": (" ", " "),
}


def run_compare(args: argparse.Namespace) -> int:
    first, second = (_figures(named_session(named)) for named in (args.first, args.second))
    if args.json:
        say(msgspec.json.encode([first, second]).decode())
        return 0
    for line in _lines(first, second):
        say(line)
    return 0


def _figures(path: Path) -> SessionFigures:
    with reading(path), SessionReader.open(path) as reader:
        return session_figures(reader, summarise(reader))


def _lines(first: SessionFigures, second: SessionFigures) -> Iterator[str]:
    """A table for people. The better one of a row has a mark, so no colour is needed."""
    rows = [("", " ", _head(first), " ", _head(second))]
    firsts = {figure.key: figure for figure in first.figures}
    seconds = {figure.key: figure for figure in second.figures}
    for key, figure in (seconds | firsts).items():
        signs = _SIGNS[better_of(firsts.get(key), seconds.get(key))]
        texts = [_text(firsts.get(key)), _text(seconds.get(key))]
        rows.append((figure.title, signs[0], texts[0], signs[1], texts[1]))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        yield "  ".join(
            f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)
        ).rstrip()
    yield ""
    yield "✓ is better, = is the same; where neither stands, it cannot be said."
    if first.limits != second.limits:
        yield "The two were judged by different limits, each by its own."


def _head(figures: SessionFigures) -> str:
    return f"{one_line(figures.store, 40)} {iso_utc(figures.started_utc_ns)[:16]}Z"


def _text(figure: SummaryFigure | None) -> str:
    if figure is None:
        return "–"
    return one_line(f"{figure.text} ({figure.word})" if figure.word else figure.text, 60)
