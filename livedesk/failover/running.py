"""Does the switch that was decided arrive?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_S
from livedesk.core.held import Held
from livedesk.failover.facts import Switch

LIMIT_NS: Final = 5 * NS_PER_S
"""So long a path may take until its first keyframe is acknowledged."""
_MOST_DOUBLINGS: Final = 3


class Running:
    """A switch that the caller executes.

    The wait doubles with each path that refused before: when none takes the stream, each must get
    the time for a platform that has not yet noticed that the publisher before is gone.
    """

    def __init__(self, switch: Switch, begun_ns: int, refusals: int) -> None:
        self.switch = switch
        self.begun_ns = begun_ns
        self._limit_ns = LIMIT_NS << min(refusals, _MOST_DOUBLINGS)
        self._waited = Held()
        self._waited.ns(begun_ns, True)  # whoever executes it need not ask meanwhile

    def is_late(self, mono_ns: int) -> bool:
        return mono_ns - self.begun_ns >= LIMIT_NS

    def is_refused(self, mono_ns: int, flows: bool) -> bool:
        """Without a feed there is no keyframe to wait for."""
        return self._waited.ns(mono_ns, flows) >= self._limit_ns

    def words(self) -> str:
        return f"{self.switch.to} did not take over within {self._limit_ns // NS_PER_S} s"
