"""Which comments did the rules or people act on, how long did each take, and what came of it?

`moderation.judged` and `moderation.decided` hold the whole item; the events of effects hold one
effect each (docs/architecture.md, "Moderation").
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.moderation import ComplianceWarning, Effect, Item
from livedesk.journal.reader import TimedEvent
from livedesk.journal.rows import value_of
from livedesk.journal.values import EventRow

EFFECT_EVENTS: Final = tuple(
    f"moderation.{state}"
    for state in ("sent", "done", "by_hand", "not_possible", "failed", "unknown", "dropped")
)
ITEM_EVENTS: Final = ("moderation.judged", "moderation.decided")

OPEN_ITEMS: Final = 4_000
"""The newest of which things are told often. An older one is packed, and unpacked again when
something more is told of it."""

_PACK: Final = msgspec.msgpack.Encoder().encode
_UNPACK: Final = msgspec.msgpack.Decoder(Item).decode


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One item as it was last told of, with the session time at which its comment came.

    A show has tens of thousands of them, so the item is kept packed: `item` makes it anew each
    time. Take it once for all that is to be known of it.
    """

    t_ms: int
    packed: bytes
    hide_ms: float | None = None
    """From the comment until a rule's hiding was done on the platform."""
    decided_ms: float | None = None
    """From the comment until a person first decided, as the engine told it."""

    @property
    def item(self) -> Item:
        return _UNPACK(self.packed)

    @property
    def review_s(self) -> float | None:
        """From the comment until a person first decided."""
        return self.review_s_of(self.item) if self.decided_ms is None else self.decided_ms / 1_000

    def review_s_of(self, item: Item) -> float | None:
        """The same for who has unpacked the `item` already."""
        if self.decided_ms is not None:
            return self.decided_ms / 1_000
        if not item.decisions:
            return None
        return max(0.0, (item.decisions[0].utc_ns - item.comment.utc_ns) / NS_PER_S)


class _ItemTold(msgspec.Struct, frozen=True, gc=False):
    item: Item
    latency_ms: object = None


class _EffectTold(msgspec.Struct, frozen=True, gc=False):
    item_id: str
    effect: Effect
    latency_ms: object = None


@dataclass(slots=True)
class _Open:
    """An item that is being told of. `effects`: as they were told of since the item was."""

    t_ms: int
    item: Item
    effects: tuple[Effect, ...]
    hide_ms: float | None = None
    decided_ms: float | None = None

    def told(self) -> Item:
        item = self.item
        return item if self.effects is item.effects else replace(item, effects=self.effects)


