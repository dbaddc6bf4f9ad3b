"""The operator of the show: sees the alarm of the path that failed, and says so by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from livedesk.core.status import StoreStatus
from livedesk.demo.check import Check
from livedesk.demo.stage import PRIMARY, STORE
from livedesk.desk.alarm_client import AlarmClient
from livedesk.desk.alarm_list import AlarmKey
from livedesk.desk.alarm_orders import AlarmOrder
from livedesk.desk.errors import DeskError

OPERATOR: Final = "mei"


@dataclass(slots=True)
class Seen:
    """What became of it. `on_record`: alarms and who acknowledged them, by the session file."""

    alarm_id: str = ""
    problem: str = ""
    on_record: tuple[tuple[str, str], ...] = ()


async def acknowledge(alarms: AlarmClient, statuses: Sequence[StoreStatus], seen: Seen) -> None:
    """The newest alarm of the primary path, also if it is over by now. What breaks it off is told
    in `problem`."""
    shown = (each for status in reversed(statuses) for each in status.alarms)
    alarm = next((each for each in shown if PRIMARY in each.id), None)
    if alarm is None:
        seen.problem = "there was no alarm of the path"
        return
    seen.alarm_id = alarm.id
    key = AlarmKey(STORE, alarm.id, alarm.since_utc_ns)
    try:
        await alarms.give(AlarmOrder(key, "ack"), OPERATOR)
    except DeskError as error:
        seen.problem = str(error)


def judge_seen(seen: Seen) -> Check:
    name = "the operator acknowledges the alarm by name"
    is_kept = bool(seen.alarm_id) and (seen.alarm_id, OPERATOR) in seen.on_record
    found = ", ".join(f"{alarm} by {who}" for alarm, who in seen.on_record)
    return Check(name, is_kept and not seen.problem, seen.problem or found or "not on record")
