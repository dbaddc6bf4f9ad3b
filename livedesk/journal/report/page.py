"""The report: which facts go onto the page, in which order and in which words?

One HTML file without scripts or anything fetched: it opens in ten years and from a mail.
"""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from livedesk.core.clock import iso_utc
from livedesk.core.figures import FIGURES
from livedesk.core.ladder import SkewLadder
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader, TimedEvent
from livedesk.journal.report import svg
from livedesk.journal.report.queue_cells import item_cells, listed_items, rule_cells, warning_cells
from livedesk.journal.report.rows import (
    incident_row,
    listed_pins,
    pin_row,
    plain_number,
    switch_row,
    uplink_rows,
)
from livedesk.journal.report.verdict import headline, tiles
from livedesk.journal.text import (
    duration,
    label,
    number,
    percent,
    plain,
    show_time,
    shown,
    unit,
    utc_ns_at,
)

CHECK_KINDS = ("check.signed", "check.standing")

MAX_EVENTS = 1_000
"""A page that nobody can scroll serves nobody; the rest is in the CSV, and the page says so."""


def render_report(reader: SessionReader, summary: Summary) -> str:
    """The whole page. The same file gives the same bytes: it does not say when it was made."""
    environment = Environment(
        loader=PackageLoader("livedesk.journal.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    events = reader.newest_events(MAX_EVENTS)
    return environment.get_template("report.html.j2").render(
        info=summary.info,
        summary=summary,
        headline=headline(summary),
        tiles=tiles(summary),
        rates_plot=Markup(svg.draw(_rates_plot(reader, summary))),
        sync_plot=Markup(svg.draw(_sync_plot(reader, summary))),
        curves=[(Markup(svg.swatch(style)), name) for style, name in _curve_names(summary)],
        incidents=[incident_row(n, i, summary) for n, i in enumerate(summary.incidents, 1)],
        switches=[switch_row(row) for row in summary.switches],
        pins=[pin_row(row) for row in listed_pins(summary)],
        items=[item_cells(row) for row in listed_items(summary)],
        rules=rule_cells(summary),
        warnings=warning_cells(summary),
        uplinks=uplink_rows(summary),
        figures=[FIGURES[name] for name in FIGURES],
        ladder=SkewLadder(critical_ms=summary.info.limits.max_skew_ms),
        checks=[_event_row(timed) for timed in reader.events(kinds=CHECK_KINDS)],
        gaps=[_gap_row(gap.start_s, gap.end_s, summary) for gap in summary.gaps],
        events=[_event_row(timed) for timed in sorted(events, key=_by_time)],
        earlier_events=_count_events(reader) - len(events),
        started=iso_utc(summary.info.started_utc_ns),
        ended=iso_utc(summary.end_utc_ns),
        signed_off=_iso_or_none(summary.signed_off_utc_ns),
        duration=duration,
        label=label,
        number=number,
        percent=percent,
        plain_number=plain_number,
        seconds=_seconds,
        shown=shown,
        tenths=_tenths,
        unit=unit,
    )


def _iso_or_none(utc_ns: int | None) -> str | None:
    return None if utc_ns is None else iso_utc(utc_ns)


def _seconds(value_ms: float | None) -> str:
    return _tenths(None if value_ms is None else value_ms / 1000)


def _tenths(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _finalize(value: object) -> object:
    """Every text that goes onto the page passes here: no control character reaches a browser."""
    return plain(value) if type(value) is str else value


def _rates_plot(reader: SessionReader, summary: Summary) -> svg.Plot:
    """Scaled to the feed: a path that catches up peaks at many times its rate for a moment."""
    limit = summary.info.limits.min_kbps
    feed = max((s.max for s in summary.figures if s.figure == "feed_kbps"), default=0.0)
    usual = max((s.p95 for s in summary.figures if s.figure == "goodput_kbps"), default=0.0)
    return svg.Plot(
        title=f"Feed rate and goodput over the session, in kbps, with the {limit:,.0f} kbps line",
        started_utc_ns=summary.info.started_utc_ns,
        to_s=_to_s(summary),
        low=0,
        high=max(limit * 1.5, (feed or usual) * 1.25),
        lines=[
            _line(reader, summary, style, figure, subject)
            for style, figure, subject in _rate_curves(summary)
        ],
        rules=[svg.Rule(limit, f"{limit:,.0f} limit", "critical")],
        shades=_shades(summary, ("encoder", "path", "relay", "instrument", "person", "other")),
        height=290,
    )


def _sync_plot(reader: SessionReader, summary: Summary) -> svg.Plot:
    ladder = SkewLadder(critical_ms=summary.info.limits.max_skew_ms)
    worst = abs(summary.worst_skew.skew_ms) if summary.worst_skew else 0.0
    reach = max(ladder.critical_ms * 1.25, worst * 1.1)
    return svg.Plot(
        title="A/V skew over the session, in ms; positive means sound early",
        started_utc_ns=summary.info.started_utc_ns,
        to_s=_to_s(summary),
        low=-reach,
        high=reach,
        lines=[_line(reader, summary, "skew", "skew_ms", "")],
        rules=[
            svg.Rule(value, f"{shown('skew_ms', value, signed=True)} {step}", step)
            for value, step in ladder.bounds()
        ],
        shades=_shades(summary, ("sync",)),
        height=270,
        signed=True,
    )


def _to_s(summary: Summary) -> int:
    return max(1, -(-summary.length_ms // 1000))


def _rate_curves(summary: Summary) -> list[tuple[str, str, str]]:
    """An uplink has its look by its place in the settings, as in the console."""
    measured = [s.subject for s in summary.figures if s.figure == "goodput_kbps"]
    uplinks = dict.fromkeys((*summary.info.uplinks, *measured))
    goodputs = [
        (f"goodput-{place % 3}", "goodput_kbps", name)
        for place, name in enumerate(uplinks)
        if name in measured
    ]
    return [*goodputs, ("feed", "feed_kbps", "")]


def _curve_names(summary: Summary) -> list[tuple[str, str]]:
    return [(style, label(figure, subject)) for style, figure, subject in _rate_curves(summary)]


def _line(
    reader: SessionReader, summary: Summary, style: str, figure: str, subject: str
) -> svg.Line:
    series = reader.series(figure, subject, 0, _to_s(summary), svg.PLOT_WIDTH)
    return svg.Line(style, series.points)


def _shades(summary: Summary, sides: Sequence[str]) -> list[svg.Shade]:
    gaps = [svg.Shade(gap.start_s, gap.end_s, "gap") for gap in summary.gaps]
    troubles = [
        svg.Shade(
            from_s=max(0.0, incident.start_ms / 1000),
            to_s=(summary.length_ms if incident.end_ms is None else incident.end_ms) / 1000,
            style="trouble",
            flag=str(place),
        )
        for place, incident in enumerate(summary.incidents, 1)
        if incident.side in sides
    ]
    return gaps + troubles


def _gap_row(start_s: int, end_s: int, summary: Summary) -> tuple[str, str, str, str]:
    return (
        show_time(start_s * 1000),
        show_time(end_s * 1000),
        iso_utc(utc_ns_at(summary, start_s * 1000))[11:19],
        duration(end_s - start_s),
    )


def _event_row(timed: TimedEvent) -> tuple[str, str, str, str, str, str]:
    event = timed.event
    text = f"{event.text} ({event.actor})" if event.actor else event.text
    return (
        show_time(timed.t_ms, tenths=True),
        iso_utc(event.utc_ns)[11:19],
        event.level,
        event.source,
        event.kind,
        text,
    )


def _by_time(timed: TimedEvent) -> tuple[int, int]:
    return timed.t_ms, timed.event.seq


def _count_events(reader: SessionReader) -> int:
    return sum(1 for _ in reader.events())
