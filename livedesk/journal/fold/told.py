"""What do the events of a session tell, taken up in one pass over them?

Each fold takes the events that it looks at and is asked at the end; no event is kept for its sake.
Only what takes time to pair (spans, switches) is kept until then, and that is little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from livedesk.journal.errors import NotASessionError
from livedesk.journal.fold.actions import Actions
from livedesk.journal.fold.alarms import ALARM_EVENTS, AlarmsTold
from livedesk.journal.fold.clock import CLOCK_EVENT, ClockTold
from livedesk.journal.fold.drills import DRILL_EVENT, Drills
from livedesk.journal.fold.pins import PIN_EVENTS, PinsTold
from livedesk.journal.fold.queue import (
    EFFECT_EVENTS,
    ITEM_EVENTS,
    CommentsCounted,
    Queue,
    WarningsTold,
)
from livedesk.journal.fold.settings import SETTINGS_EVENT, SettingsTold
from livedesk.journal.fold.spans import SPAN_EVENTS
from livedesk.journal.fold.switches import SWITCH_EVENTS
from livedesk.journal.reader import SessionReader, TimedEvent
from livedesk.journal.rows import row_event
from livedesk.journal.sessions import SESSION_END
from livedesk.journal.values import Through

_QUEUE_EVENTS: Final = frozenset((*ITEM_EVENTS, *EFFECT_EVENTS))
_KEPT: Final = frozenset((*SPAN_EVENTS, *SWITCH_EVENTS, "uplink.dropped"))
_Take = Callable[[TimedEvent], object]


class Told:
    """The folds over one session's events."""

    def __init__(self, reader: SessionReader, through: Through = iter) -> None:
        self.kept: list[TimedEvent] = []
        """What spans, switches and the uplinks' figures are made of."""
        self.sign_off: TimedEvent | None = None
        self.is_watched = False
        """The feed was only seen at its server."""
        self.actions, self.alarms, self.drills = Actions(), AlarmsTold(), Drills()
        self.pins, self.queue = PinsTold(), Queue()
        self.comments, self.warnings = CommentsCounted(), WarningsTold()
        self.settings, self.clock = SettingsTold(reader.info), ClockTold()
        self._takers: dict[str, tuple[_Take, ...]] = {}
        try:
            self._read(reader, through)
        except (KeyError, TypeError, ValueError) as error:
            words = f"its content does not make sense ({error!r})"
            raise NotASessionError(reader.path, words) from error

    def _read(self, reader: SessionReader, through: Through) -> None:
        for row in through(reader.raw_events()):
            kind, actor = row[4], row[8]
            if kind in _QUEUE_EVENTS:
                self.queue.take_row(row)
            if actor:
                self.actions.take_row(row)
            takers = self._takers.get(kind)
            if takers is None:
                takers = self._takers[kind] = tuple(self._taking(kind))
            if takers:
                timed = TimedEvent(row[1], row_event(row, reader.info))
                if not isinstance(timed.event.data, dict):
                    raise TypeError(f"the data of event {row[0]} are no object")
                for take in takers:
                    take(timed)

    def _taking(self, kind: str) -> list[_Take]:
        kinds: list[tuple[bool, _Take]] = [
            (kind in _KEPT, self.kept.append),
            (kind in ALARM_EVENTS, self.alarms.take),
            (kind in PIN_EVENTS, self.pins.take),
            (kind == DRILL_EVENT, self.drills.take),
            (kind == SETTINGS_EVENT, self.settings.take),
            (kind == CLOCK_EVENT, self.clock.take),
            (kind == SESSION_END, self._take_end),
            (kind == "moderation.minute", self.comments.take),
            (kind == "compliance.warning", self.warnings.take),
            (kind.startswith("feed."), self._take_feed),
        ]
        return [take for is_wanted, take in kinds if is_wanted]

    def _take_end(self, timed: TimedEvent) -> None:
        self.sign_off = timed

    def _take_feed(self, timed: TimedEvent) -> None:
        self.is_watched |= timed.event.data.get("source") == "server"
