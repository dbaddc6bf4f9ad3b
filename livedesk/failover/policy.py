"""When does the stream move, and where to? One state machine, pure, time passed in."""

from __future__ import annotations

from livedesk.core.settings import FailoverSettings
from livedesk.core.status import Limits
from livedesk.failover.facts import FeedFacts, PathFacts, Refusal, Switch
from livedesk.failover.notes import Note
from livedesk.failover.view import FailoverView


class Policy:
    """Decides for one feed with its ordered uplinks (docs/architecture.md, "Failover").

    The caller executes a returned switch; `active` is its `to` from then on.
    """

    def __init__(
        self, settings: FailoverSettings, limits: Limits, uplinks: tuple[str, ...]
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._uplinks = uplinks
        self._notes: list[Note] = []
        self.active = uplinks[0]

    def update(self, mono_ns: int, feed: FeedFacts, paths: tuple[PathFacts, ...]) -> Switch | None:
        """Looks at everything; called each 50 ms, and at once when a connection ends."""
        return None

    def took_over(self, mono_ns: int) -> None:
        """The first keyframe was acknowledged on the new path: the switch is done."""

    def order_switch(self, mono_ns: int, to: str, reason: str, actor: str) -> Refusal | None:
        """The switch comes from the next update."""
        return None

    def order_hold(self, mono_ns: int, on: bool, actor: str) -> Refusal | None:
        """Off also releases the latch."""
        return None

    def order_drill(self, mono_ns: int, stay_s: float, actor: str) -> Refusal | None:
        """There, `stay_s`, and back."""
        return None

    def view(self, mono_ns: int) -> FailoverView:
        return FailoverView("auto" if len(self._uplinks) > 1 else "single", "")

    def path_health(self, name: str, mono_ns: int) -> tuple[float | None, float | None]:
        """For how long (s) it has been without a fault, and what it carries (kbps) when full."""
        return None, None

    def take_notes(self) -> list[Note]:
        """What was noted since the last call, oldest first."""
        notes, self._notes = self._notes, []
        return notes
