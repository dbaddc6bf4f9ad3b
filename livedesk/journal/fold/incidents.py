"""What went wrong, from when to when, and whose side was it on?

Two witnesses: pairs of events (lost and back), and seconds in which a figure was beyond its
limit. What merely follows from another incident is not listed a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from livedesk.core.causes import FAULTS, ORDERED
from livedesk.core.status import Limits
from livedesk.journal.fold.spans import NOTHING_CAME, Span
from livedesk.journal.fold.switches import SwitchRow

Side = Literal["encoder", "path", "relay", "sync", "instrument", "person", "other"]

_UNMEASURED = "The probe was away; the show went on, sync was not measured."
_EVENT_CAUSES: dict[str, tuple[Side, str]] = {
    "feed.lost": ("encoder", "The feed was gone."),
    "uplink.down": ("path", "The uplink was down."),
    "relay.died": ("relay", "Nothing was carried until the encoder was back."),
    "probe.lost": ("instrument", _UNMEASURED),
    "probe.died": ("instrument", _UNMEASURED),
}

_SAME_MOMENT_MS = 1_000
"""Witnesses of one event, each with its own pace, tell of it within so long."""

_WITNESSED = frozenset(
    {"feed.lost", "feed.low", "uplink.down", "uplink.fault", "sync.skew", "relay", "probe"}
)
"""Alarms whose cause is in the samples or in other events: listing them would count it twice."""

_SLOW_PATH = "uplink.low"
"""In the samples while the goodput is under the limit, but not while a path is only late."""

_ALARM_SIDES: dict[str, Side] = {
    "feed": "encoder", "picture": "encoder", "sound": "encoder", "configuration": "encoder",
    "uplink": "path", "path": "path", "failover": "path", "platform": "path", "sync": "sync",
    "return": "instrument", "journal": "instrument",
}  # fmt: skip
"""By the first word of an alarm's id."""

SETTLING_S = 2
"""A rate is a window of 1 s and is folded by the second, so it shows what was for 2 s after.
For the same reason the first 2 s of a session, in which the windows fill, say nothing."""

CALM_S = 10
"""Excursions with less than this between them are one incident that flickers."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble. `worst` is the worst second of `figure`, in its unit; `end_ms` None is open.

    `done`: what was done about it, `by` whom; `effect`: what the platform, and so viewers, had of
    it. All in words; empty where the record says nothing.
    """

    start_ms: int
    end_ms: int | None
    side: Side
    cause: str
    figure: str | None = None
    subject: str = ""
    worst: float | None = None
    done: str = ""
    by: str = ""
    effect: str = ""
    switch: SwitchRow | None = None
    """The switch that it is, if it is one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds [start_s, end_s) that begin and end with a figure beyond its limit."""

    start_s: int
    end_s: int
    worst: float


def stretches(
    beyond: Mapping[int, float], worse: Literal["low", "far"], calm_s: int = CALM_S
) -> list[Stretch]:
    """Join seconds beyond the limit that are less than `calm_s` apart."""
    found: list[Stretch] = []
    for t_s in sorted(beyond):
        value = beyond[t_s]
        if found and t_s - found[-1].end_s < calm_s:
            last = found[-1]
            worst = min(last.worst, value) if worse == "low" else max(last.worst, value, key=abs)
            found[-1] = Stretch(last.start_s, t_s + 1, worst)
        else:
            found.append(Stretch(t_s, t_s + 1, value))
    return found


def find_incidents(
    feed: Mapping[int, float],
    goodput: Mapping[int, float],
    skew: Mapping[int, float],
    pairs: Sequence[Span],
    limits: Limits,
    *,
    down: Sequence[Span] = (),
    moved: Sequence[SwitchRow] = (),
    is_watched: bool = False,
) -> list[Incident]:
    """All incidents in order. The mappings hold the mean of each measured second.

    `down`: when nothing could reach the platform (`no_way_out`). `is_watched`: the feed was only
    seen at its server, so whose fault it was is not known.
    """
    gone = [span for span in pairs if span.kind in NOTHING_CAME]
    start_up = set(range(SETTLING_S))
    lost_s = _covered((span.start_ms, span.end_ms) for span in gone)
    feed_low = _unexplained(_under(feed, limits.min_kbps), start_up | lost_s)
    feed_low_s = _covered((low.start_s * 1000, low.end_s * 1000) for low in feed_low)
    down_s = _covered((span.start_ms, span.end_ms) for span in down)
    moved_s = _covered((row.onset_ms, row.end_ms or row.t_ms) for row in moved)
    goodput_low = _unexplained(
        _under(goodput, limits.min_kbps), start_up | lost_s | feed_low_s | down_s | moved_s
    )
    slow_s = _covered((low.start_s * 1000, low.end_s * 1000) for low in goodput_low)
    found = [
        _from_events(span)
        for span in pairs
        if _is_own_incident(span, gone)
        and not _shown_as_slow(span, slow_s | down_s)
        and not any(_led_to(span, row) for row in moved)
    ]
    found += [_switch(row) for row in moved]
    found += [_low_at_server(low) if is_watched else _low_feed(low) for low in feed_low]
    found += [_low_goodput(low, feed, limits) for low in goodput_low]
    found += [_bad_sync(far) for far in stretches(_beyond(skew, limits.max_skew_ms), "far")]
    return sorted(found, key=lambda incident: (incident.start_ms, incident.side, incident.cause))


def _under(seconds: Mapping[int, float], limit: float) -> dict[int, float]:
    return {t_s: value for t_s, value in seconds.items() if value < limit}


def _beyond(seconds: Mapping[int, float], limit: float) -> dict[int, float]:
    return {t_s: value for t_s, value in seconds.items() if abs(value) > limit}


