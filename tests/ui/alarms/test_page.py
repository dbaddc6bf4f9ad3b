"""Does a person find what needs them, and do the keys act on what was read and on nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from livedesk.core.clock import NS_PER_S
from livedesk.core.engine_status import Me
from livedesk.core.status import AlarmFlood, AlarmStatus, EndedAlarm
from livedesk.desk.alarm_list import AlarmLine
from livedesk.desk.rights import Rights
from livedesk.ui.alarms.keys import alarm_shortcuts
from livedesk.ui.alarms.listmodel import Heading
from livedesk.ui.alarms.page import AlarmsPage
from livedesk.ui.alarms.shelving import ShelveDialog
from livedesk.ui.shortcuts import install
from livedesk.ui.theme import Theme
from tests.ui.alarm_stage import StageAlarms, alarm
from tests.ui.stage import START_UTC_NS, Stage, on_air

T0 = START_UTC_NS


class Play:
    """A page on a stage, driven by its keys."""

    def __init__(self, stage: Stage, theme: Theme) -> None:
        self.stage = stage
        self.alarms = StageAlarms(stage.now)
        self.rights = Rights()
        self.page = AlarmsPage(self.alarms, theme, stage.now, UTC)
        install(self.page, alarm_shortcuts(self.page))
        stage.attach()
        stage.clock.advance(600)
        self.page.resize(1100, 600)
        self.page.show()
        self.page.activateWindow()
        assert QTest.qWaitForWindowActive(self.page)

    def stands(self, store: str = "lumen", name: str = "Lumen Home", **changes: Any) -> None:
        status = on_air(store, name, **changes)
        self.stage.tell(status)
        self.alarms.status(status)
        self.show()

    def show(self) -> None:
        self.page.show_alarms(self.stage.snapshot(), "lumen", self.rights)

    def press(self, *keys: str) -> None:
        for key in keys:
            shift = Qt.KeyboardModifier.ShiftModifier
            modifier = shift if key.isupper() else Qt.KeyboardModifier.NoModifier
            QTest.keyClick(self.page.list, Qt.Key[f"Key_{key.upper()}"], modifier)
            self.show()

    @property
    def told(self) -> list[str]:
        """The rows, headings in capitals."""
        rows = self.page.list.rows.rows
        return [row.text.upper() if isinstance(row, Heading) else row.key.id for row in rows]

    @property
    def at(self) -> str:
        line: AlarmLine | None = self.page.list.line
        return "" if line is None else line.key.id


@pytest.fixture
def play(stage: Stage, theme: Theme) -> Iterator[Play]:
    playing = Play(stage, theme)
    yield playing
    playing.page.close()
    playing.page.deleteLater()


LOUD = alarm("uplink.slow/primary", "high", T0 + 100 * NS_PER_S)
SOFT = alarm("sync.skew", "medium", T0 + 200 * NS_PER_S)


def test_k_acknowledges_what_is_read_and_the_cursor_goes_with_it(play: Play) -> None:
    play.stands(alarms=(SOFT, LOUD))
    play.page.focus_list()
    assert play.at == LOUD.id
    play.press("k", "k", "k")
    assert [order.alarm_id for order in play.alarms.out] == [LOUD.id]
    assert play.told == ["NEEDS YOU · 1", SOFT.id, "ACKNOWLEDGED · 1", LOUD.id]
    assert play.at == LOUD.id
    play.press("n")
    assert play.at == SOFT.id


def test_a_louder_alarm_that_comes_does_not_take_the_cursor(play: Play) -> None:
    play.stands(alarms=(SOFT,))
    play.page.focus_list()
    play.stands(alarms=(SOFT, LOUD))
    assert play.told[1] == LOUD.id
    assert play.at == SOFT.id
    play.press("k")
    assert [order.alarm_id for order in play.alarms.out] == [SOFT.id]


def test_a_refusal_stands_beside_the_alarm(play: Play) -> None:
    play.stands(alarms=(LOUD,))
    play.page.focus_list()
    play.press("k")
    play.alarms.refuse("The record cannot be written.")
    play.show()
    assert play.page.detail.order.text() == "Not done: The record cannot be written."
    assert play.page.detail.acknowledge.isVisible()


def test_all_of_the_store_on_screen_are_acknowledged_and_no_other_s(play: Play) -> None:
    play.stands("glow", "Glow", alarms=(LOUD,))
    play.stands(alarms=(SOFT,))
    play.alarms.ends("lumen", EndedAlarm("feed.low", "medium", "Low.", T0, T0 + NS_PER_S))
    play.show()
    play.press("K")
    orders = {(order.store, order.alarm_id) for order in play.alarms.out}
    assert orders == {("lumen", SOFT.id), ("lumen", "feed.low")}


def test_shelving_asks_for_a_reason_and_taking_off_does_not(play: Play) -> None:
    play.stands(alarms=(SOFT,))
    play.page.focus_list()
    play.press("s")
    dialog = play.page.findChild(ShelveDialog)
    assert dialog is not None
    assert not dialog.shelve.isEnabled()
    QTest.keyClicks(dialog.why, "line is repaired")
    QTest.keyClick(dialog.why, Qt.Key.Key_Return)
    (order,) = play.alarms.out
    assert (order.act, order.minutes, order.why) == ("shelve", 15, "line is repaired")
    assert play.told == ["SHELVED · 1", SOFT.id]
    play.alarms.answer()
    play.press("s")
    assert [order.act for order in play.alarms.out] == ["unshelve"]


def test_steps_are_ticked_by_digits_and_stay_ticked_for_their_alarm(play: Play) -> None:
    play.stands(alarms=(LOUD, SOFT))
    play.page.focus_list()
    play.press("2")
    done = [step.box.isChecked() for step in play.page.detail.steps.steps]
    assert done == [False, True, False]
    play.press("j")
    assert not any(step.box.isChecked() for step in play.page.detail.steps.steps)
    play.page.step(-1)
    assert play.page.detail.steps.steps[1].box.isChecked()


def test_who_may_not_operate_sees_why_and_keys_do_nothing(play: Play) -> None:
    play.rights = Rights(Me("Ana", "analyst", ("see", "records")))
    play.stands(alarms=(LOUD,))
    play.page.focus_list()
    play.press("k", "s", "K")
    assert play.alarms.out == ()
    assert not play.page.detail.acknowledge.isEnabled()
    assert "analyst" in play.page.detail.acknowledge.toolTip()


def test_a_flood_is_told_with_its_count(play: Play) -> None:
    play.stands(alarms=(LOUD,), flood=AlarmFlood(T0, 9, 4))
    assert "9 alarms in ten minutes" in play.page.flood.text()


def test_without_an_alarm_the_page_says_so(play: Play) -> None:
    play.stands()
    assert play.told == []
    assert play.page.summary.text() == "Nothing needs anybody"


def test_one_store_s_alarms_can_be_listed_alone(play: Play) -> None:
    play.stands("glow", "Glow", alarms=(LOUD,))
    play.stands(alarms=(SOFT,))
    play.press("v")
    assert play.told == ["NEEDS YOU · 1", SOFT.id]
    asked: list[str] = []
    play.page.store_asked.connect(asked.append)
    play.page.focus_list()
    QTest.keyClick(play.page.list, Qt.Key.Key_Return)
    assert asked == ["lumen"]


def test_rows_speak(play: Play) -> None:
    play.stands(alarms=(LOUD,))

    def spoken(at: int) -> str:
        return str(play.page.list.rows.index(at).data(Qt.ItemDataRole.AccessibleTextRole))

    assert spoken(0) == "Needs you · 1"
    assert spoken(1).startswith("act now, Lumen Home, Something is wrong with uplink.slow/primary")


def test_rows_follow_the_figures_of_hundreds_without_being_laid_out_anew(play: Play) -> None:
    def hundreds(count: int) -> tuple[AlarmStatus, ...]:
        return tuple(alarm(f"uplink.low:{n}", "low", T0 + n, count=count) for n in range(500))

    play.stands(alarms=hundreds(1))
    before = play.page.list.rows
    resets: list[None] = []
    before.modelReset.connect(lambda: resets.append(None))
    play.stands(alarms=hundreds(2))
    row = before.rows[1]
    assert isinstance(row, AlarmLine)
    assert row.alarm.count == 2
    assert resets == []


def test_an_alarm_that_ends_while_it_is_being_shelved_is_not_shelved_by_its_next_one(
    play: Play,
) -> None:
    play.stands(alarms=(alarm("sync.skew", "medium", T0),))
    play.press("j", "s")
    dialog = play.page.findChild(ShelveDialog)
    assert dialog is not None
    play.stands(alarms=(alarm("sync.skew", "medium", T0 + 60 * NS_PER_S),))
    dialog.why.setText("we know")
    dialog.shelve.click()
    [order] = play.alarms.out
    assert order.key.since_utc_ns == T0


def test_a_name_of_any_length_and_direction_is_one_short_line(play: Play) -> None:
    play.stands(name="متجر " + "é" * 10_000, alarms=(alarm("sync.skew", "medium", T0),))
    play.press("j")
    assert len(play.page.detail.whose.text()) < 100
