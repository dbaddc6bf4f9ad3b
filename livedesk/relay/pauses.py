"""How long does an uplink wait before it tries again?"""

from __future__ import annotations

import random
from typing import Final

from livedesk.core.clock import NS_PER_S

_FIRST_S: Final = 0.5
_GROWTH: Final = 1.6
_LONGEST_S: Final = 4.0
"""A standby is looked at again before its last proof is five seconds old."""
_STABLE_NS: Final = 10 * NS_PER_S
_WAITED_NS: Final = 2 * NS_PER_S
"""Some servers close a session that waits after a few seconds: a new one is no burden to them."""
_STALE_NS: Final = 30 * NS_PER_S
"""So long after our last publication a platform may not have noticed its end."""
_ASK_SOON_S: Final = 0.02
_ASK_AGAIN_S: Final = 0.25
_ASK_PATIENTLY_S: Final = 2.0
"""Later it is somebody else's publication."""


class Pauses:
    """Of one uplink: growing while it fails, short while the platform holds a dead publication."""

    def __init__(self) -> None:
        self._next_s = _FIRST_S
        self._stale_until_ns = 0
        self._ended_ns = 0

    def restart(self) -> None:
        self._next_s = _FIRST_S

    def lasted(self, duration_ns: int, *, only_waited: bool = False) -> None:
        """A connection stood so long; a long one forgets the failures before it."""
        if duration_ns > (_WAITED_NS if only_waited else _STABLE_NS):
            self.restart()

    @property
    def is_first(self) -> bool:
        return self._next_s == _FIRST_S

    def longer_s(self) -> float:
        """The pause after a failure, spread so that many uplinks do not come at once."""
        pause_s = self._next_s
        self._next_s = min(pause_s * _GROWTH, _LONGEST_S)
        return pause_s * random.uniform(0.8, 1.2)

    def publication_ended(self, mono_ns: int) -> None:
        """One of ours, on whichever path; the platform may not know."""
        self._stale_until_ns = mono_ns + _STALE_NS
        self._ended_ns = mono_ns

    def may_be_stale(self, mono_ns: int) -> bool:
        return mono_ns < self._stale_until_ns

    def busy_s(self, mono_ns: int) -> float:
        """Between two questions whether the platform has noticed that its publisher is gone.

        Soon at first: the reset of the old connection may only have been slower than the new
        publication. Then half as long as it has taken so far.
        """
        if not self.may_be_stale(mono_ns):
            return _ASK_PATIENTLY_S
        taken_s = (mono_ns - self._ended_ns) / NS_PER_S
        return min(max(_ASK_SOON_S, taken_s / 2), _ASK_AGAIN_S)
