"""How did a store stand at an instant of a session on record?

The events are read once, when a session is opened; then an instant costs a few bisections and a few
reads by key, so that somebody may drag through hours.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from pathlib import Path
from typing import Final

from livedesk.core.clock import NS_PER_MS
from livedesk.core.pins import GatewayKind, GatewayStatus, PinsStatus
from livedesk.core.status import (
    FeedStatus,
    HealthClass,
    PartStatus,
    ReturnStatus,
    StoreStatus,
)
from livedesk.journal.errors import NotASessionError
from livedesk.journal.fold.alarms import ALARM_EVENTS
from livedesk.journal.fold.pins import PIN_EVENTS
from livedesk.journal.reader import SessionReader, TimedEvent
from livedesk.journal.replay.alarms import AlarmCourses
from livedesk.journal.replay.failover import FailoverCourse
from livedesk.journal.replay.feed import NOTHING_FLOWS, FeedCourse, picture_of, sound_of, sync_of
from livedesk.journal.replay.pins import PinCourses
from livedesk.journal.replay.queue import QUEUE_EVENTS, QueueCourses
from livedesk.journal.replay.samples import Second, Seconds
from livedesk.journal.replay.settings import SETTINGS_EVENT, InForce, SettingsCourse
from livedesk.journal.replay.uplinks import UplinkCourses
from livedesk.journal.rows import row_event
from livedesk.journal.values import Still

_PATHS: Final = frozenset(
    ("feed", "uplink", "failover", "relay", "session", "probe", "configuration")
)
"""First parts of the kinds of which the stream's course is made."""


