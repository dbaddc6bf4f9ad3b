"""Where should the stream go, and when may it come back by itself?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from livedesk.core.settings import FailoverSettings
from livedesk.core.status import SwitchCause
from livedesk.failover import words
from livedesk.failover.book import PathBook

RATE_CAUSES: Final = ("congestion", "backlog", "contract")
"""The path carries something, and too little."""
_RETRY_S: Final = 10.0
"""After so long a path that was left may have healed: what it carried then is no argument for a
path that breaks the contract now."""
_MARGIN: Final = 1.25
"""So much more must a path have carried for a move between two bad ones. Just after a rate fell, a
quarter of a second shows up to a fifth more than the path carries, and here two such figures are
compared; and a move costs the frames that wait, which no few percent are worth."""


@dataclass(frozen=True, slots=True)
class Target:
    name: str | None
    """None: to stay is the lesser evil, as nothing better is known."""
    words: str = ""
    """Why it is this one, or none."""
    is_attempt: bool = False
    """It was left for its rate lately: whether it is better now, only carrying can show."""


class Choice:
    def __init__(self, settings: FailoverSettings, min_kbps: float, book: PathBook) -> None:
        self._settings = settings
        self._min_kbps = min_kbps
        self._book = book

    def target(
        self, mono_ns: int, active: str, cause: SwitchCause, carried_kbps: float | None
    ) -> Target:
        """Where to, of those that are ready."""
        ready = self._book.ready_others(active)
        if not ready:
            return Target(None, words.none_ready(self._book.others(active)))
        if cause not in RATE_CAUSES:
            return Target(ready[0])
        now_kbps = carried_kbps or 0.0
        known = [(name, self.left_kbps(mono_ns, name)) for name in ready]
        for name, left_kbps in known:
            if left_kbps is None or left_kbps >= _MARGIN * now_kbps:
                return Target(name)
        if now_kbps < self._min_kbps:
            for name in ready:
                left_s = self._book.left_s(mono_ns, name) or 0.0
                if left_s >= self._wait_s(mono_ns, name, _RETRY_S):
                    again = f"{name}, left {left_s:.0f} s ago, is tried again"
                    return Target(name, again, is_attempt=True)
        left = ", ".join(
            f"{name} carried {words.kbps(left_kbps)} kbps when it was left"
            for name, left_kbps in known
        )
        return Target(None, f"no better uplink is known: {left}")

    def left_kbps(self, mono_ns: int, name: str) -> float | None:
        """What a path carried when it was left for that: known until it could be good again."""
        return self._book.left_kbps(mono_ns, name, self._settings.fail_back_after_s)

    def hold_down_s(self, mono_ns: int, name: str) -> float:
        """How long this path must still be good before it may carry again.

        It begins when the path became good.
        """
        hold_s = self._wait_s(mono_ns, name, self._settings.fail_back_after_s)
        return max(0.0, hold_s - (self._book.healthy_s(name) or 0.0))

    def _wait_s(self, mono_ns: int, name: str, first_s: float) -> float:
        """A path that does not carry shows no capacity: with each time it failed, twice as long."""
        times = self._book.failures(mono_ns, name, self._settings.flap_window_s)
        return first_s * (1 << max(0, times - 1))
