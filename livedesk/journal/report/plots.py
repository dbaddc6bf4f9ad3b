"""Which curves does the report draw, on which scales?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from livedesk.core.ladder import SkewLadder
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report import svg
from livedesk.journal.report.grid import Chapter, Drawing
from livedesk.journal.report.pins import is_bad
from livedesk.journal.report.stream import is_fault
from livedesk.journal.report.strip import Bar, Lane, Strip, Tick, counted
from livedesk.journal.text import label, shown

_RATE_SIDES = ("encoder", "path", "relay", "instrument", "other")
_GLANCE_POINTS = 400

MAX_UPLINK_LANES = 4
"""Those that carried most; the first page has room for so many."""


def timeline_chapter(reader: SessionReader, summary: Summary) -> Chapter:
    curves = rate_curves(summary)
    legend = [(svg.swatch(style), label(figure, subject)) for style, figure, subject in curves]
    if _troubles(summary, _RATE_SIDES):
        legend.append((svg.box("trouble"), "incident, numbered as in the list"))
    if summary.gaps:
        legend.append((svg.box("gap"), "not measured"))
    drawings = [
        Drawing("Rates", "kbps", svg.draw(_rates(reader, summary)), legend),
        Drawing("A/V skew", "ms, positive: sound early", svg.draw(_sync(reader, summary))),
    ]
    if any(row.pin.latency_ms is not None for row in summary.pins):
        title = "Pins: from the cue until the platform showed the product"
        drawings.append(Drawing(title, "ms", svg.draw(_pins(summary))))
    notes = [
        "Curves are means, the tint around them reaches from minimum to maximum. A line is broken "
        "where data are missing and where the feed began a new timeline."
    ]
    return Chapter("timeline", "Timeline", drawings=drawings, notes=notes)


def glance(reader: SessionReader, summary: Summary, named: Collection[int]) -> Strip:
    """The show in one picture: uplinks, incidents, pins, comments, alarms. Of the incidents only
    those `named` have their number: the page tells of them beside it."""
    to_s = _to_s(summary)
    gaps = [Bar(gap.start_s, gap.end_s, "gap") for gap in summary.gaps]
    uplinks = sorted(filter(None, summary.carried_s), key=lambda name: -summary.carried_s[name])
    lanes = [
        Lane(name, [*gaps, *_carried(reader, name, to_s)])
        for name in summary.carried_s
        if name in uplinks[:MAX_UPLINK_LANES]
    ]
    troubles = [
        Bar(shade.from_s, shade.to_s, "trouble", shade.flag if int(shade.flag) in named else "")
        for shade in _troubles(summary, (*_RATE_SIDES, "sync"))
    ]
    lanes.append(Lane("Incidents", troubles))
    if summary.pins:
        ticks = [Tick(r.t_ms / 1000, "bad" if is_bad(r.pin) else "good") for r in summary.pins]
        lanes.append(Lane("Pins", ticks=ticks))
    if summary.queue:
        times = [row.t_ms / 1000 for row in summary.queue]
        lanes.append(Lane("Comments", counts=counted(times, to_s)))
    alarms = [
        Bar(life.tripped_ms / 1000, _end_s(life.cleared_ms, summary), "alarm")
        for alarm in summary.alarms
        for life in alarm.lives
    ]
    lanes.append(Lane("Alarms", alarms))
    return Strip(
        title="The show at a glance: which uplink carried, incidents, pins, comments and alarms",
        started_utc_ns=summary.info.started_utc_ns,
        to_s=to_s,
        lanes=lanes,
        moves=[row.t_ms / 1000 for row in summary.switches],
    )


def _carried(reader: SessionReader, uplink: str, to_s: int) -> list[Bar]:
    """Stretches with goodput, to a few seconds: what the eye can tell apart."""
    width_s = _width_s(to_s)
    bars: list[Bar] = []
    for point in reader.series("goodput_kbps", uplink, 0, to_s, _GLANCE_POINTS).points:
        if not point.mean:
            continue
        end_s = min(float(to_s), point.t_s - point.t_s % width_s + width_s)
        if bars and point.t_s - bars[-1].to_s <= 1:
            bars[-1] = Bar(bars[-1].from_s, end_s, "carried")
        else:
            bars.append(Bar(point.t_s, end_s, "carried"))
    return bars


def _width_s(to_s: int) -> int:
    """Seconds that one point of the glance stands for."""
    return max(1, -(-to_s // _GLANCE_POINTS))


def _rates(reader: SessionReader, summary: Summary) -> svg.Plot:
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
            for style, figure, subject in rate_curves(summary)
        ],
        rules=[svg.Rule(limit, f"{limit:,.0f} limit", "critical")],
        shades=_shades(summary, _RATE_SIDES),
        height=300,
    )


def _sync(reader: SessionReader, summary: Summary) -> svg.Plot:
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


def _pins(summary: Summary) -> svg.Plot:
    budget_ms = summary.info.limits.pin_budget_ms
    dots = [
        svg.Dot(row.t_ms / 1000, row.pin.latency_ms, "bad" if is_bad(row.pin) else "good")
        for row in summary.pins
        if row.pin.latency_ms is not None
    ]
    highest = max(dot.value for dot in dots)
    return svg.Plot(
        title="Latency of each pin over the session, in ms, with the budget as a line",
        started_utc_ns=summary.info.started_utc_ns,
        to_s=_to_s(summary),
        low=0,
        high=min(max(budget_ms * 1.25, highest * 1.1), budget_ms * 4),
        lines=[],
        rules=[svg.Rule(budget_ms, f"{budget_ms:,.0f} budget", "critical")],
        dots=dots,
        height=220,
    )


def _to_s(summary: Summary) -> int:
    return max(1, -(-summary.length_ms // 1000))


def _end_s(end_ms: int | None, summary: Summary) -> float:
    return (summary.length_ms if end_ms is None else end_ms) / 1000


def rate_curves(summary: Summary) -> list[tuple[str, str, str]]:
    """Looks, figures and subjects. An uplink has its look by its place in the settings, as in the
    console."""
    measured = [s.subject for s in summary.figures if s.figure == "goodput_kbps"]
    uplinks = dict.fromkeys((*summary.info.uplinks, *measured))
    goodputs = [
        (f"goodput-{place % 3}", "goodput_kbps", name)
        for place, name in enumerate(uplinks)
        if name in measured
    ]
    return [*goodputs, ("feed", "feed_kbps", "")]


def _line(
    reader: SessionReader, summary: Summary, style: str, figure: str, subject: str
) -> svg.Line:
    series = reader.series(figure, subject, 0, _to_s(summary), svg.PLOT_WIDTH)
    return svg.Line(style, series.points)


def _shades(summary: Summary, sides: Sequence[str]) -> list[svg.Shade]:
    gaps = [svg.Shade(gap.start_s, gap.end_s, "gap") for gap in summary.gaps]
    return gaps + _troubles(summary, sides)


def _troubles(summary: Summary, sides: Sequence[str]) -> list[svg.Shade]:
    return [
        svg.Shade(
            from_s=max(0.0, incident.start_ms / 1000),
            to_s=_end_s(incident.end_ms, summary),
            style="trouble",
            flag=str(place),
        )
        for place, incident in enumerate(summary.incidents, 1)
        if incident.side in sides and is_fault(incident)
    ]
