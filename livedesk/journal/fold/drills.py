"""Which drills were run, by whom, and did they pass? Switches there and back, as a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from livedesk.journal.fold.switches import SwitchRow
from livedesk.journal.reader import TimedEvent

DRILL_EVENT = "failover.drill"

_SETTLED_MS = 1_000
"""The relay tells of the end of a drill and of its last switch within so long."""


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill. `step`: how far it came, in words. `gaps_ms`: of its switches, in order.

    `open`: its end is not on record.
    """

    t_ms: int
    utc_ns: int
    actor: str
    state: Literal["passed", "failed", "open"]
    step: str
    end_ms: int | None = None
    gaps_ms: tuple[float, ...] = ()


class Drills:
    """Takes `failover.drill`."""

    def __init__(self) -> None:
        self._told: list[TimedEvent] = []

    def take(self, timed: TimedEvent) -> None:
        self._told.append(timed)

    def result(self, moved: Iterable[SwitchRow]) -> tuple[DrillRow, ...]:
        found: list[DrillRow] = []
        for timed in sorted(self._told, key=lambda each: (each.t_ms, each.event.seq)):
            state = timed.event.data.get("state")
            if state == "running":
                if not found or found[-1].state != "open" or found[-1].end_ms is not None:
                    found.append(_begun(timed))
                continue
            is_known = found and found[-1].end_ms is None
            row = found.pop() if is_known else _begun(timed)
            ended: Literal["passed", "failed"] = "passed" if state == "passed" else "failed"
            found.append(replace(row, state=ended, step=_step(timed), end_ms=timed.t_ms))
        moves = [row for row in moved if row.cause == "drill"]
        return tuple(replace(row, gaps_ms=_gaps(row, moves)) for row in found)


def _begun(timed: TimedEvent) -> DrillRow:
    event = timed.event
    actor = event.data.get("actor")
    who = actor if isinstance(actor, str) else event.actor or ""
    return DrillRow(timed.t_ms, event.utc_ns, who, "open", _step(timed))


def _step(timed: TimedEvent) -> str:
    step = timed.event.data.get("step")
    return step if isinstance(step, str) else timed.event.text


def _gaps(row: DrillRow, moves: Iterable[SwitchRow]) -> tuple[float, ...]:
    from_ms = row.t_ms - _SETTLED_MS
    to_ms = None if row.end_ms is None else row.end_ms + _SETTLED_MS
    inside = (
        move for move in moves if from_ms <= move.t_ms and (to_ms is None or move.t_ms <= to_ms)
    )
    return tuple(gap for move in inside if (gap := move.gap_ms) is not None)
