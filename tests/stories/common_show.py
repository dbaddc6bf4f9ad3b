"""A show of twenty stores of one engine, and faults that several have from one cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from livedesk.alarms.runbook import Runbook
from livedesk.core.clock import NS_PER_S, ManualClock
from livedesk.core.events import Json, Level, Source
from livedesk.core.status import StoreStatus
from livedesk.engine.alarming.announce import Announcement
from livedesk.engine.alarming.engine_alarms import EngineAlarms
from livedesk.engine.alarming.following import Place
from livedesk.engine.alarming.store_alarms import StoreAlarms
from livedesk.engine.conditions import findings
from livedesk.engine.engine_conditions import engine_findings
from tests.stories.alarm_show import BESIDE, HEALTHY, HOURS, MACHINE, Raised

STORES = tuple(f"s{number:02}" for number in range(1, 21))


class CommonShow:
    """The alarms of all stores and of their engine."""

    def __init__(self, stores: Sequence[str] = STORES) -> None:
        self.clock = ManualClock()
        self.machine = MACHINE
        self.raised: list[Raised] = []
        self.told: list[Announcement] = []
        self.recorded: list[tuple[str, str]] = []
        self._begun_ns = self.clock.mono_ns()
        self.engine = EngineAlarms(self.clock, self, Runbook().steps, self._post)
        steps = Runbook().steps
        self.stores = {
            store: StoreAlarms(
                Place(self.clock, self._post, self, steps, store, store.upper()),
                self.engine.common,
            )
            for store in stores
        }

    @property
    def now_s(self) -> float:
        return (self.clock.mono_ns() - self._begun_ns) / NS_PER_S

    def announce(self, what: Announcement) -> None:
        self.told.append(what)

    def _post(
        self,
        kind: str,
        level: Level,
        source: Source,
        text: str,
        data: dict[str, Json],
        actor: str | None,
    ) -> None:
        self.recorded.append((kind, text))
        if kind == "limit.trip":
            alarm_id, action = str(data["alarm"]), str(data["action"])
            cause = text.removesuffix(action).strip()
            steps = Runbook().steps(alarm_id)
            self.raised.append(Raised(self.now_s, alarm_id, cause, action, steps))

    def play(
        self, seconds: float, is_so: Mapping[str, StoreStatus] | None = None, step_s: float = 0.5
    ) -> None:
        """What is so at some of the stores; the others are well."""
        is_so = is_so or {}
        well = findings(HEALTHY, BESIDE)
        found = {store: findings(status, BESIDE) for store, status in is_so.items()}
        engine = engine_findings(self.machine, (), HOURS)
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            for store, alarms in self.stores.items():
                alarms.look(found.get(store, well))
            if self.now_s == int(self.now_s):
                self.engine.look(engine)

    def all_have(self, stores: Sequence[str] = STORES, **status: object) -> dict[str, StoreStatus]:
        return dict.fromkeys(stores, replace(HEALTHY, **status))  # type: ignore[arg-type]

    def begun(self) -> list[str]:
        return [raised.id for raised in self.raised]

    def announced(self) -> list[str]:
        return [f"{what.store}/{what.alarm.id}" for what in self.told if what.alarm is not None]
