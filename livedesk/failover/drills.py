"""Is there a drill, and what does it want now? Each of its steps is noted."""

from __future__ import annotations

from livedesk.failover.book import PathBook
from livedesk.failover.drill import Drill
from livedesk.failover.log import NoteLog
from livedesk.failover.view import DrillStep


class Drills:
    """One at a time; the newest stays to be seen."""

    def __init__(self, log: NoteLog) -> None:
        self._log = log
        self._newest: Drill | None = None

    @property
    def running(self) -> Drill | None:
        return self._newest if self._newest is not None and self._newest.is_running else None

    def view(self) -> DrillStep | None:
        return self._newest.view() if self._newest is not None else None

    def begin(self, drill: Drill) -> None:
        self._newest = drill
        self._log.drill(drill.view())

    def fail(self, why: str) -> None:
        """Whatever runs ends here."""
        if (drill := self.running) is not None:
            drill.fail(why)
            self._log.drill(drill.view())

    def arrived(self, mono_ns: int) -> None:
        """The first keyframe was acknowledged on the new path."""
        if (drill := self.running) is not None and drill.arrived(mono_ns):
            self._log.drill(drill.view())

    def due(self, mono_ns: int, book: PathBook) -> tuple[str, str, str] | None:
        """Where the stream is to go for it now, why, and by whose order."""
        drill = self.running
        if drill is None:
            return None
        why = drill.stuck(mono_ns)
        if why is not None:
            self.fail(why)
            return None
        to = drill.target if drill.begins else drill.origin
        if not (drill.begins or drill.returns(mono_ns)) or not book.facts(to).ready:
            return None
        drill.goes()
        return to, f"drill, {'there' if to == drill.target else 'and back'}", drill.actor
