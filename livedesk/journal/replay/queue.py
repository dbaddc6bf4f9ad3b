"""How did the moderation stand at an instant? As far as the record tells: comments on which nobody
acted are counted by the minute, and not written down one by one."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from livedesk.core.clock import NS_PER_MS
from livedesk.core.moderation import (
    ChatStatus,
    ComplianceWarning,
    Effect,
    Item,
    LinkState,
    ModerationStatus,
    RuleServiceStatus,
)
from livedesk.core.percentile import percentile
from livedesk.journal.fold.queue import EFFECT_EVENTS, ITEM_EVENTS
from livedesk.journal.replay.course import Course, Tally, Waits
from livedesk.journal.values import EventRow

MINUTE_MS: Final = 60_000
_WARNINGS: Final = 10

_LINKS: Final[dict[str, tuple[str, LinkState]]] = {
    "moderation.service_up": ("service", "up"), "moderation.service_down": ("service", "down"),
    "chat.up": ("chat", "up"), "chat.down": ("chat", "down"),
}  # fmt: skip

QUEUE_EVENTS: Final = frozenset((
    *ITEM_EVENTS, *EFFECT_EVENTS, *_LINKS, "moderation.minute", "compliance.warning",
))  # fmt: skip


class _ItemTold(msgspec.Struct, frozen=True, gc=False):
    item: Item


class _EffectTold(msgspec.Struct, frozen=True, gc=False):
    item_id: str
    effect: Effect
    latency_ms: float | None = None


class _Minute(msgspec.Struct, frozen=True, gc=False):
    comments: int = 0


@dataclass(slots=True)
class _Known:
    """What counts of an item, as it was last told of."""

    came_ms: int
    is_review: bool
    is_waiting: bool = False
    is_overturned: bool = False
    decisions: int = 0
    effects: dict[str, str] = field(default_factory=dict)
    """Those that wait for a hand, or of which nobody knows: state by key."""


class QueueCourses:
    """Takes QUEUE_EVENTS as rows, in the order in which they were written."""

    def __init__(self) -> None:
        self.is_empty = True
        self._items: dict[str, _Known] = {}
        self._sums = {
            name: Tally()
            for name in ("comments", "waiting", "by_hand", "unknown", "hidden", "decided",
                         "replied", "overturned", "local")
        }  # fmt: skip
        self._hides_ms, self._reviews_s = Waits(), Waits()
        self._minutes: Course[int] = Course()
        self._links: dict[str, Course[tuple[LinkState, str]]] = {
            "service": Course(), "chat": Course(),
        }  # fmt: skip
        self._warnings: list[tuple[int, ComplianceWarning]] = []
        self._from_ms, self._until_ms = array("q"), array("q")
        """When the waiting of each item that waited began, and when it was over."""
        self._waiting_at: dict[str, int] = {}
        """Of those that wait: their place in it."""
        self._read_item = msgspec.json.Decoder(_ItemTold).decode
        self._read_effect = msgspec.json.Decoder(_EffectTold).decode
        self._read_minute = msgspec.json.Decoder(_Minute).decode
        self._read_warning = msgspec.json.Decoder(ComplianceWarning).decode

    def take_row(self, row: EventRow) -> None:
        """What cannot be understood is passed over."""
        _, t_ms, utc_ns, _, kind, _, _, text, _, data = row
        self.is_empty = False
        try:
            if kind in ITEM_EVENTS:
                self._take_item(t_ms, utc_ns, self._read_item(data).item)
            elif kind in EFFECT_EVENTS:
                self._take_effect(t_ms, self._read_effect(data))
            elif kind in _LINKS:
                name, state = _LINKS[kind]
                self._links[name].add(t_ms, (state, text if state == "down" else ""))
            elif kind == "moderation.minute":
                comments = self._read_minute(data).comments
                self._sums["comments"].add(t_ms, comments)
                self._minutes.add(t_ms, comments)
            else:
                self._warnings.append((t_ms, self._read_warning(data)))
        except msgspec.DecodeError:
            return

    def close(self) -> None:
        """Nothing more is taken: what only served the counting goes."""
        self._items.clear()
        self._waiting_at.clear()
        self._warnings.sort(key=lambda told: told[0])

    def _take_item(self, t_ms: int, utc_ns: int, item: Item) -> None:
        known = self._items.get(item.id)
        if known is None:
            came_ms = t_ms - max(0, utc_ns - item.comment.utc_ns) // NS_PER_MS
            verdict = item.verdict
            is_review = verdict is not None and verdict.action == "review"
            known = self._items[item.id] = _Known(came_ms, is_review)
            if verdict is not None:
                self._sums["hidden"].add(t_ms, verdict.action == "hide")
                self._sums["local"].add(t_ms, verdict.local)
        if item.decisions and not known.decisions and known.is_review:
            self._reviews_s.add(t_ms, max(0, t_ms - known.came_ms) / 1000)
        self._sums["decided"].add(t_ms, max(0, len(item.decisions) - known.decisions))
        known.decisions = max(known.decisions, len(item.decisions))
        self._sums["overturned"].add(t_ms, item.is_overturned - known.is_overturned)
        known.is_overturned = item.is_overturned
        self._wait(t_ms, item.id, known, is_waiting=item.state == "waiting")

    def _wait(self, t_ms: int, item_id: str, known: _Known, *, is_waiting: bool) -> None:
        if is_waiting == known.is_waiting:
            return
        known.is_waiting = is_waiting
        self._sums["waiting"].add(t_ms, 1 if is_waiting else -1)
        if is_waiting:
            self._waiting_at[item_id] = len(self._from_ms)
            self._from_ms.append(known.came_ms)
            self._until_ms.append(1 << 62)
        else:
            self._until_ms[self._waiting_at.pop(item_id)] = t_ms

    def _take_effect(self, t_ms: int, told: _EffectTold) -> None:
        effect, known = told.effect, self._items.get(told.item_id)
        if effect.state == "done" and effect.verb == "reply":
            self._sums["replied"].add(t_ms)
        if effect.state == "done" and effect.verb == "hide" and told.latency_ms is not None:
            self._hides_ms.add(t_ms, told.latency_ms)
        if known is None:
            return
        before = known.effects.pop(effect.key, "")
        if before:
            self._sums[before].add(t_ms, -1)
        if effect.state in ("by_hand", "unknown"):
            known.effects[effect.key] = effect.state
            self._sums[effect.state].add(t_ms)

    def at(self, t_ms: int, review_target_s: float) -> ModerationStatus:
        sums = {name: tally.at(t_ms) for name, tally in self._sums.items()}
        waited_ms = [t_ms - came_ms for came_ms in self._waiting(t_ms)]
        hides, reviews = self._hides_ms.until(t_ms), self._reviews_s.until(t_ms)
        told_ms = self._minutes.since_ms(t_ms)
        is_recent = told_ms is not None and t_ms - told_ms < MINUTE_MS
        service, why_service = self._links["service"].at(t_ms) or ("unknown", "")
        chat, why_chat = self._links["chat"].at(t_ms) or ("unknown", "")
        return ModerationStatus(
            service=RuleServiceStatus(service, why_service),
            chat=ChatStatus(state=chat, reason=why_chat),
            oldest_s=max(waited_ms) / 1000 if waited_ms else None,
            overdue=sum(wait_ms > review_target_s * 1000 for wait_ms in waited_ms),
            comments_per_min=self._minutes.at(t_ms) if is_recent else None,
            hide_p50_ms=percentile(hides, 50),
            hide_p99_ms=percentile(hides, 99),
            review_p50_s=percentile(reviews, 50),
            review_p90_s=percentile(reviews, 90),
            warnings=tuple(w for told, w in reversed(self._warnings) if told <= t_ms)[:_WARNINGS],
            waiting=sums["waiting"],
            by_hand=sums["by_hand"],
            unknown=sums["unknown"],
            comments=sums["comments"],
            hidden=sums["hidden"],
            decided=sums["decided"],
            replied=sums["replied"],
            overturned=sums["overturned"],
            local=sums["local"],
        )

    def _waiting(self, t_ms: int) -> Iterator[int]:
        for came_ms, until_ms in zip(self._from_ms, self._until_ms, strict=True):
            if came_ms <= t_ms < until_ms:
                yield came_ms
