"""Are there more alarms than one person follows, and which are then still announced?

EEMUA 191 calls more than ten alarms in ten minutes a flood, and it is over below half of that. One
person who also moderates and pins follows fewer (docs/decisions/0022-alarms.md): here it is half.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from livedesk.alarms.track import RANK
from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmFlood, AlarmStatus, Priority

MOST = 5
_CALM = MOST // 2
WINDOW_NS = 600 * NS_PER_S
_SUM_NS = 60 * NS_PER_S


class Flood:
    """Counts how many alarms began in the last ten minutes."""

    def __init__(self) -> None:
        self._began_ns: deque[int] = deque()
        self._quiet_ns: deque[int] = deque()
        self._since_utc_ns: int | None = None

    def look(self, mono_ns: int, utc_ns: int, began: int) -> None:
        """`began`: alarms that began since the last look."""
        self._began_ns.extend([mono_ns] * began)
        for times in (self._began_ns, self._quiet_ns):
            while times and mono_ns - times[0] >= WINDOW_NS:
                times.popleft()
        if len(self._began_ns) > MOST:
            self._since_utc_ns = self._since_utc_ns or utc_ns
        elif len(self._began_ns) <= _CALM:
            self._since_utc_ns = None

    def kept_quiet(self, mono_ns: int) -> None:
        """One was listed and not announced."""
        self._quiet_ns.append(mono_ns)

    def status(self) -> AlarmFlood | None:
        if self._since_utc_ns is None:
            return None
        return AlarmFlood(self._since_utc_ns, len(self._began_ns), len(self._quiet_ns))


@dataclass(frozen=True, slots=True)
class News:
    """What is to be announced now: alarms one by one, and how many were only listed."""

    alarms: tuple[AlarmStatus, ...] = ()
    quiet: int = 0


class Announcer:
    """Each alarm is announced once for each priority that it reaches, unless somebody has it."""

    def __init__(self, flood: Flood) -> None:
        self._flood = flood
        self._known: dict[str, Priority] = {}
        self._told: set[str] = set()
        self._quiet = 0
        self._sum_due_ns: int | None = None

    def told_before(self, alarms: Iterable[AlarmStatus]) -> None:
        """An earlier engine announced these."""
        for alarm in alarms:
            self._known[alarm.id] = alarm.priority
            self._told.add(alarm.id)

    def over(self, alarm_id: str) -> bool:
        """Whether its end is worth telling: its beginning was told."""
        self._known.pop(alarm_id, None)
        was_told = alarm_id in self._told
        self._told.discard(alarm_id)
        return was_told

    def news(self, mono_ns: int, active: Iterable[AlarmStatus]) -> News:
        alarms = tuple(alarm for alarm in active if self._is_news(alarm, mono_ns))
        return News(alarms, self._sum(mono_ns))

    def _is_news(self, alarm: AlarmStatus, mono_ns: int) -> bool:
        if alarm.shelved_by is not None:
            # Once it comes back it is news again.
            self._known.pop(alarm.id, None)
            return False
        known = self._known.get(alarm.id)
        if known is not None and RANK[known] >= RANK[alarm.priority]:
            return False
        self._known[alarm.id] = alarm.priority
        if alarm.acknowledged_by is not None:
            return False
        if self._flood.status() is not None and alarm.priority != "high":
            self._keep_quiet(mono_ns)
            return False
        self._told.add(alarm.id)
        return True

    def _keep_quiet(self, mono_ns: int) -> None:
        self._flood.kept_quiet(mono_ns)
        self._quiet += 1
        if self._sum_due_ns is None:
            self._sum_due_ns = mono_ns + _SUM_NS

    def _sum(self, mono_ns: int) -> int:
        if self._sum_due_ns is None or mono_ns < self._sum_due_ns:
            return 0
        quiet, self._quiet, self._sum_due_ns = self._quiet, 0, None
        return quiet