def _covered(times_ms: Iterable[tuple[int, int | None]]) -> set[int]:
    """Seconds touched by any of the spans or by its aftermath; an open one reaches a day on."""
    day_s = 86_400
    seconds: set[int] = set()
    for start_ms, end_ms in times_ms:
        start_s = start_ms // 1000
        end_s = start_s + day_s if end_ms is None else -(-end_ms // 1000) + SETTLING_S
        seconds.update(range(start_s, end_s))
    return seconds


def _unexplained(under: Mapping[int, float], covered: set[int]) -> list[Stretch]:
    """Each run of seconds is explained or not by itself: what follows from another incident must
    not lengthen one that happens to be near."""
    runs = stretches(under, "low", calm_s=1)
    own = [run for run in runs if not _explained(run, covered)]
    return stretches(
        {t_s: under[t_s] for run in own for t_s in range(run.start_s, run.end_s)}, "low"
    )


def _explained(low: Stretch, covered: set[int]) -> bool:
    inside = sum(t_s in covered for t_s in range(low.start_s, low.end_s))
    return inside * 2 >= low.end_s - low.start_s


def _is_own_incident(span: Span, gone: Sequence[Span]) -> bool:
    if span.kind == "limit.trip":
        return span.subject.partition(":")[0] not in _WITNESSED
    if span.kind in NOTHING_CAME:
        return True
    # The relay closes the uplink itself when the encoder stays away, and the probe has no media.
    early_ms = 0 if span.kind == "uplink.down" else _SAME_MOMENT_MS
    return not any(
        lost.start_ms - early_ms <= span.start_ms
        and (lost.end_ms is None or span.start_ms <= lost.end_ms)
        for lost in gone
    )


def _shown_as_slow(span: Span, slow_s: set[int]) -> bool:
    if span.subject.partition(":")[0] != _SLOW_PATH:
        return False
    end_s = span.start_ms // 1000 if span.end_ms is None else span.end_ms // 1000
    return not slow_s.isdisjoint(range(span.start_ms // 1000, end_s + 1))


def _led_to(span: Span, row: SwitchRow) -> bool:
    """The end or the alarm of a path that was then left: the switch tells of both."""
    is_alarm = span.subject == f"{_SLOW_PATH}:{row.from_}"
    is_end = span.kind == "uplink.down" and span.subject == row.from_
    early_ms = row.onset_ms - SETTLING_S * 1000
    late_ms = (row.end_ms or row.t_ms) + _SAME_MOMENT_MS
    return row.cause in FAULTS and (is_alarm or is_end) and early_ms <= span.start_ms <= late_ms


def side_of_alarm(alarm_id: str) -> Side:
    return _ALARM_SIDES.get(alarm_id.partition(".")[0], "other")


def _from_events(span: Span) -> Incident:
    side, cause = _EVENT_CAUSES.get(span.kind, ("other", ""))
    if span.kind == "limit.trip":
        side = side_of_alarm(span.subject)
    event = span.opened.event
    if event.data.get("source") == "server":
        side = "other"  # of a feed that is only watched: who held it back is not seen
    advice = event.data.get("action")
    # What was to be done then is no part of what happened.
    words = event.text.removesuffix(advice).strip() if isinstance(advice, str) else event.text
    return Incident(
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        side=side,
        cause=f"{cause} {words}".strip(),
        subject=span.subject,
    )


def _switch(row: SwitchRow) -> Incident:
    """Also one that a person ordered: it is a moment in which viewers may have seen something."""
    outcome = "" if row.state == "done" else " It did not take over."
    reason = row.reason.rstrip(".")
    detail = f": {reason}." if reason else "."
    is_ordered = row.cause in ORDERED and row.state != "failed"
    side: Side = "person" if is_ordered else "path" if row.cause in FAULTS else "other"
    return Incident(
        start_ms=row.onset_ms,
        end_ms=row.end_ms or row.t_ms,
        side="path" if row.state == "failed" else side,
        cause=f"Switched from {row.from_} to {row.to}, because {row.cause_words}{detail}{outcome}",
        switch=row,
    )


def _low_feed(low: Stretch) -> Incident:
    return Incident(
        start_ms=low.start_s * 1000,
        end_ms=low.end_s * 1000,
        side="encoder",
        cause="The feed itself was below the limit; no uplink could have helped.",
        figure="feed_kbps",
        worst=low.worst,
    )


def _low_at_server(low: Stretch) -> Incident:
    cause = "What came from the server was below the limit: chosen by the encoder, or lost before."
    return replace(_low_feed(low), side="other", cause=cause)


def _low_goodput(low: Stretch, feed: Mapping[int, float], limits: Limits) -> Incident:
    seen = [feed[t_s] for t_s in range(low.start_s, low.end_s) if t_s in feed]
    side: Side
    if not seen:
        side, cause = "other", "Goodput was below the limit; the feed rate was not measured then."
    elif sum(rate >= limits.min_kbps for rate in seen) * 2 >= len(seen):
        side, cause = "path", "The feed was fine; the uplink carried less than the limit."
    else:
        side, cause = "encoder", "Feed and goodput were both below the limit."
    return Incident(
        start_ms=low.start_s * 1000,
        end_ms=low.end_s * 1000,
        side=side,
        cause=cause,
        figure="goodput_kbps",
        worst=low.worst,
    )


def _bad_sync(far: Stretch) -> Incident:
    side = "early" if far.worst > 0 else "late"
    return Incident(
        start_ms=far.start_s * 1000,
        end_ms=far.end_s * 1000,
        side="sync",
        cause=f"Sound was {side} by more than the limit.",
        figure="skew_ms",
        worst=far.worst,
    )
