"""Can the loudest alarm be acknowledged where it shows, and does what was seen grow quiet?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from livedesk.desk.alarm_list import AlarmKey
from livedesk.desk.issues import GoLine
from livedesk.desk.troubles import shelved, troubles
from livedesk.ui.banner import Banner
from livedesk.ui.theme import Theme
from tests.ui.alarm_stage import StageAlarms, alarm
from tests.ui.stage import START_UTC_NS, Stage, on_air

LOUD = alarm("uplink.slow/primary", "high", START_UTC_NS)
SOFT = alarm("sync.skew", "medium", START_UTC_NS)


class Play:
    def __init__(self, stage: Stage, theme: Theme) -> None:
        self.alarms = StageAlarms(stage.now)
        self.banner = Banner(theme)
        self.banner.acknowledged.connect(self.alarms.acknowledge)
        self.banner.resize(1340, 60)
        self.banner.show()
        stage.attach()
        stage.tell(on_air(alarms=(LOUD, SOFT)))
        self.stage = stage
        self.show()

    def show(self) -> None:
        snapshot, as_asked = self.stage.snapshot(), self.alarms.as_asked
        found = troubles(snapshot, "lumen", as_asked)
        aside = shelved(snapshot, as_asked)
        self.banner.show_troubles(found, GoLine("ok", "No alarm"), snapshot.utc_ns, aside)


@pytest.fixture
def play(stage: Stage, theme: Theme) -> Iterator[Play]:
    playing = Play(stage, theme)
    yield playing
    playing.banner.close()
    playing.banner.deleteLater()


def test_the_button_of_a_row_acknowledges_it_and_it_goes_behind_the_others(
    play: Play, theme: Theme
) -> None:
    first, second = play.banner.rows[:2]
    assert first.frame[0] == theme.colours.critical_ground
    first.seen.click()
    play.show()
    assert [order.alarm_id for order in play.alarms.out] == [LOUD.id]
    assert second.cause.text() == LOUD.cause
    assert second.frame[0] == theme.colours.panel
    assert not second.seen.isVisible()


def test_the_key_takes_the_loudest_and_never_one_that_was_seen(play: Play) -> None:
    for _ in range(3):
        play.banner.acknowledge_first()
        play.show()
    assert [order.alarm_id for order in play.alarms.out] == [LOUD.id, SOFT.id]


def test_who_may_not_act_is_told_why(play: Play) -> None:
    play.banner.allow(may=False, why_not="Your role may not do this.")
    play.banner.acknowledge_first()
    assert play.alarms.out == ()
    assert not play.banner.rows[0].seen.isEnabled()
    assert play.banner.rows[0].seen.toolTip() == "Your role may not do this."


def test_a_click_asks_for_the_alarm_and_shelved_ones_are_counted(play: Play) -> None:
    asked: list[AlarmKey | None] = []
    play.banner.asked.connect(asked.append)
    QTest.mouseClick(play.banner.rows[0], Qt.MouseButton.LeftButton)
    play.alarms.shelve(AlarmKey("lumen", SOFT.id, SOFT.since_utc_ns), 15, "repair")
    play.show()
    assert play.banner.more.text() == "1 shelved"
    play.banner.more.click()
    assert [None if key is None else key.id for key in asked] == [LOUD.id, None]


def test_a_narrow_window_has_fewer_rows_that_can_be_read(play: Play) -> None:
    play.banner.resize(700, 60)
    play.show()
    assert [row.isVisible() for row in play.banner.rows] == [True, False, False]
    assert play.banner.more.text() == "1 more"
