"""What happened when, in one show? Every event of a store by lane, alarms as spans.

The record has all of it for good; here is what a window draws over its plots. Of the steps of a
pin only how it ended stands here, as in the list of events.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event, Level
from livedesk.core.status import AlarmStatus, Priority
from livedesk.desk.eventlines import is_listed
from livedesk.desk.looks import LIT, Look
from livedesk.desk.marks import Mark
from livedesk.desk.words import tr

Lane = Literal["alarms", "uplinks", "stream", "pins", "comments", "people"]
LANES: tuple[Lane, ...] = ("alarms", "uplinks", "stream", "pins", "comments", "people")

MOST = 4_000
"""Instants kept a store; of more the oldest tenth goes. Four hours with a pin a minute and three
decisions a minute are a quarter of it."""

MOST_SPANS = 500
SETTLED_S = 2.0
"""A status may be older than the event it came after."""

SWITCH = "failover.switch"
_SIGNED = "check.signed"

RECALLED = ("limit", "failover", "drill", "return", "feed", "session", "pin", "check", "alarm")
"""First parts of the kinds that a window which was not there fetches: what a show is read by."""

_BEGINS = frozenset(("limit.trip", "alarm.raised"))
_ENDS = frozenset(("limit.clear", "alarm.cleared"))
_PEOPLE = ("check", "user", "audit", "web_pad", "alarm", "runbook", "operator")
_LANE_OF: dict[str, Lane] = {
    "failover": "uplinks", "uplink": "uplinks", "drill": "uplinks", "return": "uplinks",
    "pin": "pins", "show": "pins", "products": "pins", "catalogue": "pins",
    "moderation": "comments", "compliance": "comments", "limit": "alarms",
    **dict.fromkeys(_PEOPLE, "people"),
}  # fmt: skip
"""By the first part of an event's kind; all else is about the stream and what carries it."""

