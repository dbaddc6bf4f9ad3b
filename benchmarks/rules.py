"""When would others have moved the stream? Their rules, on the bytes that arrived at the platform.

Both get what they would get in the field and a limit of their own that is fair: the contract's.
Times are seconds on one clock; arrivals come in order.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

LIMIT_KBPS: Final = 2_500.0
"""Of both rules. NOALBS comes with 800: with that it would be later, or blind to 2,000 kbps."""

_BLOCK_S: Final = 10
_POLL_S: Final = 1.0
_EQUAL_POLLS: Final = 5
_WINDOW_S: Final = 1.0
_LOOK_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Arrival:
    at_s: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """From now on the rule holds the path for bad, or for good."""

    at_s: float
    is_bad: bool


class ServerAverage:
    """The rate that nginx-rtmp tells (`ngx_rtmp_bandwidth.c`).

    Whole seconds count. A block is closed by the first byte, or question, in the second after its
    tenth, and its bytes are divided by ten; a block that was closed late counts as none.
    """

    def __init__(self) -> None:
        self._end_s = -1
        self._bytes = 0
        self._kbps = 0.0

    def add(self, at_s: float, size_bytes: int) -> None:
        second = math.floor(at_s)
        if second > self._end_s:
            is_late = second > self._end_s + _BLOCK_S
            self._kbps = 0.0 if is_late else self._bytes * 8 / 1000 / _BLOCK_S
            self._bytes = 0
            self._end_s = second + _BLOCK_S
        self._bytes += size_bytes

    def kbps(self, at_s: float) -> float:
        self.add(at_s, 0)
        return self._kbps


def noalbs(
    arrivals: Iterable[Arrival], until_s: float, phase_s: float, gone_s: float = math.inf
) -> Iterator[Verdict]:
    """NOALBS beside nginx-rtmp: a question each second, and five equal answers in a row.

    `phase_s` moves the server's seconds and the questions against the arrivals; the server's blocks
    are counted from the first arrival. From `gone_s` on
    the server has no such stream, which is an answer too. A rate of 0 counts as bad, although
    NOALBS takes it for a stream that has just begun and stays.
    """
    average, pending = ServerAverage(), deque(arrivals)
    poll_s = (pending[0].at_s if pending else 0.0) + phase_s % _POLL_S
    said, newest, equal = False, False, 0
    while poll_s <= until_s:
        while pending and pending[0].at_s <= poll_s:
            arrival = pending.popleft()
            average.add(arrival.at_s + phase_s, arrival.size_bytes)
        is_bad = poll_s >= gone_s or average.kbps(poll_s + phase_s) < LIMIT_KBPS
        newest, equal = is_bad, equal + 1 if is_bad == newest else 1
        if equal >= _EQUAL_POLLS and is_bad != said:
            said = is_bad
            yield Verdict(poll_s, is_bad)
        poll_s += _POLL_S


def window(arrivals: Sequence[Arrival], until_s: float) -> Iterator[Verdict]:
    """A sliding second of bytes at the receiver, looked at a hundred times a second."""
    if not arrivals:
        return
    entering, inside = deque(arrivals), deque[Arrival]()
    held_bytes, is_bad = 0, False
    look_s = arrivals[0].at_s + _WINDOW_S
    while look_s <= until_s:
        while entering and entering[0].at_s <= look_s:
            inside.append(entering.popleft())
            held_bytes += inside[-1].size_bytes
        while inside and inside[0].at_s <= look_s - _WINDOW_S:
            held_bytes -= inside.popleft().size_bytes
        if (held_bytes * 8 / 1000 / _WINDOW_S < LIMIT_KBPS) != is_bad:
            is_bad = not is_bad
            yield Verdict(look_s, is_bad)
        look_s += _LOOK_S


def first_bad_s(verdicts: Iterable[Verdict], after_s: float) -> float | None:
    """When the path was first given up at or after an instant."""
    return next((each.at_s for each in verdicts if each.is_bad and each.at_s >= after_s), None)


def steady(kbps: float, from_s: float, to_s: float, every_s: float = 0.02) -> list[Arrival]:
    """A feed at a constant rate."""
    count = max(0, math.ceil((to_s - from_s) / every_s))
    size_bytes = round(kbps * 125 * every_s)
    return [Arrival(from_s + number * every_s, size_bytes) for number in range(count)]
