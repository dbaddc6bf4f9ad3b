"""What did moderation do in this session, how fast, and which rules were wrong? Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.moderation import Item, RuleStatistics, Verdict
from livedesk.core.percentile import percentile
from livedesk.journal.fold.queue import QueueRow

MOST_RULES: Final = 20
SLOW_OF: Final = 10
"""So many of the newest automatic hides are judged."""
_NEWS_S: Final = 600.0
"""What was slow longer ago says nothing about the next."""
_TIMES: Final = 500
_MINUTE_S: Final = 60
_MOST_PENDING: Final = 10_000


class SessionCounts:
    """Each item once, as it changes; all times are of the monotonic clock, in ns."""

    def __init__(self) -> None:
        self.comments = 0
        self.hidden = 0
        self.decided = 0
        self.replied = 0
        self.overturned = 0
        self.local = 0
        self._seconds: deque[tuple[int, int]] = deque()
        self._rules: dict[str, RuleStatistics] = {}
        self._hide_ms: deque[float] = deque(maxlen=_TIMES)
        self._review_s: deque[float] = deque(maxlen=_TIMES)
        self._hides: deque[tuple[int, float]] = deque(maxlen=SLOW_OF)
        self._pending: dict[str, int] = {}
        """Automatic hides that are not done yet, with the time of their comment."""

    def came(self, count: int, mono_ns: int) -> None:
        self.comments += count
        second = mono_ns // NS_PER_S
        if self._seconds and self._seconds[-1][0] == second:
            count += self._seconds.pop()[1]
        self._seconds.append((second, count))
        self._forget(second)

    def per_min(self, mono_ns: int) -> float:
        self._forget(mono_ns // NS_PER_S)
        return float(sum(count for _, count in self._seconds))

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - _MINUTE_S:
            self._seconds.popleft()

    def take(self, before: Item | None, after: Item, came_ns: int, now_ns: int) -> None:
        """Of an item that is new, or has changed. `came_ns`: when its comment came."""
        if before is None:
            self._judged(after, came_ns)
        self._count(before, after)
        if after.decisions and (before is None or not before.decisions):
            self._review_s.append(max(0, now_ns - came_ns) / NS_PER_S)
        self._hiding(before, after, now_ns)

    def recall(self, row: QueueRow, came_ns: int) -> None:
        """An item of an earlier engine of this session, which took the times."""
        self._judged(row.item, came_ns)
        self._count(None, row.item)
        if row.review_s is not None:
            self._review_s.append(row.review_s)
        if row.hide_ms is not None:
            self._hide_ms.append(row.hide_ms)

    def _judged(self, item: Item, came_ns: int) -> None:
        verdict = item.verdict
        if verdict is None:
            return
        is_hidden = verdict.action == "hide"
        self.hidden += is_hidden
        self._add(verdict, hits=1, hidden=int(is_hidden))
        first = next((each for each in item.effects if each.verb == "hide"), None)
        if is_hidden and first is not None and first.state in ("wanted", "sent"):
            self._pending[item.id] = came_ns
            if len(self._pending) > _MOST_PENDING:
                del self._pending[next(iter(self._pending))]

    def _count(self, before: Item | None, after: Item) -> None:
        self.replied += _replies(after) - _replies(before)
        earlier = 0 if before is None else len(before.decisions)
        self.decided += max(0, len(after.decisions) - earlier)
        more_decided = _is_decided(after) - _is_decided(before)
        more_overturned = _is_overturned(after) - _is_overturned(before)
        self.overturned += more_overturned
        if after.verdict is not None and (more_decided or more_overturned):
            self._add(after.verdict, decided=more_decided, overturned=more_overturned)

    def _hiding(self, before: Item | None, after: Item, now_ns: int) -> None:
        first = next((each for each in after.effects if each.verb == "hide"), None)
        if first is None or first.state in ("wanted", "sent"):
            return
        came_ns = self._pending.pop(after.id, None)
        if before is None or came_ns is None or first.state != "done":
            return
        took_ms = max(0, now_ns - came_ns) / NS_PER_MS
        self._hide_ms.append(took_ms)
        self._hides.append((now_ns, took_ms))

    def _add(
        self,
        verdict: Verdict,
        hits: int = 0,
        hidden: int = 0,
        decided: int = 0,
        overturned: int = 0,
    ) -> None:
        known = self._rules.get(verdict.rule) or RuleStatistics(verdict.rule, verdict.list)
        self._rules[verdict.rule] = replace(
            known,
            hits=known.hits + hits,
            hidden=known.hidden + hidden,
            decided=known.decided + decided,
            overturned=known.overturned + overturned,
        )

    # What is asked of it.

    def slow(self, target_s: float, now_ns: int) -> tuple[int, int]:
        """Of how many of the newest automatic hides, how many took too long, or do still."""
        target_ms = target_s * 1000
        newest = [ms for done_ns, ms in self._hides if now_ns - done_ns < _NEWS_S * NS_PER_S]
        late_ns = now_ns - round(target_s * NS_PER_S)
        newest += [target_ms + 1 for came_ns in self._pending.values() if came_ns < late_ns]
        newest = newest[-SLOW_OF:]
        return sum(ms > target_ms for ms in newest), len(newest)

    def hide_ms(self, percent: int) -> float | None:
        return percentile(sorted(self._hide_ms), percent)

    def review_s(self, percent: int) -> float | None:
        return percentile(sorted(self._review_s), percent)

    def rules(self) -> tuple[RuleStatistics, ...]:
        """Those with the most hits."""
        found = sorted(self._rules.values(), key=lambda rule: (-rule.hits, rule.rule))
        return tuple(found[:MOST_RULES])

    def wrong_rules(self) -> tuple[RuleStatistics, ...]:
        return tuple(rule for rule in self._rules.values() if rule.is_wrong)


def _replies(item: Item | None) -> int:
    """Those that were posted."""
    effects = () if item is None else item.effects
    return sum(effect.verb == "reply" and effect.state == "done" for effect in effects)


def _is_decided(item: Item | None) -> int:
    return int(item is not None and item.decision is not None)


def _is_overturned(item: Item | None) -> int:
    return int(item is not None and item.is_overturned)