_LOOKS: dict[Level, Look] = {
    "info": "idle", "notice": "notice", "warning": "warning", "critical": "critical",
}  # fmt: skip
_ALARM_LOOKS: dict[Priority, Look] = {"low": "notice", "medium": "warning", "high": "critical"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened at `t` (Unix seconds), or lasted from then `until`."""

    t: float
    lane: Lane
    look: Look
    text: str
    label: str = ""
    """A word or two for the plots; only what changed where the stream goes has one."""
    alarm: str = ""
    """Of a span: which alarm it is."""
    until: float | None = None
    """Of a span: when it ended; None while it lasts."""
    marked: bool = False
    """Whether the plots have a line there: it moved a curve, or a show turned on it."""

    def lasts(self, now_s: float) -> float:
        """Where its mark ends."""
        return self.t if not self.alarm else now_s if self.until is None else self.until


class Timeline:
    """What happened to one store, the oldest first."""

    def __init__(self) -> None:
        self._instants: list[Entry] = []
        self._over: list[Entry] = []
        self._open: dict[str, Entry] = {}
        self._newest: tuple[int, int] = (0, 0)
        self._oldest_seq: int | None = None
        self._ended_s: dict[str, float] = {}
        """By alarm: when one ended whose begin nobody here has heard of."""
        self._stands: tuple[str, ...] = ()
        self.version = 0
        """Grows with every change."""
        self.dropped = 0
        """Instants for which there was no more room."""

    def event(self, event: Event) -> None:
        """Add an event once; resuming may bring some again."""
        if event.seq <= self._newest[0] and event.utc_ns <= self._newest[1]:
            return
        self._newest = event.seq, event.utc_ns
        if self._oldest_seq is None:
            self._oldest_seq = event.seq
        alarm = str(event.data.get("alarm", ""))
        t = event.utc_ns / NS_PER_S
        if event.kind in _BEGINS and alarm:
            self._begin(alarm, _span(t, _LOOKS[event.level], event.text, alarm))
        elif event.kind in _ENDS and alarm:
            self._end(alarm, t)
        elif is_listed(event):
            self._instants.append(_entry(event))
            self._make_room()
            self.version += 1

    def recall(self, events: Iterable[Event]) -> None:
        """Put what is on record before what was heard; the oldest first."""
        past = Timeline()
        for event in events:
            if self._oldest_seq is None or event.seq < self._oldest_seq:
                past.event(event)
        if past._oldest_seq is None:
            return
        self._oldest_seq = past._oldest_seq
        self._newest = max(self._newest, past._newest)
        self._instants = sorted([*past._instants, *self._instants], key=_begin_of)
        self._over = [*past._over, *self._over][-MOST_SPANS:]
        for alarm, entry in past._open.items():
            self._went_on(alarm, entry)
        self._ended_s = past._ended_s
        self._make_room()
        self.version += 1

    def _went_on(self, alarm: str, entry: Entry) -> None:
        """An alarm of the past may have ended in the meantime, or be known from a status."""
        ended_s = self._ended_s.get(alarm)
        if self._is_known(entry):
            return
        if ended_s is not None:
            self._over.append(replace(entry, until=max(entry.t, ended_s)))
        else:
            self._open[alarm] = entry

    def stands(self, alarms: tuple[AlarmStatus, ...], now_s: float) -> None:
        """Which alarms a status has: some may have begun or ended while nobody listened."""
        ids = tuple(alarm.id for alarm in alarms)
        if ids == self._stands and len(self._open) == len(ids):
            return
        self._stands = ids
        for alarm in alarms:
            if alarm.id not in self._open:
                look = _ALARM_LOOKS[alarm.priority]
                began_s = alarm.since_utc_ns / NS_PER_S
                text = f"{alarm.cause} {alarm.action}"
                self._begin(alarm.id, _span(began_s, look, text, alarm.id))
        for alarm_id, entry in tuple(self._open.items()):
            if alarm_id not in ids and entry.t < now_s - SETTLED_S:
                self._end(alarm_id, now_s)

    def _begin(self, alarm: str, entry: Entry) -> None:
        if alarm not in self._open and not self._is_known(entry):
            self._open[alarm] = entry
            self.version += 1

    def _is_known(self, entry: Entry) -> bool:
        """A status from before an alarm's end may come after that end."""
        lasted = (over for over in reversed(self._over) if over.alarm == entry.alarm)
        last = next(lasted, None)
        return last is not None and entry.t < (last.until or 0.0)

    def _end(self, alarm: str, t: float) -> None:
        entry = self._open.pop(alarm, None)
        if entry is None:
            self._ended_s.setdefault(alarm, t)
        else:
            self._over.append(replace(entry, until=max(entry.t, t)))
            del self._over[:-MOST_SPANS]
            self.version += 1

    def _make_room(self) -> None:
        if len(self._instants) > 1 and self._instants[-1].t < self._instants[-2].t:
            self._instants.sort(key=_begin_of)
        if len(self._instants) > MOST:
            surplus = MOST // 10
            del self._instants[:surplus]
            self.dropped += surplus

    def between(self, begin_s: float, end_s: float) -> tuple[Entry, ...]:
        """All that happened or lasted between two instants, in the order in which it began."""
        first = bisect_left(self._instants, begin_s, key=_begin_of)
        last = bisect_left(self._instants, end_s, key=_begin_of)
        spans = [s for s in self._spans() if s.t < end_s and s.lasts(end_s) >= begin_s]
        if not spans:
            return tuple(self._instants[first:last])
        return tuple(sorted([*self._instants[first:last], *spans], key=_begin_of))

    def _spans(self) -> Iterator[Entry]:
        yield from self._over
        yield from self._open.values()

    def marks(self) -> tuple[Mark, ...]:
        """The few for the plots: quiet lines, and words for where the stream went.

        A line for each event would be a texture that hides the curve. The rest is in the lanes, and
        a line while it is pointed at.
        """
        entries = sorted((e for e in (*self._instants, *self._spans()) if e.marked), key=_begin_of)
        return tuple(Mark(entry.t, entry.label, quiet=not entry.label) for entry in entries)


def _begin_of(entry: Entry) -> float:
    return entry.t


def _entry(event: Event) -> Entry:
    lane = _LANE_OF.get(event.kind.partition(".")[0], "stream")
    label = f"→ {event.data.get('to', '')}".rstrip() if event.kind == SWITCH else ""
    t, look = event.utc_ns / NS_PER_S, _LOOKS[event.level]
    return Entry(t, lane, look, event.text, label, marked=_is_marked(event, lane))


def _span(t: float, look: Look, text: str, alarm: str) -> Entry:
    return Entry(t, "alarms", look, text, alarm=alarm, marked=True)


def _is_marked(event: Event, lane: Lane) -> bool:
    """Switches, a signed check, and what went wrong, such as a lost encoder or a failed pin. Of
    comments none: they move no curve."""
    went_wrong = event.level in ("warning", "critical") and lane != "comments"
    return went_wrong or event.kind in (SWITCH, _SIGNED)


def lane_name(lane: Lane) -> str:
    return {
        "alarms": tr("Alarms"),
        "uplinks": tr("Uplinks"),
        "stream": tr("Stream"),
        "pins": tr("Pins"),
        "comments": tr("Comments"),
        "people": tr("People"),
    }[lane]


def nearest(entries: Iterable[Entry], t: float, reach_s: float, lane: Lane | None) -> Entry | None:
    """What is meant by pointing at `t`: the nearest, the louder of two, a span all along it."""

    def away(entry: Entry) -> tuple[float, bool]:
        inside = entry.t <= t <= entry.lasts(t)
        return (0.0 if inside else min(abs(entry.t - t), abs(entry.lasts(t) - t)),
                entry.look not in LIT)  # fmt: skip

    wanted = [entry for entry in entries if lane in (None, entry.lane)]
    best = min(wanted, key=away, default=None)
    return best if best is not None and away(best)[0] <= reach_s else None


def stepped(entries: tuple[Entry, ...], chosen: Entry | None, by: int) -> Entry | None:
    """The entry so many further on; the newest when none was chosen."""
    if not entries:
        return None
    if chosen is None:
        return entries[-1]
    places = [place for place, entry in enumerate(entries) if _is_same(entry, chosen)]
    if not places:
        return entries[min(len(entries) - 1, bisect_left(entries, chosen.t, key=_begin_of))]
    return entries[min(len(entries) - 1, max(0, places[0] + by))]


def _is_same(entry: Entry, other: Entry) -> bool:
    """A span is the same one after it ended."""
    return (entry.t, entry.lane, entry.text) == (other.t, other.lane, other.text)
