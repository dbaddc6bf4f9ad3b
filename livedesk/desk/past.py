"""What do the plots of the stores miss? News joins them at once; the rest is in the journal."""

from __future__ import annotations

from dataclasses import dataclass, field

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.status import StoreStatus
from livedesk.desk.plots import StorePlots

MERGE_S = 2.0
"""History is asked for from a little before the gap, so that its edge is covered."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A stretch of a store's session (Unix seconds) that its plots do not have."""

    store: str
    begin_s: float
    end_s: float


@dataclass(slots=True)
class Past:
    """The series of every store, and which part of them is still to be fetched."""

    _plots: dict[str, StorePlots] = field(default_factory=dict)
    _sessions: dict[str, str | None] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    """Stores whose history was asked for since the engine was attached."""
    _missing_from_s: dict[str, float] = field(default_factory=dict)
    """Unix time from which on a store's history is not in its plots yet."""

    def plots(self, store: str) -> StorePlots:
        return self._plots.setdefault(store, StorePlots())

    def attached(self) -> None:
        """An engine is (back) here: what happened in between is missing of every store."""
        self._asked = set()

    def knows(self, store: str) -> bool:
        """Whether a status of the store came since the engine was attached."""
        return store in self._asked

    def add(self, status: StoreStatus) -> Missing | None:
        """Append a status; returns what is to be fetched before it, if anything is."""
        self._follow_session(status)
        plots = self.plots(status.store)
        plots.timeline.stands(status.alarms, status.utc_ns / NS_PER_S)
        known_until_s = plots.last_t
        missed = plots.add(status)
        if not missed and status.store in self._asked:
            return None
        self._asked.add(status.store)
        return self._missing(status, known_until_s)

    def event(self, event: Event) -> None:
        """Put an event on its store's timeline; what has no store concerns all of them."""
        stores = (event.store,) if event.store else tuple(self._plots)
        for store in stores:
            self.plots(store).timeline.event(event)

    def _follow_session(self, status: StoreStatus) -> None:
        before = self._sessions.get(status.store)
        if status.session is not None:
            if before not in (None, status.session):
                timeline = self.plots(status.store).timeline
                self._plots[status.store] = StorePlots(timeline=timeline)
                self._missing_from_s.pop(status.store, None)
            self._sessions[status.store] = status.session

    def _missing(self, status: StoreStatus, known_until_s: float | None) -> Missing | None:
        """From when on history is missing: what an earlier try left counts too."""
        if status.session_started_utc_ns is None:
            return None
        begin_s = status.session_started_utc_ns / NS_PER_S
        if known_until_s is not None:
            left_s = self._missing_from_s.get(status.store, known_until_s)
            begin_s = max(begin_s, min(left_s, known_until_s - MERGE_S))
        self._missing_from_s[status.store] = begin_s
        return Missing(status.store, begin_s, status.utc_ns / NS_PER_S)

    def filled(self, missing: Missing) -> None:
        """What was missing is in the plots now."""
        if self._missing_from_s.get(missing.store) == missing.begin_s:
            del self._missing_from_s[missing.store]
