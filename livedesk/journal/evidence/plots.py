"""How was the stream in a stretch? Rates and sync as drawings, and in a few figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livedesk.core.figures import FIGURES
from livedesk.journal.evidence.stretch import Stretch
from livedesk.journal.fold.summary import Summary
from livedesk.journal.reader import SessionReader
from livedesk.journal.report import svg
from livedesk.journal.report.plots import rate_curves
from livedesk.journal.text import label, shown, unit


@dataclass(frozen=True, slots=True)
class Drawing:
    """`name` of its file, without an ending. `curves`: looks and names for the legend."""

    name: str
    title: str
    markup: str
    curves: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure over the stretch, as the seconds have it; weighted by readings."""

    title: str
    unit: str
    low: str
    mean: str
    high: str
    seconds: int


def drawings(reader: SessionReader, summary: Summary, stretch: Stretch) -> list[Drawing]:
    """Those of which there is anything to draw."""
    limit = summary.info.limits.min_kbps
    skew_limit = summary.info.limits.max_skew_ms
    return [
        *_drawing(
            reader, summary, stretch, "rates", "Feed rate and goodput, in kbps",
            rate_curves(summary),
            [svg.Rule(limit, f"{limit:,.0f} limit", "critical")], signed=False,
        ),
        *_drawing(
            reader, summary, stretch, "sync", "A/V skew, in ms; positive means sound early",
            [("skew", "skew_ms", "")],
            [
                svg.Rule(sign * skew_limit, f"{sign * skew_limit:+,.0f} limit", "critical")
                for sign in (1, -1)
            ],
            signed=True,
        ),
    ]  # fmt: skip


def readings(reader: SessionReader, summary: Summary, stretch: Stretch) -> list[Reading]:
    """Every figure that was measured in the stretch, in the order of the list of figures."""
    order = {name: place for place, name in enumerate(FIGURES)}
    pairs = sorted(reader.subjects(), key=lambda pair: (order.get(pair[0], len(order)), pair))
    return [
        reading
        for figure, subject in pairs
        if (reading := _reading(reader, figure, subject, stretch)) is not None
    ]


def _drawing(
    reader: SessionReader,
    summary: Summary,
    stretch: Stretch,
    name: str,
    title: str,
    curves: Sequence[tuple[str, str, str]],
    rules: Sequence[svg.Rule],
    *,
    signed: bool,
) -> list[Drawing]:
    from_s, to_s = stretch.from_ms // 1000, -(-stretch.to_ms // 1000)
    lines = [
        svg.Line(style, reader.series(figure, subject, from_s, to_s, svg.PLOT_WIDTH).points)
        for style, figure, subject in curves
    ]
    if not any(line.points for line in lines):
        return []
    high = max(*(abs(rule.value) for rule in rules), _reach(lines)) * 1.2
    plot = svg.Plot(
        title=f"{title}, {stretch.words}",
        started_utc_ns=summary.info.started_utc_ns,
        from_s=from_s,
        to_s=to_s,
        low=-high if signed else 0,
        high=high,
        lines=lines,
        rules=rules,
        shades=[
            svg.Shade(max(gap.start_s, from_s), min(gap.end_s, to_s), "gap")
            for gap in summary.gaps
            if stretch.touches(gap.start_s * 1000, gap.end_s * 1000 - 1)
        ],
        height=240,
        signed=signed,
    )
    names = tuple((style, label(figure, subject)) for style, figure, subject in curves)
    return [Drawing(name, title, svg.draw(plot), names)]


def _reach(lines: Sequence[svg.Line]) -> float:
    """The greatest mean: peaks of a path that catches up would flatten all else."""
    means = (point.mean for line in lines for point in line.points)
    return max((abs(mean) for mean in means if mean is not None), default=0.0)


def _reading(reader: SessionReader, figure: str, subject: str, stretch: Stretch) -> Reading | None:
    low = high = total = 0.0
    n = seconds = 0
    last_s = -1
    from_s, to_s = stretch.from_ms // 1000, -(-stretch.to_ms // 1000)
    for row in reader.samples(figure, subject, from_s, to_s):
        low = row.min if n == 0 else min(low, row.min)
        high = row.max if n == 0 else max(high, row.max)
        n, total = n + row.n, total + row.mean * row.n
        seconds, last_s = seconds + (row.t_s != last_s), row.t_s
    if n == 0:
        return None
    low_text, mean_text, high_text = (shown(figure, value) for value in (low, total / n, high))
    return Reading(label(figure, subject), unit(figure), low_text, mean_text, high_text, seconds)
