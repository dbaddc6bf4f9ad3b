"""Alarms on a stage: the real list and orders, and an engine that answers when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm, Priority
from livedesk.desk.alarm_client import AlarmClient, AlarmPage
from livedesk.desk.alarm_orders import AlarmOrder
from livedesk.desk.alarming import Alarming
from livedesk.desk.errors import NotSentError
from livedesk.desk.model import Moment

ME = "Mai"
STEPS = (
    "Ask on the intercom whether somebody touched the line.",
    "Look at the modem's lights: red means that the provider is out.",
    "Move the encoder to the bonded router, and tell the producer.",
)


def alarm(alarm_id: str, priority: Priority, since_utc_ns: int, **changes: Any) -> AlarmStatus:
    """One as the engine tells it, with steps."""
    told: dict[str, Any] = {
        "cause": f"Something is wrong with {alarm_id}", "action": "Do something about it.",
        "steps": STEPS,
    }  # fmt: skip
    return AlarmStatus(alarm_id, priority, since_utc_ns=since_utc_ns, **(told | changes))


class StageAlarms(Alarming):
    """Orders stay out until `answer`; what ended is told by `ends`."""

    def __init__(self, now: Callable[[], Moment]) -> None:
        super().__init__(_nobody, _dropped, now, lambda: ME)
        self._clock = now

    @property
    def out(self) -> tuple[AlarmOrder, ...]:
        """Orders that no engine has answered."""
        return tuple(asked.order for asked in self._orders.waiting())

    def answer(self) -> None:
        """The engine says yes; the next status tells the rest."""
        for order in self.out:
            self._orders.answered(order, self._clock())
        self._book.changed()

    def refuse(self, why: str) -> None:
        for order in self.out:
            self._orders.failed(order, why, self._clock())
        self._book.changed()

    def ends(self, store: str, *ended: EndedAlarm, flood: AlarmFlood | None = None) -> None:
        self._book.fetched(store, AlarmPage((), ended, flood))


def _nobody() -> AlarmClient:
    raise NotSentError("No engine is attached.", "stage", "")


def _dropped(_name: str, work: Coroutine[Any, Any, None]) -> None:
    work.close()
