"""What does a session amount to? A pure fold over its file: the same rows, the same figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from livedesk.core.figures import FIGURES
from livedesk.core.moderation import ComplianceWarning
from livedesk.core.percentile import nearest_rank
from livedesk.core.pin_latency import latency_of
from livedesk.core.pins import PinLatency
from livedesk.journal.fold.incidents import SETTLING_S, Incident, find_incidents
from livedesk.journal.fold.pins import PinRow, pin_rows
from livedesk.journal.fold.queue import QueueRow, comments_counted, queue_rows, warnings_told
from livedesk.journal.fold.queue_figures import QueueFigures, queue_figures
from livedesk.journal.fold.spans import NOTHING_CAME, Span, no_way_out, spans
from livedesk.journal.fold.switches import SwitchRow, switches
from livedesk.journal.fold.uplinks import carriers, dropped, reconnects
from livedesk.journal.reader import SessionReader, TimedEvent
from livedesk.journal.sessions import SESSION_END
from livedesk.journal.values import SessionInfo


@dataclass(frozen=True, slots=True)
class Second:
    """A figure over one second, its epochs taken together."""

    n: int
    min: float
    mean: float
    max: float


@dataclass(frozen=True, slots=True)
class FigureStats:
    """One figure over the session. Percentiles are over the means of measured seconds.

    The first SETTLING_S seconds, in which the measuring windows fill, are left out if others exist.
    """

    figure: str
    subject: str
    measured_s: int
    missing_s: int
    min: float
    p05: float
    mean: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class Share:
    """Seconds at or above the limit among those whose value is known.

    Seconds in which the feed, or the only uplink, is recorded as gone count as known and below:
    leaving an outage out would make the worst shows look best. The first SETTLING_S seconds, in
    which the measuring windows fill, are left out.
    """

    ok_s: int
    known_s: int

    @property
    def fraction(self) -> float | None:
        return self.ok_s / self.known_s if self.known_s else None


@dataclass(frozen=True, slots=True)
class Gap:
    """[start_s, end_s): seconds about which the record says nothing."""

    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True)
class WorstSkew:
    skew_ms: float
    t_s: int
    utc_ns: int


@dataclass(frozen=True, slots=True)
class Summary:
    """`length_ms` reaches from first media to the end of the show: to sign-off, or to where the
    feed had ended for good before it. Without a sign-off it reaches to the newest row.

    Each whole second of it is on air (an uplink's far end acknowledged media), off air (known not
    to be), or unmeasured.
    """

    info: SessionInfo
    signed_off_utc_ns: int | None
    length_ms: int
    end_utc_ns: int
    on_air_s: int
    off_air_s: int
    gaps: tuple[Gap, ...]
    feed_share: Share
    goodput_share: Share
    figures: tuple[FigureStats, ...]
    worst_skew: WorstSkew | None
    carried_s: Mapping[str, int]
    """By uplink: the seconds on air that it carried, of two in one second the greater rate."""
    reconnects: Mapping[str, int]
    dropped_messages: Mapping[str, int]
    incidents: tuple[Incident, ...]
    switches: tuple[SwitchRow, ...]
    pins: tuple[PinRow, ...]
    pin_latency: PinLatency
    queue: tuple[QueueRow, ...]
    queue_figures: QueueFigures
    warnings: tuple[tuple[int, ComplianceWarning], ...]
    """Compliance warnings, with their session time in ms."""
    lost_events: int
    lost_samples: int

    @property
    def has_moderation(self) -> bool:
        return bool(self.queue or self.warnings or self.queue_figures.comments)

    @property
    def unmeasured_s(self) -> int:
        return sum(gap.end_s - gap.start_s for gap in self.gaps)


def summarise(reader: SessionReader) -> Summary:
    events = list(reader.events())
    pairs = spans(events, has_standby=len(reader.info.uplinks) > 1)
    measured = {
        (figure, subject): _by_second(reader, figure, subject)
        for figure, subject in reader.subjects()
    }
    sign_off = next((e for e in reversed(events) if e.event.kind == SESSION_END), None)
    length_ms, end_utc_ns = _reach(reader, sign_off, pairs)
    length_s = length_ms // 1000
    # What was over before the first media led to the session and is no part of it.
    pairs = [s for s in pairs if s.start_ms < length_ms and (s.end_ms is None or s.end_ms > 0)]
    feed = _means(measured.get(("feed_kbps", ""), {}), length_s)
    goodputs = {
        uplink: _means(rows, length_s)
        for (name, uplink), rows in measured.items()
        if name == "goodput_kbps"
    }
    goodput = _best(goodputs.values())
    skew = measured.get(("skew_ms", ""), {})
    gone = [span for span in pairs if span.kind in NOTHING_CAME]
    down = no_way_out(reader.info.uplinks, pairs)
    silent = gone + down
    moved = [row for row in switches(events) if row.t_ms <= length_ms]
    carrier = carriers(events, goodputs, _inside(silent, length_s))
    known = {*feed, *goodput, *carrier} | _inside(silent, length_s)
    pins = pin_rows(events)
    limits = reader.info.limits
    acted_on = queue_rows(events)
    lost_events, lost_samples = reader.lost
    return Summary(
        info=reader.info,
        signed_off_utc_ns=None if sign_off is None else sign_off.event.utc_ns,
        length_ms=length_ms,
        end_utc_ns=end_utc_ns,
        on_air_s=len(carrier),
        off_air_s=len(known - carrier.keys()),
        gaps=tuple(_gaps(known, length_s)),
        feed_share=_share(feed, gone, reader.info.limits.min_kbps, length_s),
        goodput_share=_share(goodput, silent, reader.info.limits.min_kbps, length_s),
        figures=tuple(
            _stats(*key, rows, length_s)
            for key, rows in _in_order(measured, reader.info.uplinks)
            if rows
        ),
        worst_skew=_worst_skew(reader, skew),
        carried_s={
            uplink: sum(name == uplink for name in carrier.values())
            for uplink in dict.fromkeys((*reader.info.uplinks, *carrier.values()))
        },
        reconnects=reconnects(reader.info, events, moved),
        dropped_messages=dropped(reader.info, events),
        incidents=tuple(
            find_incidents(
                feed,
                goodput,
                _means(skew, length_s),
                pairs,
                reader.info.limits,
                down=down,
                moved=[row for row in moved if row.t_ms >= 0],
                is_watched=any(timed.event.data.get("source") == "server" for timed in events),
            )
        ),
        switches=tuple(moved),
        pins=tuple(pins),
        pin_latency=latency_of((row.pin for row in pins), limits.pin_budget_ms),
        queue=tuple(acted_on),
        queue_figures=queue_figures(
            acted_on, comments_counted(events), limits.hide_target_s, limits.review_target_s
        ),
        warnings=tuple(warnings_told(events)),
        lost_events=lost_events,
        lost_samples=lost_samples,
    )


def _reach(
    reader: SessionReader, sign_off: TimedEvent | None, pairs: Sequence[Span]
) -> tuple[int, int]:
    """Every show ends with the encoder going away; that is no incident once it is signed off."""
    if sign_off is None:
        end = reader.end()
        return max(0, end.t_ms), end.utc_ns
    ends = [sign_off, *(s.opened for s in pairs if s.kind in NOTHING_CAME and s.end_ms is None)]
    last = min(ends, key=lambda timed: timed.t_ms)
    return max(0, last.t_ms), last.event.utc_ns


def _by_second(reader: SessionReader, figure: str, subject: str) -> dict[int, Second]:
    seconds: dict[int, Second] = {}
    for row in reader.samples(figure, subject):
        new = Second(row.n, row.min, row.mean, row.max)
        old = seconds.get(row.t_s)
        seconds[row.t_s] = new if old is None else _together(old, new)
    return seconds


def _together(a: Second, b: Second) -> Second:
    n = a.n + b.n
    mean = (a.mean * a.n + b.mean * b.n) / n
    return Second(n, min(a.min, b.min), mean, max(a.max, b.max))


def _means(seconds: Mapping[int, Second], length_s: int) -> dict[int, float]:
    return {t_s: second.mean for t_s, second in seconds.items() if 0 <= t_s < length_s}


def _best(subjects: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """Of several uplinks the one that carried most in each second: what viewers got."""
    best: dict[int, float] = {}
    for seconds in subjects:
        for t_s, rate in seconds.items():
            best[t_s] = max(rate, best.get(t_s, rate))
    return best


def _inside(pairs: Iterable[Span], length_s: int) -> set[int]:
    """Seconds whose middle lies within one of the spans."""
    seconds: set[int] = set()
    for span in pairs:
        end_ms = length_s * 1000 if span.end_ms is None else span.end_ms
        seconds.update(range(max(0, (span.start_ms + 499) // 1000), (end_ms + 499) // 1000))
    return {t_s for t_s in seconds if t_s < length_s}


def _gaps(known: set[int], length_s: int) -> list[Gap]:
    gaps: list[Gap] = []
    for t_s in range(length_s):
        if t_s in known:
            continue
        if gaps and gaps[-1].end_s == t_s:
            gaps[-1] = Gap(gaps[-1].start_s, t_s + 1)
        else:
            gaps.append(Gap(t_s, t_s + 1))
    return gaps


def _share(rates: Mapping[int, float], gone: Sequence[Span], limit: float, length_s: int) -> Share:
    measured = {t_s for t_s in rates if t_s >= SETTLING_S}
    known = measured | {t_s for t_s in _inside(gone, length_s) if t_s >= SETTLING_S}
    return Share(sum(rates[t_s] >= limit for t_s in measured), len(known))


def _in_order(
    measured: Mapping[tuple[str, str], dict[int, Second]], uplinks: Sequence[str]
) -> list[tuple[tuple[str, str], dict[int, Second]]]:
    """As in the list of figures, uplinks as in the settings; those of a later livedesk last."""
    figures = {name: place for place, name in enumerate(FIGURES)}
    subjects = {name: place for place, name in enumerate(("", *uplinks))}

    def place(item: tuple[tuple[str, str], dict[int, Second]]) -> tuple[int, str, int, str]:
        figure, subject = item[0]
        of_figure = figures.get(figure, len(figures))
        return of_figure, figure, subjects.get(subject, len(subjects)), subject

    return sorted(measured.items(), key=place)


def _stats(figure: str, subject: str, seconds: Mapping[int, Second], length_s: int) -> FigureStats:
    settled = [second for t_s, second in seconds.items() if t_s >= SETTLING_S]
    counted = settled or list(seconds.values())
    means = sorted(second.mean for second in counted)
    return FigureStats(
        figure=figure,
        subject=subject,
        measured_s=len(seconds),
        missing_s=max(0, length_s - sum(t_s < length_s for t_s in seconds)),
        min=min(second.min for second in counted),
        p05=nearest_rank(means, 5),
        mean=sum(means) / len(means),
        p95=nearest_rank(means, 95),
        max=max(second.max for second in counted),
    )


def _worst_skew(reader: SessionReader, skew: Mapping[int, Second]) -> WorstSkew | None:
    if not skew:
        return None
    t_s = max(sorted(skew), key=lambda t: max(abs(skew[t].min), abs(skew[t].max)))
    worst = max(skew[t_s].min, skew[t_s].max, key=abs)
    row = next(reader.samples("skew_ms", "", t_s, t_s + 1))
    return WorstSkew(worst, t_s, row.utc_ns)
