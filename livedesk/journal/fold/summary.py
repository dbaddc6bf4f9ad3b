"""What does a session amount to? A pure fold over its file: the same rows, the same figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livedesk.core.moderation import ComplianceWarning
from livedesk.core.pin_latency import latency_of
from livedesk.core.pins import PinLatency
from livedesk.journal.fold.actions import ActionRow
from livedesk.journal.fold.alarms import AlarmRow
from livedesk.journal.fold.answers import with_answers
from livedesk.journal.fold.clock import ClockRow
from livedesk.journal.fold.drills import DrillRow
from livedesk.journal.fold.effects import Seconds, with_effects
from livedesk.journal.fold.incidents import Incident, find_incidents
from livedesk.journal.fold.measured import (
    FigureStats,
    Gap,
    Measured,
    Share,
    WorstSkew,
    measure,
)
from livedesk.journal.fold.pins import PinRow
from livedesk.journal.fold.queue import QueueRow
from livedesk.journal.fold.queue_figures import QueueFigures, queue_figures
from livedesk.journal.fold.seconds import best_of, gaps_in, inside, share_of
from livedesk.journal.fold.settings import SettingRow
from livedesk.journal.fold.spans import NOTHING_CAME, Span, no_way_out, spans
from livedesk.journal.fold.switches import SwitchRow, switches
from livedesk.journal.fold.told import Told
from livedesk.journal.fold.uplinks import carriers, dropped, reconnects
from livedesk.journal.reader import SessionReader
from livedesk.journal.values import SessionInfo, Through


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
    drills: tuple[DrillRow, ...]
    pins: tuple[PinRow, ...]
    pin_latency: PinLatency
    queue: tuple[QueueRow, ...]
    queue_figures: QueueFigures
    warnings: tuple[tuple[int, ComplianceWarning], ...]
    """Compliance warnings, with their session time in ms."""
    alarms: tuple[AlarmRow, ...]
    actions: tuple[ActionRow, ...]
    settings: tuple[SettingRow, ...]
    clock: tuple[ClockRow, ...]
    lost_events: int
    lost_samples: int

    @property
    def has_moderation(self) -> bool:
        return bool(self.queue or self.warnings or self.queue_figures.comments)

    @property
    def unmeasured_s(self) -> int:
        return sum(gap.end_s - gap.start_s for gap in self.gaps)

    @property
    def alarms_raised(self) -> int:
        """Beginnings of alarms within the session; one that flaps began once."""
        return sum(
            0 <= life.tripped_ms <= self.length_ms for alarm in self.alarms for life in alarm.lives
        )


@dataclass(frozen=True, slots=True)
class _Course:
    """How the session went, second by second."""

    length_ms: int
    measured: Measured
    pairs: Sequence[Span]
    gone: Sequence[Span]
    """The encoder sent nothing."""
    down: Sequence[Span]
    """Nothing could reach the platform."""
    moved: Sequence[SwitchRow]
    goodput: Mapping[int, float]
    carrier: Mapping[int, str]
    known: set[int]

    @property
    def length_s(self) -> int:
        return self.length_ms // 1000

    @property
    def silent(self) -> list[Span]:
        return [*self.gone, *self.down]


def summarise(reader: SessionReader, through: Through = iter) -> Summary:
    """One pass over the events, one over the samples; all of their rows pass `through`."""
    info, told = reader.info, Told(reader, through)
    pairs = spans(told.kept, has_standby=len(info.uplinks) > 1)
    length_ms, end_utc_ns = _reach(reader, told, pairs)
    measured = measure(reader, length_ms // 1000, through)
    course = _course(reader, told, pairs, measured, length_ms)
    limits = info.limits
    actions = told.actions.result()
    pins, acted_on = told.pins.result(), told.queue.result()
    lost_events, lost_samples = reader.lost
    return Summary(
        info=info,
        signed_off_utc_ns=None if told.sign_off is None else told.sign_off.event.utc_ns,
        length_ms=length_ms,
        end_utc_ns=end_utc_ns,
        on_air_s=len(course.carrier),
        off_air_s=len(course.known - course.carrier.keys()),
        gaps=tuple(gaps_in(course.known, course.length_s)),
        feed_share=share_of(
            course.measured.of("feed_kbps"), course.gone, limits.min_kbps, course.length_s
        ),
        goodput_share=share_of(course.goodput, course.silent, limits.min_kbps, course.length_s),
        figures=course.measured.stats,
        worst_skew=course.measured.worst_skew,
        carried_s=_carried(info.uplinks, course.carrier),
        reconnects=reconnects(info, told.kept, course.moved),
        dropped_messages=dropped(info, told.kept),
        incidents=_incidents(info, told, course, actions),
        switches=tuple(course.moved),
        drills=told.drills.result(course.moved),
        pins=tuple(pins),
        pin_latency=latency_of((row.pin for row in pins), limits.pin_budget_ms),
        queue=tuple(acted_on),
        queue_figures=queue_figures(
            acted_on, told.comments.result(), limits.hide_target_s, limits.review_target_s
        ),
        warnings=tuple(told.warnings.result()),
        alarms=told.alarms.result(),
        actions=actions,
        settings=told.settings.result(),
        clock=told.clock.result(),
        lost_events=lost_events,
        lost_samples=lost_samples,
    )


def _reach(reader: SessionReader, told: Told, pairs: Sequence[Span]) -> tuple[int, int]:
    """Every show ends with the encoder going away; that is no incident once it is signed off."""
    if told.sign_off is None:
        end = reader.end()
        return max(0, end.t_ms), end.utc_ns
    ends = [
        told.sign_off,
        *(s.opened for s in pairs if s.kind in NOTHING_CAME and s.end_ms is None),
    ]
    last = min(ends, key=lambda timed: timed.t_ms)
    return max(0, last.t_ms), last.event.utc_ns


def _course(
    reader: SessionReader,
    told: Told,
    all_pairs: Sequence[Span],
    measured: Measured,
    length_ms: int,
) -> _Course:
    length_s, uplinks = length_ms // 1000, reader.info.uplinks
    # What was over before the first media led to the session and is no part of it.
    pairs = [s for s in all_pairs if s.start_ms < length_ms and (s.end_ms is None or s.end_ms > 0)]
    gone = [span for span in pairs if span.kind in NOTHING_CAME]
    down = no_way_out(uplinks, pairs)
    goodput = best_of(measured.goodputs.values())
    silent_s = inside(gone + down, length_s)
    carrier = carriers(told.kept, measured.goodputs, silent_s)
    return _Course(
        length_ms=length_ms,
        measured=measured,
        pairs=pairs,
        gone=gone,
        down=down,
        moved=[row for row in switches(told.kept) if row.t_ms <= length_ms],
        goodput=goodput,
        carrier=carrier,
        known={*measured.of("feed_kbps"), *goodput, *carrier} | silent_s,
    )


def _incidents(
    info: SessionInfo, told: Told, course: _Course, actions: Sequence[ActionRow]
) -> tuple[Incident, ...]:
    feed, skew = course.measured.of("feed_kbps"), course.measured.of("skew_ms")
    found = find_incidents(
        feed,
        course.goodput,
        skew,
        course.pairs,
        info.limits,
        down=course.down,
        moved=[row for row in course.moved if row.t_ms >= 0],
        is_watched=told.is_watched,
    )
    seconds = Seconds(
        length_s=course.length_s,
        off=course.known - course.carrier.keys(),
        rates=course.goodput or feed,
        skew=skew,
        limits=info.limits,
    )
    return tuple(with_answers(with_effects(found, seconds), actions, course.moved))


def _carried(uplinks: Sequence[str], carrier: Mapping[int, str]) -> dict[str, int]:
    return {
        uplink: sum(name == uplink for name in carrier.values())
        for uplink in dict.fromkeys((*uplinks, *carrier.values()))
    }