class Replay:
    """One session, opened. Not to be asked from two threads at once."""

    def __init__(self, reader: SessionReader) -> None:
        """Reads all events. Raises JournalError."""
        self._reader = reader
        self.info = reader.info
        self.end = reader.end()
        self._ticks_s, self._ticks_ns = array("q"), array("q")
        for t_s, utc_ns in reader.ticks():
            self._ticks_s.append(t_s)
            self._ticks_ns.append(utc_ns)
        self._seconds = Seconds(reader)
        self._settings, self._alarms = SettingsCourse(reader.info), AlarmCourses()
        self._pins, self._queue = PinCourses(), QueueCourses()
        self._feed, self._uplinks = FeedCourse(), UplinkCourses()
        self._failover = FailoverCourse()
        try:
            self._index()
        except (KeyError, TypeError, ValueError) as error:
            words = f"its content does not make sense ({error!r})"
            raise NotASessionError(reader.path, words) from error
        reader.follow()

    @classmethod
    def open(cls, path: Path) -> Replay:
        """Raises JournalError."""
        reader = SessionReader.open(path)
        try:
            return cls(reader)
        except BaseException:
            reader.close()
            raise

    def close(self) -> None:
        self._reader.close()

    def _index(self) -> None:
        paths: list[TimedEvent] = []
        for row in self._reader.raw_events():
            kind = row[4]
            if kind in QUEUE_EVENTS:
                self._queue.take_row(row)
                continue
            is_path = kind.partition(".")[0] in _PATHS
            if is_path or kind in ALARM_EVENTS or kind in PIN_EVENTS:
                timed = TimedEvent(row[1], row_event(row, self.info))
                if kind == SETTINGS_EVENT:
                    self._settings.take(timed)
                elif is_path:
                    paths.append(timed)
                elif kind in ALARM_EVENTS:
                    self._alarms.take(timed)
                else:
                    self._pins.take(timed)
        self._queue.close()
        # A relay's events may be written late, so time decides.
        for timed in sorted(paths, key=lambda each: (each.t_ms, each.event.seq)):
            self._feed.take(timed)
            self._uplinks.take(timed)
            self._failover.take(timed)

    # Times

    def t_ms_at(self, utc_ns: int) -> int:
        """The instant of the session that the wall clock called so, not outside the session."""
        return min(max(0, self._session_ms(utc_ns)), max(0, self.end.t_ms))

    def _session_ms(self, utc_ns: int) -> int:
        place = bisect_right(self._ticks_ns, utc_ns)
        if not place:
            return (utc_ns - self.info.started_utc_ns) // NS_PER_MS
        since_ms = (utc_ns - self._ticks_ns[place - 1]) // NS_PER_MS
        return self._ticks_s[place - 1] * 1000 + since_ms

    def utc_ns_at(self, t_ms: int) -> int:
        """What the wall clock said then; between recorded seconds it runs on."""
        place = bisect_right(self._ticks_s, t_ms // 1000)
        if not place:
            return self.info.started_utc_ns + t_ms * NS_PER_MS
        since_ms = t_ms - self._ticks_s[place - 1] * 1000
        return self._ticks_ns[place - 1] + since_ms * NS_PER_MS

    # What was

    def still_near(self, t_ms: int) -> Still | None:
        return self._reader.still_near(t_ms)

    def status_at(self, t_ms: int) -> StoreStatus:
        """As it was told then, as far as it is on record. Raises JournalError."""
        info, utc_ns, in_force = self.info, self.utc_ns_at(t_ms), self._settings.at(t_ms)
        second, limits = self._seconds.at(t_ms), in_force.limits
        feed = self._feed.feed(t_ms, second, limits)
        uplinks = self._uplinks.at(t_ms, second, feed, in_force)
        issues = self._feed.issues(t_ms)
        has_queue = in_force.part("moderation") is not None or not self._queue.is_empty
        return StoreStatus(
            store=info.store,
            name=info.name,
            utc_ns=utc_ns,
            session=info.session,
            session_started_utc_ns=info.started_utc_ns,
            state=self._feed.session(t_ms),
            platform=info.platform,
            sandbox=info.sandbox,
            feed=feed,
            sync=sync_of(second, limits),
            uplinks=uplinks,
            failover=self._failover.at(t_ms, uplinks, in_force),
            pins=self._pins_at(t_ms, in_force),
            moderation=self._queue.at(t_ms, limits.review_target_s) if has_queue else None,
            alarms=self._alarms.at(t_ms, utc_ns),
            limits=limits,
            relay=self._feed.relay(t_ms, feed, second),
            probe=self._feed.probe(t_ms, second),
            journal=_journal(feed, second),
            picture=picture_of(t_ms, second, self._alarms),
            sound=sound_of(t_ms, second, self._alarms),
            issues=issues or (),
            # Mismatches are told when they change: while somebody looked, silence means none.
            issues_checked=issues is not None or second.is_probed,
            return_check=_return(second, in_force),
        )

    def _pins_at(self, t_ms: int, in_force: InForce) -> PinsStatus | None:
        kind = in_force.gateway
        if kind is None:
            if self._pins.is_empty:
                return None
            kind = self._likely_gateway()
        gateway = GatewayStatus(kind, can_pin=kind != "manual")
        return self._pins.at(t_ms, gateway, in_force.limits.pin_budget_ms)

    def _likely_gateway(self) -> GatewayKind:
        """Files of before the settings were written down do not tell the way of their pins."""
        if self._pins.any_by_hand:
            return "manual"
        return "sandbox" if self.info.sandbox else "http"


def _journal(feed: FeedStatus, second: Second) -> PartStatus:
    """Seconds in which nothing is measured leave no row, and no fault either."""
    is_written = bool(second.values) or feed.state in NOTHING_FLOWS
    if is_written:
        return PartStatus("up")
    return PartStatus("stale", "nothing was written in this second")


def _return(second: Second, in_force: InForce) -> ReturnStatus | None:
    source, kbps = in_force.return_source, second.of("return_kbps")
    if source is None and kbps is None:
        return None
    state: HealthClass = "BLIND" if kbps is None else "OK" if kbps > 0 else "STALLED"
    return ReturnStatus(state, source or "playback", kbps, None if kbps is None else 0.0)
