"""How true was the clock that the wall times are of? `session.clock`, as the engine told it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from livedesk.journal.reader import TimedEvent

CLOCK_EVENT: Final = "session.clock"


@dataclass(frozen=True, slots=True)
class ClockRow:
    """From then on, until the next. `offset_ms`: by which the wall clock was ahead of true time,
    give or take `error_ms`; None is not known."""

    t_ms: int
    utc_ns: int
    offset_ms: float | None
    error_ms: float | None
    synchronised: bool | None
    source: str
    text: str


class ClockTold:
    """Takes `session.clock`."""

    def __init__(self) -> None:
        self._rows: list[ClockRow] = []

    def take(self, timed: TimedEvent) -> None:
        event, data = timed.event, timed.event.data
        synchronised, source = data.get("synchronised"), data.get("source")
        self._rows.append(
            ClockRow(
                t_ms=timed.t_ms,
                utc_ns=event.utc_ns,
                offset_ms=_number(data, "offset_ms"),
                error_ms=_number(data, "error_ms"),
                synchronised=synchronised if isinstance(synchronised, bool) else None,
                source=source if isinstance(source, str) else "",
                text=event.text,
            )
        )

    def result(self) -> tuple[ClockRow, ...]:
        return tuple(self._rows)


def _number(data: dict[str, Any], name: str) -> float | None:
    value = data.get(name)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and value is not None else None
