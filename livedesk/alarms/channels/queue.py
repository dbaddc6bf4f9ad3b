"""Which message goes out next on one channel, and when? Pure, with the time passed in.

One channel sends one at a time, at most one a second (the pace that Slack keeps to) and `per_min` a
minute. What comes faster is joined; what repeats, or ends before it was sent, is told once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.alarms.channels.delivery import Delivery
from livedesk.alarms.channels.message import RANK, Message, joined
from livedesk.core.channel_settings import ChannelKind
from livedesk.core.clock import NS_PER_S
from livedesk.core.engine_status import ChannelState, ChannelStatus

GIVE_UP_S: Final = 600.0
"""A message that could not be sent for so long is no news any more."""
IN_A_ROW: Final = 3
"""So many failures, and the channel is called failing."""
JOIN_FROM: Final = 3
"""So many that wait are one message."""

_GAP_S: Final = 1.0
_MINUTE_NS: Final = 60 * NS_PER_S
_FIRST_BACKOFF_S: Final = 2.0
_MOST_BACKOFF_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    message: Message
    since_ns: int


class Outbox:
    """What one channel still has to tell. After `take` comes `settle`, before the next `take`."""

    def __init__(self, name: str, kind: ChannelKind, per_min: int, room: int = 200) -> None:
        self._name = name
        self._kind: ChannelKind = kind
        self._per_min = per_min
        self._room = room
        self._waiting: dict[str, _Waiting] = {}
        self._flying: tuple[_Waiting, ...] = ()
        self._flying_untold = 0
        self._tries: deque[int] = deque()
        self._not_before_ns = 0
        self._failures = 0
        self._is_limited = False
        self._has_lost = False
        """A message, since one last arrived."""
        self._untold = 0
        self._sent = self._failed = self._dropped = 0
        self._ok_ns: int | None = None
        self._reason = ""

    def put(self, message: Message, mono_ns: int) -> None:
        """The newest with a key stands for all that wait with it, and keeps their place."""
        if message.key not in self._waiting and len(self._waiting) >= self._room:
            self._make_room()
        self._waiting[message.key] = _Waiting(message, mono_ns)

    def _make_room(self) -> None:
        """The least important goes, and of those the oldest. It is told as one of a sum."""
        key = min(self._waiting, key=lambda each: RANK[self._waiting[each].message.priority])
        del self._waiting[key]
        self._dropped += 1
        self._untold += 1
        self._has_lost = True
        self._reason = f"more came than could be sent; there is room for {self._room} messages"

    def wait_s(self, mono_ns: int) -> float | None:
        """Until the next can be taken; 0 when one can be taken now; None while nothing waits."""
        self._expire(mono_ns)
        if not self._waiting and not self._untold:
            return None
        return max(0, self._free_ns(mono_ns) - mono_ns) / NS_PER_S

    def _free_ns(self, mono_ns: int) -> int:
        while self._tries and mono_ns - self._tries[0] >= _MINUTE_NS:
            self._tries.popleft()
        free_ns = self._not_before_ns
        if self._tries:
            free_ns = max(free_ns, self._tries[-1] + round(_GAP_S * NS_PER_S))
        if len(self._tries) >= self._per_min:
            free_ns = max(free_ns, self._tries[-self._per_min] + _MINUTE_NS)
        return free_ns

    def _expire(self, mono_ns: int) -> None:
        old = [
            key
            for key, each in self._waiting.items()
            if mono_ns - each.since_ns >= GIVE_UP_S * NS_PER_S
        ]
        for key in old:
            del self._waiting[key]
            self._failed += 1
            self._has_lost = True

    def take(self, mono_ns: int, utc_ns: int) -> Message | None:
        """The next to send: the most important, or all that wait as one. None: not yet."""
        if self.wait_s(mono_ns) != 0:
            return None
        self._tries.append(mono_ns)
        order = sorted(
            self._waiting.values(),
            key=lambda each: -RANK[each.message.priority],
        )
        is_sum = self._untold > 0 or len(order) >= JOIN_FROM
        self._flying = tuple(order if is_sum else order[:1])
        self._flying_untold, self._untold = self._untold if is_sum else 0, 0
        for each in self._flying:
            del self._waiting[each.message.key]
        if not is_sum:
            return self._flying[0].message
        messages = [each.message for each in self._flying]
        return joined(messages, self._flying_untold, utc_ns)

    def settle(self, delivery: Delivery, mono_ns: int) -> None:
        """What became of the message that was taken."""
        flying, self._flying = self._flying, ()
        untold, self._flying_untold = self._flying_untold, 0
        self.proven(delivery, mono_ns)
        if delivery.ok:
            self._sent += 1
        elif delivery.again:
            self._back(flying)
            self._untold += untold
            self._not_before_ns = mono_ns + round(self._pause_s(delivery) * NS_PER_S)
        else:
            self._failed += len(flying) + untold

    def _back(self, flying: Sequence[_Waiting]) -> None:
        """In front again, but for what has become something newer meanwhile."""
        newer, self._waiting = self._waiting, {each.message.key: each for each in flying}
        self._waiting.update(newer)

    def _pause_s(self, delivery: Delivery) -> float:
        if delivery.after_s is not None:
            return min(delivery.after_s, GIVE_UP_S)
        tries = max(self._failures, 1)
        return min(_FIRST_BACKOFF_S * 2.0 ** min(tries - 1, 10), _MOST_BACKOFF_S)

    def proven(self, delivery: Delivery, mono_ns: int) -> None:
        """What a message told about the way, also one that was never in this queue."""
        self._is_limited = delivery.limited
        if delivery.ok:
            self._failures, self._has_lost = 0, False
            self._ok_ns, self._reason = mono_ns, ""
            self._not_before_ns = 0
            return
        self._reason = delivery.reason
        # A limit is no failure of the way; one that never ends is, by what it makes us give up.
        self._failures += 0 if delivery.limited else 1
        self._has_lost |= not delivery.again

    def waiting(self) -> tuple[Message, ...]:
        """What was not sent, or is being sent."""
        return tuple(each.message for each in (*self._flying, *self._waiting.values()))

    def status(self, mono_ns: int) -> ChannelStatus:
        self._expire(mono_ns)
        ok_ns = self._ok_ns
        return ChannelStatus(
            self._name,
            self._kind,
            self._state(mono_ns),
            self._sent,
            self._failed,
            len(self._waiting) + len(self._flying),
            self._dropped,
            None if ok_ns is None else (mono_ns - ok_ns) / NS_PER_S,
            self._reason,
        )

    def _state(self, mono_ns: int) -> ChannelState:
        if self._has_lost or self._failures >= IN_A_ROW:
            return "failing"
        is_full = bool(self._waiting) and self._free_ns(mono_ns) - mono_ns > 2 * NS_PER_S
        if self._is_limited or (is_full and not self._failures):
            return "limited"
        return "unproven" if self._ok_ns is None else "ok"
