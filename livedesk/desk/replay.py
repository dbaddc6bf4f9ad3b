"""How did a session on record look at an instant, and at which instant does somebody look?

Curves and marks are fetched once. Status and picture follow the instant: one call is under way at a
time, the next is for the newest wish, and an answer that is older than what is shown is dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from livedesk.core.clock import NS_PER_S
from livedesk.core.events import Event
from livedesk.core.records import RecordedSession
from livedesk.core.status import StoreStatus
from livedesk.desk.errors import DeskError
from livedesk.desk.listed import Spawn
from livedesk.desk.model import EVENTS_KEPT, Moment, StoreView
from livedesk.desk.plots import StorePlots
from livedesk.desk.record_client import RecordClient, RecordedStill
from livedesk.desk.replay_load import Loaded, fine_part, load
from livedesk.desk.replay_marks import ReplayMark

Work = Callable[[RecordClient], Coroutine[Any, Any, None]]

Speed = Literal[0, 1, 10, 60]
"""Seconds of the session in a second; 0 stands still."""

SPEEDS: Final[tuple[Speed, ...]] = (1, 10, 60)
AGAIN_S: Final = 3.0
"""After a call that failed."""

FINE_S: Final = 600.0
"""To either side of the instant the curves are as fine as they were recorded."""

STILL_NEAR_S: Final = 15.0
"""Pictures are kept every ten seconds; one that is further away shows another time."""


@dataclass(frozen=True, slots=True)
class ReplayView:
    """Times in Unix seconds. `at_s`: where somebody is; `view`: as it was at `shown_s`."""

    session: RecordedSession
    begin_s: float
    end_s: float
    at_s: float
    speed: Speed = 0
    view: StoreView | None = None
    shown_s: float | None = None
    still: RecordedStill | None = None
    """Near the instant that is shown; None where there is none."""
    events: tuple[Event, ...] = ()
    """Until then, the newest last."""
    marks: tuple[ReplayMark, ...] = ()
    is_loaded: bool = False
    trouble: str = ""

    @property
    def is_behind(self) -> bool:
        """What is shown is not yet of the instant where somebody is."""
        return self.shown_s is None or abs(self.shown_s - self.at_s) > max(1.0, self.speed)


class ReplaySource(Protocol):
    """What a window needs of a replay; tests put a stage in its place."""

    @property
    def plots(self) -> StorePlots: ...

    def look(self) -> ReplayView: ...

    def seek(self, at_s: float) -> None: ...

    def step(self, by_s: float) -> None: ...

    def step_mark(self, by: int, *, incidents: bool = False) -> None: ...

    def play(self, speed: Speed) -> None: ...

    def close(self) -> None: ...


class Replaying:
    """One session that is looked into."""

    def __init__(
        self,
        session: RecordedSession,
        client: Callable[[], RecordClient],
        spawn: Spawn,
        now: Callable[[], Moment],
    ) -> None:
        """`client` raises NotSentError while no engine is attached."""
        self._session, self._client, self._spawn, self._now = session, client, spawn, now
        self.plots = StorePlots()
        begin_ns = session.started_utc_ns or 0
        end_ns = session.ended_utc_ns or max(begin_ns, now().utc_ns)
        self._begin_s, self._end_s = begin_ns / NS_PER_S, end_ns / NS_PER_S
        self._at_s = self._begin_s
        self._speed: Speed = 0
        self._played: Moment | None = None
        """When the instant was last moved on by playing."""
        self._wish = self._shown = 0
        """Generations: each move of the instant is a new one."""
        self._status: StoreStatus | None = None
        self._still: RecordedStill | None = None
        self._loaded: Loaded | None = None
        self._fine: tuple[float, float] | None = None
        self._busy: set[str] = set()
        self._failed: dict[str, tuple[Moment, str]] = {}
        self._events: tuple[int, tuple[Event, ...]] = (0, ())
        self._is_closed = False

    # What a person does

    def seek(self, at_s: float) -> None:
        at_s = min(max(at_s, self._begin_s), self._end_s)
        self._played = self._now()
        if at_s != self._at_s:
            self._at_s = at_s
            self._wish += 1

    def step(self, by_s: float) -> None:
        self.seek(self._at_s + by_s)

    def step_mark(self, by: int, *, incidents: bool = False) -> None:
        """To the next mark, or the one before (`by` −1); stays where there is none."""
        marks = self._loaded.marks if self._loaded is not None else ()
        times = sorted({mark.t for mark in marks if mark.kind == "incident" or not incidents})
        if by > 0:
            found = next((t for t in times if t > self._at_s + 0.01), None)
        else:
            found = next((t for t in reversed(times) if t < self._at_s - 0.01), None)
        if found is not None:
            self.seek(found)

    def play(self, speed: Speed) -> None:
        """From its end it begins anew."""
        if speed and self._at_s >= self._end_s:
            self.seek(self._begin_s)
        self._speed, self._played = speed, self._now()

    def close(self) -> None:
        """Nobody looks any more: what is still on its way is dropped."""
        self._is_closed = True

    # What windows read

    def look(self) -> ReplayView:
        """Move on, ask for what is missing, and say what is known. Call it ten times a second."""
        self._move_on()
        if not self._is_closed:
            self._ask()
        loaded, status = self._loaded, self._status
        return ReplayView(
            session=self._session,
            begin_s=self._begin_s,
            end_s=self._end_s,
            at_s=self._at_s,
            speed=self._speed,
            view=None if status is None else self._store_view(status),
            shown_s=None if status is None else status.utc_ns / NS_PER_S,
            still=self._near_still(),
            events=self._events_until(status),
            marks=() if loaded is None else loaded.marks,
            is_loaded=loaded is not None,
            trouble="\n".join(dict.fromkeys(words for _, words in self._failed.values())),
        )

    def _move_on(self) -> None:
        if not self._speed or self._played is None:
            return
        now = self._now()
        self.seek(self._at_s + now.since_s(self._played) * self._speed)
        if self._at_s >= self._end_s:
            self._speed = 0

    def _store_view(self, status: StoreStatus) -> StoreView:
        """A record does not grow old: nothing in it waits for news."""
        on_air_s = status.utc_ns / NS_PER_S - self._begin_s
        return StoreView(status, 0.0, stale=False, on_air_s=on_air_s)

    def _near_still(self) -> RecordedStill | None:
        still, status = self._still, self._status
        if still is None or status is None:
            return None
        away_s = abs(still.utc_ns - status.utc_ns) / NS_PER_S
        return still if away_s <= STILL_NEAR_S else None

    def _events_until(self, status: StoreStatus | None) -> tuple[Event, ...]:
        """The same tuple as long as no event comes or goes: lists look at that first."""
        if status is None or self._loaded is None:
            return ()
        place = bisect_right(self._loaded.events, status.utc_ns, key=lambda event: event.utc_ns)
        if place != self._events[0]:
            self._events = place, self._loaded.events[max(0, place - EVENTS_KEPT) : place]
        return self._events[1]

    # Calls

    def _ask(self) -> None:
        if self._loaded is None:
            self._begin("load", self._load)
        elif self._needs_fine():
            self._begin("fine", self._load_fine)
        if self._shown != self._wish or self._status is None:
            self._begin("instant", self._fetch)

    def _begin(self, name: str, work: Work) -> None:
        """One call of a kind at a time; after a failure not at once again."""
        failed = self._failed.get(name)
        is_soon = failed is not None and self._now().since_s(failed[0]) < AGAIN_S
        if name not in self._busy and not is_soon:
            self._busy.add(name)
            self._spawn(f"replay {name}", self._work(name, work))

    async def _work(self, name: str, work: Work) -> None:
        try:
            await work(self._client())
            self._failed.pop(name, None)
        except DeskError as error:
            self._failed[name] = self._now(), error.words
        finally:
            self._busy.discard(name)

    async def _fetch(self, client: RecordClient) -> None:
        wish, at_s = self._wish, self._at_s
        status = await client.status(self._session.id, at_s)
        if self._is_closed or (wish < self._shown and self._status is not None):
            return
        self._status, self._shown = status, wish
        still = await client.still(self._session.id, at_s)
        if not self._is_closed:
            self._still = still

    async def _load(self, client: RecordClient) -> None:
        span = self._begin_s, self._end_s
        loaded = await load(client, self._session.id, *span)
        if self._is_closed:
            return
        self.plots.fill(loaded.history)
        self.plots.timeline.recall(loaded.events)
        self._loaded = loaded

    def _needs_fine(self) -> bool:
        if self._loaded is None or self._loaded.is_fine or self._speed > 1:
            return False
        fine = self._fine
        return fine is None or not fine[0] <= self._at_s <= fine[1]

    async def _load_fine(self, client: RecordClient) -> None:
        begin_s = max(self._begin_s, self._at_s - FINE_S)
        end_s = min(self._end_s + 1.0, self._at_s + FINE_S)
        history = await fine_part(client, self._session.id, begin_s, end_s)
        if not self._is_closed:
            self.plots.fill(history)
            # Asked again a little before the edge, since plots look back.
            self._fine = (
                begin_s if begin_s == self._begin_s else begin_s + FINE_S / 2,
                end_s - FINE_S / 10,
            )
