"""Who has seen an alarm is not called again by its card, and a fault beside it still calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from livedesk.core.clock import NS_PER_S
from livedesk.core.status import AlarmStatus, EndedAlarm, FeedStatus, StoreStatus
from livedesk.desk.alarm_list import AlarmLine, ended_line, standing_line
from livedesk.desk.model import DeskModel, Moment
from livedesk.desk.wall_need import Standing, standing
from tests.ui.stage import START_UTC_NS, on_air

GONE = AlarmStatus("feed.lost", "high", "The feed is gone", "Look", START_UTC_NS)
SKEW = AlarmStatus("sync.skew", "medium", "Sound is late", "Restart it", START_UTC_NS)
SHELVED = {"shelved_by": "Mia", "shelved_until_utc_ns": START_UTC_NS + 900 * NS_PER_S}


def stands(status: StoreStatus, *beside: AlarmLine, late_s: float = 0) -> Standing:
    told = Moment(0, START_UTC_NS)
    model = DeskModel(told)
    model.status(status, told)
    (view,) = model.snapshot(Moment(round(late_s * NS_PER_S), START_UTC_NS)).stores
    lines = [standing_line(status.store, status.name, alarm) for alarm in status.alarms]
    return standing(view, (*lines, *beside))


def stalled(*alarms: AlarmStatus) -> StoreStatus:
    return on_air(feed=FeedStatus("STALLED"), alarms=alarms)


def test_the_first_seconds_of_a_fault_are_told_by_its_card() -> None:
    found = stands(stalled())
    assert (found.need, found.look, found.word) == ("now", "critical", "Feed: Stalled")
    assert stands(stalled(GONE)).need == "now"


@pytest.mark.parametrize(
    ("change", "need", "look"),
    [({"acknowledged_by": "Mia"}, "seen", "critical"), (SHELVED, "on_air", "ok")],
)
def test_what_was_seen_is_quiet_and_what_was_put_aside_is_not_told(
    change: dict[str, Any], need: str, look: str
) -> None:
    found = stands(stalled(replace(GONE, **change)))
    assert (found.need, found.look) == (need, look)
    assert bool(found.word) == (need == "seen")
    assert bool(found.alarms) == (need == "seen")


def test_a_louder_fault_beside_one_that_was_seen_calls_before_it_has_an_alarm() -> None:
    found = stands(stalled(replace(SKEW, acknowledged_by="Mia")))
    assert (found.need, found.word) == ("now", "Feed: Stalled")
    found = stands(stalled(replace(GONE, acknowledged_by="Mia"), SKEW))
    assert (found.need, found.word) == ("soon", "Sound is late")


def test_an_alarm_that_ended_while_nobody_looked_needs_somebody_and_is_calm() -> None:
    ended = EndedAlarm("feed.lost", "high", GONE.cause, START_UTC_NS, START_UTC_NS)
    line = ended_line("lumen", "Lumen Home", ended)
    found = stands(on_air(), line)
    assert (found.need, found.look) == ("over", "ok")
    assert found.word == "Over: The feed is gone"
    assert stands(stalled(GONE), line).need == "now"
    seen = ended_line("lumen", "Lumen Home", replace(ended, acknowledged_by="Mia"))
    assert stands(on_air(), seen).need == "on_air"
    assert stands(on_air(alarms=(replace(GONE, gone_s=4.0),))).need == "over"


def test_old_news_is_unknown_whoever_saw_the_alarm() -> None:
    found = stands(stalled(replace(GONE, acknowledged_by="Mia")), late_s=5)
    assert (found.need, found.look, found.alarms) == ("look", "unknown", ())
