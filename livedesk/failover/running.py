"""Does the switch that was decided arrive?"""

from __future__ import annotations

from typing import Final

from livedesk.core.clock import NS_PER_MS, NS_PER_S
from livedesk.core.held import Held
from livedesk.failover import words
from livedesk.failover.facts import PathFacts, Switch

LIMIT_NS: Final = 5 * NS_PER_S
"""So long a path may take until its first keyframe is acknowledged."""
_MOST_DOUBLINGS: Final = 3
_ANSWERED_NS: Final = 750 * NS_PER_MS
"""A path that is down with a reason has its answer; so long it may be asked once more, as the
relay's first pause is half a second. "Busy" is no such answer: then the path is connecting."""


class Running:
    """A switch that the caller executes.

    The wait doubles with each path that refused before: when none takes the stream, each must get
    the time for a platform that has not yet noticed that the publisher before is gone.
    """

    def __init__(self, switch: Switch, begun_ns: int, refusals: int) -> None:
        self.switch = switch
        self.begun_ns = begun_ns
        self._is_first = refusals == 0
        self._limit_ns = LIMIT_NS << min(refusals, _MOST_DOUBLINGS)
        self._waited = Held()
        self._waited.ns(begun_ns, True)  # whoever executes it need not ask meanwhile
        self._answered = Held()
        self._was_told = False

    def is_late(self, mono_ns: int) -> bool:
        return mono_ns - self.begun_ns >= LIMIT_NS

    def is_refused(self, mono_ns: int, path: PathFacts, flows: bool, has_other: bool) -> bool:
        """`path` is the new one. Without a feed there is no keyframe to wait for."""
        is_down = path.state == "down"
        was_down = self._answered.since_ns is not None
        answered_ns = self._answered.ns(
            mono_ns, flows and path.state != "carrying" and (is_down or was_down)
        )
        is_told = self._is_first and has_other and is_down and answered_ns >= _ANSWERED_NS
        waited_ns = self._waited.ns(mono_ns, flows)
        self._was_told = self._was_told or (is_told and waited_ns < self._limit_ns)
        return is_told or waited_ns >= self._limit_ns

    def words(self, path: PathFacts) -> str:
        limit = "" if self._was_told else f" within {self._limit_ns // NS_PER_S} s"
        return f"{self.switch.to} did not take over{limit}{words.because(path.reason)}"
