"""Which comments did the rules or people act on, how long did each take, and what came of it?

`moderation.judged` and `moderation.decided` hold the whole item; the events of effects hold one
effect each (docs/architecture.md, "Moderation").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.events import Event
from livedesk.core.moderation import ComplianceWarning, Decision, Effect, Item
from livedesk.journal.reader import TimedEvent
from livedesk.journal.rows import value_of

EFFECT_EVENTS: Final = tuple(
    f"moderation.{state}"
    for state in ("sent", "done", "by_hand", "not_possible", "failed", "unknown", "dropped")
)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One item as it was last told of, with the session time at which its comment came."""

    t_ms: int
    item: Item
    hide_ms: float | None = None
    """From the comment until a rule's hiding was done on the platform."""
    decided_ms: float | None = None
    """From the comment until a person first decided, as the engine told it."""

    @property
    def first_decision(self) -> Decision | None:
        return self.item.decisions[0] if self.item.decisions else None

    @property
    def review_s(self) -> float | None:
        """From the comment until a person first decided."""
        first = self.first_decision
        if self.decided_ms is not None:
            return self.decided_ms / 1_000
        if first is None:
            return None
        return max(0.0, (first.utc_ns - self.item.comment.utc_ns) / NS_PER_S)

    @property
    def is_hidden_by_rule(self) -> bool:
        verdict = self.item.verdict
        return verdict is not None and verdict.action == "hide"


def queue_rows(events: Iterable[TimedEvent]) -> list[QueueRow]:
    """All items in the order of their comments. What cannot be understood is passed over."""
    rows: dict[str, QueueRow] = {}
    for timed in events:
        if timed.event.kind in ("moderation.judged", "moderation.decided"):
            _take_item(rows, timed)
        elif timed.event.kind in EFFECT_EVENTS:
            _take_effect(rows, timed.event)
    return sorted(rows.values(), key=lambda row: row.t_ms)


def warnings_told(events: Iterable[TimedEvent]) -> list[tuple[int, ComplianceWarning]]:
    """Compliance warnings with their session time, each once."""
    told: dict[str, tuple[int, ComplianceWarning]] = {}
    for timed in events:
        if timed.event.kind != "compliance.warning":
            continue
        warning = value_of(timed.event.data.get("warning"), ComplianceWarning)
        if warning is not None:
            told.setdefault(warning.id, (timed.t_ms, warning))
    return list(told.values())


def comments_counted(events: Iterable[TimedEvent]) -> int:
    """Clean ones among them: those are counted each minute and not written down one by one."""
    counts = (
        timed.event.data.get("comments")
        for timed in events
        if timed.event.kind == "moderation.minute"
    )
    return sum(count for count in counts if isinstance(count, int))


def _take_item(rows: dict[str, QueueRow], timed: TimedEvent) -> None:
    item = value_of(timed.event.data.get("item"), Item)
    if item is None:
        return
    known = rows.get(item.id)
    if known is None:
        since_ms = max(0, timed.event.utc_ns - item.comment.utc_ns) // NS_PER_MS
        known = QueueRow(timed.t_ms - since_ms, item)
    elif item.revision >= known.item.revision:
        known = replace(known, item=item)
    if timed.event.kind == "moderation.decided" and known.decided_ms is None:
        known = replace(known, decided_ms=_told_ms(timed.event))
    rows[item.id] = known


def _take_effect(rows: dict[str, QueueRow], event: Event) -> None:
    row = rows.get(str(event.data.get("item_id")))
    effect = value_of(event.data.get("effect"), Effect)
    if row is None or effect is None:
        return
    kept = [known for known in row.item.effects if known.key != effect.key]
    effects = tuple(sorted((*kept, effect), key=lambda each: each.wanted_utc_ns))
    row = replace(row, item=replace(row.item, effects=effects))
    if effect.verb == "hide" and effect.state == "done" and _is_first_of_rule(row, effect):
        row = replace(row, hide_ms=_latency_ms(event, row.item, effect))
    rows[row.item.id] = row


def _is_first_of_rule(row: QueueRow, effect: Effect) -> bool:
    first = next((each for each in row.item.effects if each.verb == "hide"), None)
    return row.is_hidden_by_rule and first is not None and first.key == effect.key


def _latency_ms(event: Event, item: Item, effect: Effect) -> float | None:
    """As the engine told it; an older record has the times alone."""
    told_ms = _told_ms(event)
    if told_ms is not None:
        return told_ms
    if effect.settled_utc_ns is None:
        return None
    return max(0.0, (effect.settled_utc_ns - item.comment.utc_ns) / NS_PER_MS)


def _told_ms(event: Event) -> float | None:
    told = event.data.get("latency_ms")
    return float(told) if isinstance(told, (int, float)) else None
