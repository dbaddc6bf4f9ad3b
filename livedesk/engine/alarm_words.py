"""How is an alarm's beginning or end told, as an event of the record?"""

from __future__ import annotations

from livedesk.alarms.life import AlarmChange
from livedesk.core.events import Json, Level
from livedesk.core.status import Priority

_LOUDNESS: dict[Priority, Level] = {"low": "notice", "medium": "warning", "high": "critical"}
_TELLING_S = 0.1


def alarm_event(change: AlarmChange, over: str = "Over") -> tuple[str, Level, str, dict[str, Json]]:
    """Kind, level, text and data. `over`: how an end begins that is no part of another fault."""
    alarm = change.alarm
    data: dict[str, Json] = {
        "alarm": alarm.id,
        "priority": alarm.priority,
        "action": alarm.action,
    }
    if change.tripped:
        return "limit.trip", _LOUDNESS[alarm.priority], f"{alarm.cause} {alarm.action}", data
    # What was over when its alarm's delay ended has lasted no time as an alarm.
    lasted = f" after {change.lasted_s:.1f} s" if change.lasted_s >= _TELLING_S else ""
    data |= {"lasted_s": round(change.lasted_s, 3), "count": alarm.count}
    if change.goes_on_as is not None:
        over = "Part of a greater fault"
        data["goes_on_as"] = change.goes_on_as
    return "limit.clear", "info", f"{over}{lasted}: {alarm.cause}", data
