"""How many alarms does a show of four hours make, with every fault of the list and with none?"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.rows import Row
from tests.stories.alarm_show import HOURS, AlarmShow, load_of, play_all


def measure() -> Iterator[Row]:
    show = AlarmShow(quiet_step_s=0.25)
    played = list(play_all(show))
    load = load_of(show.raised)
    more = [case.name for case, alarms in played if alarms != case.alarms]
    where = f"{HOURS:g} h, {len(played)} faults"
    yield Row(f"alarms in 10 min, mean, {where}", f"{load.per_10_min:.2f}", goal="≤ 1.5")
    yield Row(f"alarms in any 10 min, most, {where}", f"{load.most_in_10_min}", goal="≤ 5")
    yield Row(f"alarms that chatter (3 in 60 s), {where}", f"{load.chattering}", goal="0")
    unclear = sum(not (one.cause and one.action and one.steps) for one in show.raised)
    yield Row(f"alarms without cause, action or steps, {where}", f"{unclear}", goal="0")
    yield Row(f"faults with other alarms than their causes, {where}", f"{len(more)}", goal="0")
    calm = AlarmShow(quiet_step_s=0.25)
    calm.quiet(HOURS * 3600)
    yield Row(f"alarms of a healthy show, {HOURS:g} h", f"{len(calm.raised)}", goal="0")
