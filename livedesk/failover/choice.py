"""Where should the stream go, and when may it come back by itself?"""

from __future__ import annotations

from typing import Final

from livedesk.core.settings import FailoverSettings
from livedesk.core.status import SwitchCause
from livedesk.failover import words
from livedesk.failover.book import PathBook

RATE_CAUSES: Final = ("congestion", "backlog", "contract")
"""The path carries something, and too little."""


class Choice:
    def __init__(self, settings: FailoverSettings, book: PathBook) -> None:
        self._settings = settings
        self._book = book

    def target(
        self, mono_ns: int, active: str, cause: SwitchCause, carried_kbps: float | None
    ) -> tuple[str | None, str]:
        """Where to; or why nowhere: to stay is the lesser evil when nothing better is known."""
        ready = self._book.ready_others(active)
        if not ready:
            return None, words.none_ready(self._book.others(active))
        if cause not in RATE_CAUSES:
            return ready[0], ""
        known = [(name, self.left_kbps(mono_ns, name)) for name in ready]
        for name, left_kbps in known:
            if left_kbps is None or left_kbps > (carried_kbps or 0.0):
                return name, ""
        return None, "; ".join(
            f"{name} carried {words.kbps(left_kbps)} kbps when it was left"
            for name, left_kbps in known
        )

    def left_kbps(self, mono_ns: int, name: str) -> float | None:
        """What a path carried when it was left for that: known until it could be good again."""
        return self._book.left_kbps(mono_ns, name, self._settings.fail_back_after_s)

    def hold_down_s(self, mono_ns: int, name: str) -> float:
        """How long this path must still be good before it may carry again.

        It begins when the path became good. A path that does not carry shows no capacity: one that
        was left for it again and again must be good for twice as long each time.
        """
        times = self._book.left_lately(mono_ns, name, self._settings.flap_window_s)
        hold_s = self._settings.fail_back_after_s * (1 << max(0, times - 1))
        return max(0.0, hold_s - (self._book.healthy_s(name) or 0.0))
