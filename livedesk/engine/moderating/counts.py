"""What did moderation do in this session, how fast, and which rules were wrong? Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.moderation import Item, RuleStatistics, Verdict
from livedesk.moderation.items import overturned

MOST_RULES: Final = 20
SLOW_OF: Final = 10
"""So many of the newest automatic hides are judged."""
_NEWS_S: Final = 600.0
"""What was slow longer ago says nothing about the next."""
_TIMES: Final = 500
_MINUTE_S: Final = 60
_MANY_DECIDED: Final = 10
_MOST_PENDING: Final = 10_000


class SessionCounts:
    """Each item once, as it changes; times are UTC in ns."""

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

    def came(self, count: int, utc_ns: int) -> None:
        self.comments += count
        second = utc_ns // NS_PER_S
        if self._seconds and self._seconds[-1][0] == second:
            count += self._seconds.pop()[1]
        self._seconds.append((second, count))
        self._forget(second)

    def per_min(self, utc_ns: int) -> float:
        self._forget(utc_ns // NS_PER_S)
        return float(sum(count for _, count in self._seconds))

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - _MINUTE_S:
            self._seconds.popleft()

    def take(self, before: Item | None, after: Item) -> None:
        """Of an item that is new, or has changed."""
        if before is None:
            self._judged(after)
        self._decisions(before, after)
        self._hiding(before, after)
        if after.state == "replied" and (before is None or before.state != "replied"):
            self.replied += 1

    def _judged(self, item: Item) -> None:
        verdict = item.verdict
        if verdict is None:
            return
        is_hidden = verdict.action == "hide"
        self.hidden += is_hidden
        self._add(verdict, hits=1, hidden=int(is_hidden))
        first = next((each for each in item.effects if each.verb == "hide"), None)
        if is_hidden and first is not None and first.state in ("wanted", "sent"):
            self._pending[item.id] = item.comment.utc_ns
            if len(self._pending) > _MOST_PENDING:
                del self._pending[next(iter(self._pending))]

    def _decisions(self, before: Item | None, after: Item) -> None:
        earlier = 0 if before is None else len(before.decisions)
        self.decided += max(0, len(after.decisions) - earlier)
        if not earlier and after.decisions:
            waited_ns = after.decisions[0].utc_ns - after.comment.utc_ns
            self._review_s.append(max(0.0, waited_ns / NS_PER_S))
        more_decided = _is_decided(after) - _is_decided(before)
        more_overturned = _is_overturned(after) - _is_overturned(before)
        self.overturned += more_overturned
        if after.verdict is not None and (more_decided or more_overturned):
            self._add(after.verdict, decided=more_decided, overturned=more_overturned)

    def _hiding(self, before: Item | None, after: Item) -> None:
        first = next((each for each in after.effects if each.verb == "hide"), None)
        if first is None or first.state in ("wanted", "sent"):
            return
        comment_ns = self._pending.pop(after.id, None)
        if before is None or comment_ns is None or first.state != "done":
            return
        done_ns = first.settled_utc_ns or comment_ns
        took_ms = max(0.0, (done_ns - comment_ns) / NS_PER_MS)
        self._hide_ms.append(took_ms)
        self._hides.append((done_ns, took_ms))

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

    def slow(self, target_s: float, utc_ns: int) -> tuple[int, int]:
        """Of how many of the newest automatic hides, how many took too long, or do still."""
        target_ms = target_s * 1000
        newest = [ms for done_ns, ms in self._hides if utc_ns - done_ns < _NEWS_S * NS_PER_S]
        late_ns = utc_ns - round(target_s * NS_PER_S)
        newest += [target_ms + 1 for comment_ns in self._pending.values() if comment_ns < late_ns]
        newest = newest[-SLOW_OF:]
        return sum(ms > target_ms for ms in newest), len(newest)

    def hide_ms(self, share: float) -> float | None:
        return _quantile(self._hide_ms, share)

    def review_s(self, share: float) -> float | None:
        return _quantile(self._review_s, share)

    def rules(self) -> tuple[RuleStatistics, ...]:
        """Those with the most hits."""
        found = sorted(self._rules.values(), key=lambda rule: (-rule.hits, rule.rule))
        return tuple(found[:MOST_RULES])

    def wrong_rules(self) -> tuple[RuleStatistics, ...]:
        """Ten or more hits decided by people, half of them overturned."""
        return tuple(
            rule
            for rule in self._rules.values()
            if rule.decided >= _MANY_DECIDED and 2 * rule.overturned >= rule.decided
        )


def _is_decided(item: Item | None) -> int:
    return int(item is not None and item.decision is not None)


def _is_overturned(item: Item | None) -> int:
    return int(item is not None and overturned(item))


def _quantile(values: Sequence[float], share: float) -> float | None:
    """The nearest rank (Hyndman and Fan 1996, definition 1)."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
