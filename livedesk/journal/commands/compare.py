"""`livedesk compare`: of two sessions, which was better in what?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from livedesk.core.clock import iso_utc
from livedesk.core.command import say
from livedesk.core.one_line import one_line
from livedesk.core.records import SessionFigures, SummaryFigure
from livedesk.journal.commands.export import named_session, with_offer
from livedesk.journal.errors import JournalError, NotASessionError
from livedesk.journal.fold.figures import session_figures
from livedesk.journal.fold.summary import summarise
from livedesk.journal.reader import SessionReader

Better = Literal["first", "second", "same", "unknown"]

_SIGNS: dict[Better, tuple[str, str]] = {
    "first": ("✓", " "),
    "second": (" ", "✓"),
    "same": ("=", "="),
    "unknown": (" ", " "),
}


def run_compare(args: argparse.Namespace) -> int:
    first, second = (_figures(named_session(named)) for named in (args.first, args.second))
    if args.json:
        say(msgspec.json.encode([first, second]).decode())
        return 0
    for line in _lines(first, second):
        say(line)
    return 0


def better(first: SummaryFigure | None, second: SummaryFigure | None) -> Better:
    """Which of two is better by the figure's own direction; unknown where it has none, or where
    one of them is not known."""
    if first is None or second is None or first.value is None or second.value is None:
        return "unknown"
    if first.better is None:
        return "unknown"
    if first.value == second.value:
        return "same"
    is_first = (first.value > second.value) == (first.better == "high")
    return "first" if is_first else "second"


def _figures(path: Path) -> SessionFigures:
    try:
        with SessionReader.open(path) as reader:
            return session_figures(reader, summarise(reader))
    except NotASessionError as error:
        raise JournalError(with_offer(error)) from error


def _lines(first: SessionFigures, second: SessionFigures) -> Iterator[str]:
    """A table for people. The better one of a row has a mark, so no colour is needed."""
    rows = [("", " ", _head(first), " ", _head(second))]
    firsts = {figure.key: figure for figure in first.figures}
    seconds = {figure.key: figure for figure in second.figures}
    for key, figure in (seconds | firsts).items():
        signs = _SIGNS[better(firsts.get(key), seconds.get(key))]
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
    # `0:03:16` says its unit by its form.
    has_unit = ":" in figure.text or figure.unit in figure.text
    shown = figure.text if figure.value is None or has_unit else f"{figure.text} {figure.unit}"
    return one_line(f"{shown} ({figure.word})" if figure.word else shown, 60)
