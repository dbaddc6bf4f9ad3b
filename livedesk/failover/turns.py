"""Whose turn is it when a path does not take the stream? Each once, then the first keeps trying.

A path that carries asks the platform again by itself. To go on moving could only help where one
path alone is refused for a while, and each move ends what the other one was waiting for.
"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S

_RETRY_NS: Final = 120 * NS_PER_S
_MOST_DOUBLINGS: Final = 4
"""32 minutes: what refuses for so long is an address or a key, and waits for a person."""


class Turns:
    """From one stream that arrived to the next."""

    def __init__(self, first: str) -> None:
        """`first` of the settings."""
        self._first = first
        self.restart()

    def restart(self) -> None:
        """The stream arrived, or a person chose a path."""
        self._rounds = 0
        self._begin()

    def _begin(self) -> None:
        self._refused: set[str] = set()
        self._settled_ns: int | None = None
        self._went_home = False
        self.refusals = 0
        """Moves in this round because a path did not take the stream."""

    @property
    def is_first_round(self) -> bool:
        """Later ones are told to nobody again, and count for no latch."""
        return self._rounds == 0

    @property
    def is_settled(self) -> bool:
        """Whether all that could be tried refused the stream."""
        return self._settled_ns is not None

    def next(self, mono_ns: int, active: str, ready: list[str]) -> str | None:
        """Where to now, as `active` does not take the stream; None: it goes on trying there."""
        self._refused.add(active)
        untried = [name for name in ready if name not in self._refused]
        if untried:
            self._settled_ns = None
            self.refusals += 1
            return untried[0]
        if self._refused == {active}:  # nobody else was ready yet
            return None
        if self._settled_ns is None:
            self._settled_ns = mono_ns
        if self._first in ready and not self._went_home:
            self._went_home = True
            self.refusals += 1
            return self._first
        if ready and mono_ns - self._settled_ns >= self._retry_ns:
            self._begin()
            self._rounds += 1
            return ready[0]
        return None

    @property
    def _retry_ns(self) -> int:
        return _RETRY_NS << min(self._rounds, _MOST_DOUBLINGS)