class Queue:
    """Takes ITEM_EVENTS and EFFECT_EVENTS. What cannot be understood is passed over."""

    def __init__(self, open_items: int = OPEN_ITEMS) -> None:
        self._open_items = open_items
        self._packed: dict[str, QueueRow] = {}
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._read_item = msgspec.json.Decoder(_ItemTold).decode
        self._read_effect = msgspec.json.Decoder(_EffectTold).decode

    def take(self, timed: TimedEvent) -> None:
        event = timed.event
        if event.kind in ITEM_EVENTS:
            told = value_of(event.data, _ItemTold)
            if told is not None:
                self._take_item(event.kind, timed.t_ms, event.utc_ns, told)
        elif event.kind in EFFECT_EVENTS:
            effect = value_of(event.data, _EffectTold)
            if effect is not None:
                self._take_effect(effect)

    def take_row(self, row: EventRow) -> None:
        """The same of an event whose data nobody has looked at yet. Raises ValueError when they
        are not JSON."""
        _, t_ms, utc_ns, _, kind, _, _, _, _, data = row
        try:
            if kind in ITEM_EVENTS:
                self._take_item(kind, t_ms, utc_ns, self._read_item(data))
            elif kind in EFFECT_EVENTS:
                self._take_effect(self._read_effect(data))
        except msgspec.ValidationError:
            return
        except msgspec.DecodeError as error:
            raise ValueError(f"the data of a {kind} are no JSON") from error

    def result(self) -> list[QueueRow]:
        """All items in the order of their comments. Nothing more can be taken then."""
        self._close_oldest(0)
        return sorted(self._packed.values(), key=lambda row: row.t_ms)

    def _take_item(self, kind: str, t_ms: int, utc_ns: int, told: _ItemTold) -> None:
        item = told.item
        known = self._known(item.id)
        if known is None:
            since_ms = max(0, utc_ns - item.comment.utc_ns) // NS_PER_MS
            known = self._open[item.id] = _Open(t_ms - since_ms, item, item.effects)
            self._close_oldest(self._open_items)
        elif item.revision >= known.item.revision:
            known.item, known.effects = item, item.effects
        if kind == "moderation.decided" and known.decided_ms is None:
            known.decided_ms = _number(told.latency_ms)

    def _take_effect(self, told: _EffectTold) -> None:
        known, effect = self._known(told.item_id), told.effect
        if known is None:
            return
        kept = [each for each in known.effects if each.key != effect.key]
        known.effects = tuple(sorted((*kept, effect), key=_wanted_utc_ns)) if kept else (effect,)
        if effect.verb == "hide" and effect.state == "done" and _is_first_of_rule(known, effect):
            known.hide_ms = _latency_ms(told, known.item)

    def _known(self, item_id: str) -> _Open | None:
        known = self._open.get(item_id)
        if known is None and (row := self._packed.pop(item_id, None)) is not None:
            item = row.item
            known = _Open(row.t_ms, item, item.effects, row.hide_ms, row.decided_ms)
            self._open[item_id] = known
        return known

    def _close_oldest(self, left: int) -> None:
        while len(self._open) > left:
            item_id, known = self._open.popitem(last=False)
            packed = _PACK(known.told())
            row = QueueRow(known.t_ms, packed, known.hide_ms, known.decided_ms)
            self._packed[item_id] = row


def queue_rows(events: Iterable[TimedEvent]) -> list[QueueRow]:
    """All items in the order of their comments. What cannot be understood is passed over."""
    queue = Queue()
    for timed in events:
        queue.take(timed)
    return queue.result()


class WarningsTold:
    """Takes `compliance.warning`."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, ComplianceWarning]] = {}

    def take(self, timed: TimedEvent) -> None:
        warning = value_of(timed.event.data.get("warning"), ComplianceWarning)
        if warning is not None:
            self._told.setdefault(warning.id, (timed.t_ms, warning))

    def result(self) -> list[tuple[int, ComplianceWarning]]:
        """Each once, with its session time in ms."""
        return list(self._told.values())


def warnings_told(events: Iterable[TimedEvent]) -> list[tuple[int, ComplianceWarning]]:
    """Compliance warnings with their session time, each once."""
    told = WarningsTold()
    for timed in events:
        if timed.event.kind == "compliance.warning":
            told.take(timed)
    return told.result()


class CommentsCounted:
    """Takes `moderation.minute`: clean comments are counted and not written down one by one."""

    def __init__(self) -> None:
        self._comments = 0

    def take(self, timed: TimedEvent) -> None:
        count = timed.event.data.get("comments")
        self._comments += count if isinstance(count, int) else 0

    def result(self) -> int:
        return self._comments


def comments_counted(events: Iterable[TimedEvent]) -> int:
    """Clean ones among them."""
    counted = CommentsCounted()
    for timed in events:
        if timed.event.kind == "moderation.minute":
            counted.take(timed)
    return counted.result()


def _wanted_utc_ns(effect: Effect) -> int:
    return effect.wanted_utc_ns


def _is_first_of_rule(known: _Open, effect: Effect) -> bool:
    first = next((each for each in known.effects if each.verb == "hide"), None)
    return is_hidden_by_rule(known.item) and first is not None and first.key == effect.key


def is_hidden_by_rule(item: Item) -> bool:
    return item.verdict is not None and item.verdict.action == "hide"


def _latency_ms(told: _EffectTold, item: Item) -> float | None:
    """As the engine told it; an older record has the times alone."""
    told_ms = _number(told.latency_ms)
    if told_ms is not None:
        return told_ms
    if told.effect.settled_utc_ns is None:
        return None
    return max(0.0, (told.effect.settled_utc_ns - item.comment.utc_ns) / NS_PER_MS)


def _number(told: object) -> float | None:
    return float(told) if isinstance(told, (int, float)) else None
