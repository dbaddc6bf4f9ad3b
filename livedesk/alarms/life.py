"""Which alarms stand, who has seen them, which are put aside, and what is over?

The life of an alarm follows ISA-18.2: normal, active, acknowledged, over; over without having been
acknowledged; shelved. How one condition becomes an alarm is in `track`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from livedesk.alarms.history import EndedAlarms, ended_alarm
from livedesk.alarms.shelf import Back, Shelf, Shelved
from livedesk.alarms.track import AlarmChange, AlarmRule, Finding, Track
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, EndedAlarm

__all__ = ["AlarmChange", "AlarmRule", "Alarms", "Finding"]

_GOES_ON_NS = 10 * NS_PER_S
"""So long a lesser condition is what is left of a greater fault; then it is a fault of its own."""

_MENDS_NS = 30 * NS_PER_S
"""So long after a greater fault was there what it left may take to mend by itself."""

_RECALLED_NS = 15 * NS_PER_S
"""So long after an engine's start a condition that nobody mentions may just not be seen yet."""


class Alarms:
    """The alarms of one store, or those of the engine itself."""

    def __init__(self) -> None:
        self._tracks: dict[str, Track] = {}
        self._shelf = Shelf()
        self._ended = EndedAlarms()
        self._recalled_until_ns: int | None = None
        self._taken: dict[str, str] = {}
        """Told by an alarm elsewhere, and by which."""

    def active(self) -> tuple[AlarmStatus, ...]:
        shown = (track.shown() for track in self._tracks.values())
        return tuple(self._shelf.shown(alarm) for alarm in shown if alarm is not None)

    def standing(self) -> tuple[AlarmStatus, ...]:
        """As `active`, without what is of the shelf or of this moment."""
        return tuple(track.alarm for track in self._tracks.values() if track.alarm is not None)

    def shelved(self) -> tuple[Shelved, ...]:
        return self._shelf.listed()

    def ended(self) -> tuple[EndedAlarm, ...]:
        """Those that are over, of this session or not seen since one before; the newest first."""
        return self._ended.listed()

    def acknowledge(self, alarm_id: str, by: str, utc_ns: int) -> AlarmStatus | EndedAlarm | None:
        """Somebody has seen it, and what was under its id before. None: no such alarm is known.

        Who acknowledged first stays its name.
        """
        over = self._ended.acknowledge(alarm_id, by)
        track = self._tracks.get(alarm_id)
        if track is None or track.alarm is None:
            return over
        if track.alarm.acknowledged_by is None:
            track.alarm = replace(track.alarm, acknowledged_by=by, acknowledged_utc_ns=utc_ns)
        return self.find(alarm_id)

    def find(self, alarm_id: str) -> AlarmStatus | None:
        """An alarm that stands."""
        return next((alarm for alarm in self.active() if alarm.id == alarm_id), None)

    def shelve(self, shelved: Shelved) -> AlarmStatus | None:
        """None: it does not stand. Shelved again it has the new time, name and reason."""
        if self.find(shelved.alarm) is not None:
            self._shelf.put(shelved)
        return self.find(shelved.alarm)

    def unshelve(self, alarm_id: str) -> bool:
        """Whether it was shelved."""
        return self._shelf.take(alarm_id)

    def is_shelved(self, alarm_id: str) -> bool:
        return self._shelf.by(alarm_id) is not None

    def come_back(self, mono_ns: int) -> tuple[tuple[str, Back], ...]:
        """Those that are no longer shelved by now, and why."""
        return self._shelf.come_back(mono_ns, self.active())

    def begin(self) -> tuple[EndedAlarm, ...]:
        """A new session: what was put aside, or seen, is told in the record of the one before.

        Returns what nobody has seen so far, the oldest first: it waits on.
        """
        self._shelf.empty()
        return self._ended.forget_seen()

    def recall(
        self,
        mono_ns: int,
        utc_ns: int,
        standing: Iterable[AlarmStatus],
        ended: Iterable[EndedAlarm],
        shelved: Iterable[Shelved],
    ) -> None:
        """Take up what an earlier engine knew; `ended`: the oldest first.

        An alarm that stood goes on as the same one, with who acknowledged it, if its condition is
        still there, and ends with its off-delay if it is not.
        """
        self._recalled_until_ns = mono_ns + _RECALLED_NS
        for alarm in standing:
            self._tracks[alarm.id] = Track.recalled(alarm, mono_ns, utc_ns)
        for one in ended:
            self._ended.add(one)
        for each in shelved:
            self._shelf.put(each)

    def update(
        self, mono_ns: int, utc_ns: int, findings: Mapping[str, Finding]
    ) -> tuple[AlarmChange, ...]:
        """Take in what is seen now, by alarm id; a condition not mentioned is gone."""
        # Greater faults first, so that what is part of them is judged by where they stand now.
        in_order = sorted(findings.items(), key=lambda entry: len(entry[1].part_of))
        self._taken = {each: found.taken_by for each, found in in_order if found.taken_by}
        changes = [
            change
            for alarm_id, finding in in_order
            if (change := self._follow(alarm_id, finding, mono_ns, utc_ns)) is not None
        ]
        changes += self._give_way(mono_ns, findings, [c.alarm.id for c in changes if c.tripped])
        changes += self._unmentioned(mono_ns, findings)
        self._keep(changes)
        return tuple(changes)

    def _give_way(
        self, mono_ns: int, findings: Mapping[str, Finding], tripped: Iterable[str]
    ) -> list[AlarmChange]:
        """A greater alarm whose fault is over, and that only waits whether it comes back, goes over
        into what is left of it: the two would tell one thing twice."""
        changes: list[AlarmChange] = []
        for alarm_id in tripped:
            for greater in findings[alarm_id].part_of:
                track = self._tracks.get(greater)
                if track is None or track.alarm is None or track.before is not False:
                    continue
                if not track.was_within(mono_ns, _GOES_ON_NS):
                    changes.append(track.clear(track.alarm, alarm_id))
        return changes

    def _unmentioned(self, mono_ns: int, findings: Mapping[str, Finding]) -> list[AlarmChange]:
        if self._recalled_until_ns is not None and mono_ns < self._recalled_until_ns:
            return []
        self._recalled_until_ns = None
        gone = [known for known in self._tracks if known not in findings]
        tracks = [self._tracks.pop(alarm_id) for alarm_id in gone]
        return [track.clear(track.alarm) for track in tracks if track.alarm is not None]

    def _keep(self, changes: Iterable[AlarmChange]) -> None:
        for change in changes:
            if not change.tripped:
                by = self._shelf.by(change.alarm.id)
                self._ended.add(ended_alarm(change.alarm, change.lasted_s, change.goes_on_as, by))

    def end(self) -> tuple[AlarmChange, ...]:
        """The session is over: what goes on will be found anew, and belongs to another record."""
        tracks = tuple(self._tracks.values())
        self._tracks.clear()
        changes = tuple(track.clear(track.alarm) for track in tracks if track.alarm is not None)
        self._keep(changes)
        return changes

    def _follow(
        self, alarm_id: str, finding: Finding, mono_ns: int, utc_ns: int
    ) -> AlarmChange | None:
        track = self._tracks.setdefault(alarm_id, Track())
        rule = finding.rule
        track.look(mono_ns, finding.present, rule.off_s * NS_PER_S)
        greater = finding.taken_by or self._standing(finding.part_of, mono_ns)
        if greater is not None:
            return self._take_in(track, finding, greater, mono_ns)
        track.follow_words(finding, mono_ns)
        if track.alarm is not None:
            return track.clear(track.alarm) if track.is_over(rule) else None
        if finding.waits or self._is_mending(finding, mono_ns):
            return None
        is_long = track.there_ns >= rule.on_s * NS_PER_S
        if finding.present and is_long and not track.would_chatter(mono_ns):
            return track.trip(alarm_id, finding, mono_ns, utc_ns)
        return None

    def _standing(self, alarm_ids: tuple[str, ...], mono_ns: int) -> str | None:
        """One that was long over but for its lesser form takes in nothing more."""
        for alarm_id in alarm_ids:
            track = self._tracks.get(alarm_id)
            if track is None:
                continue
            if alarm_id in self._taken and track.was_within(mono_ns, _GOES_ON_NS):
                return self._taken[alarm_id]
            if track.alarm is None:
                continue
            if track.before is None or track.was_within(mono_ns, _GOES_ON_NS):
                return alarm_id
        return None

    def _is_mending(self, finding: Finding, mono_ns: int) -> bool:
        greater = finding.part_of if finding.is_mending else ()
        tracks = (self._tracks.get(alarm_id) for alarm_id in greater)
        return any(t is not None and t.was_told_within(mono_ns, _MENDS_NS) for t in tracks)

    def _take_in(
        self, track: Track, finding: Finding, greater: str, mono_ns: int
    ) -> AlarmChange | None:
        """The greater fault goes on in this form; an alarm of the lesser one goes over into it."""
        taker = self._tracks.get(greater)
        if taker is not None and finding.present and finding.keeps_up:
            if not taker.was_there:
                taker.follow_words(finding, mono_ns)
            taker.gone_ns, taker.last_there_ns, taker.goes_on = 0, mono_ns, True
        if track.alarm is not None:
            return track.clear(track.alarm, greater)
        if finding.taken_by and finding.present:
            track.told_ns = mono_ns
        track.forget()
        return None
