"""The uplinks side by side: what is seen at a glance, and that no order leaves by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from livedesk.core.status import FailoverStatus, StoreStatus, UplinkStatus
from livedesk.desk.asked import Order
from livedesk.ui.basics import Text
from livedesk.ui.window import ConsoleWindow
from tests.ui.stage import Stage, on_air

OpenWindow = Callable[..., ConsoleWindow]

BONDED = UplinkStatus("bonded", "standby", rtt_ms=48.2, age_ms=60.0, health="OK", ready=True,
                      proof_age_ms=1200.0, healthy_s=252.0, cost="80 GB a month",
                      bind="10.8.0.2")  # fmt: skip
AUTO = FailoverStatus("primary", "auto", next="bonded",
                      reason="primary carries 4,003 kbps; encoder fine")  # fmt: skip


def two_paths(**changes: Any) -> StoreStatus:
    failover = replace(AUTO, **changes)
    return on_air(uplinks=(*on_air().uplinks, BONDED), failover=failover)


@pytest.fixture
def live(stage: Stage) -> Stage:
    stage.attach()
    stage.play(4, two_paths())
    return stage


def press(window: ConsoleWindow, name: str = "bonded") -> None:
    window.page.uplinks.tiles[name].push.click()
    window.refresh()


def pass_time(stage: Stage, window: ConsoleWindow, status: StoreStatus, seconds: float) -> None:
    stage.play(seconds, status)
    window.refresh()


def feedback(window: ConsoleWindow) -> str:
    return window.page.uplinks.past.text()


def test_what_carries_and_what_is_ready_differ_in_word_shape_and_ground(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    panel = window.page.uplinks
    carries, ready = panel.tiles["primary"], panel.tiles["bonded"]
    assert panel.head.text.text() == AUTO.reason
    assert (carries.word.text(), ready.word.text()) == ("CARRIES", "READY")
    assert carries.frame != ready.frame
    assert "proven 1.2 s ago" in ready.sentence.text()
    assert "80 GB a month" in ready.note.text()
    assert "10.8.0.2" in ready.note.text()
    assert not carries.push.isVisible()


def test_a_switch_needs_two_presses_and_a_double_click_is_one(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    press(window)
    press(window)
    assert live.orders == []
    push = window.page.uplinks.tiles["bonded"].push
    assert "Press again" in push.text()
    pass_time(live, window, two_paths(), 1)
    press(window)
    assert live.orders == [Order("switch", to="bonded")]
    assert push.text() == "Sent…"
    press(window)
    assert len(live.orders) == 1
    pass_time(live, window, two_paths(switching_to="bonded"), 0.25)
    assert feedback(window) == "no switch since the relay started"


def test_the_first_press_is_forgotten_after_five_seconds_by_esc_and_by_another_store(
    live: Stage, open_window: OpenWindow
) -> None:
    window = open_window(live)
    live.tell(replace(two_paths(), store="aurora", name="Aurora"))
    window.choose("lumen")

    def look_elsewhere() -> None:
        window.choose("aurora")
        window.choose("lumen")

    ways: tuple[Callable[[], object], ...] = (
        lambda: pass_time(live, window, two_paths(), 5),
        lambda: QTest.keyClick(window, Qt.Key.Key_Escape),
        look_elsewhere,
    )
    for forget in ways:
        QTest.keyClick(window, Qt.Key.Key_F8)
        pass_time(live, window, two_paths(), 1)
        forget()
        window.refresh()
        assert window.page.uplinks.tiles["bonded"].push.text() == "Switch to bonded"
    QTest.keyClick(window, Qt.Key.Key_F8)
    pass_time(live, window, two_paths(), 1)
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert live.orders == [Order("switch", to="bonded")]


def test_an_order_that_no_status_shows_is_unknown(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    QTest.keyClick(window, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    window.refresh()
    hold = window.page.uplinks.head.hold
    assert live.orders == [Order("hold", on=True)]
    assert (hold.text(), hold.isEnabled()) == ("Sent…", False)
    pass_time(live, window, two_paths(), 3)
    assert "not known" in feedback(window)
    assert (hold.text(), hold.isEnabled()) == ("Hold", True)
    pass_time(live, window, two_paths(mode="hold"), 0.25)
    assert hold.text() == "Release hold"
    assert window.top.banner.rows[0].cause.text() == "On hold: nothing switches by itself"


def test_buttons_that_cannot_work_are_off_and_say_why(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    panel = window.page.uplinks
    dead = replace(BONDED, state="connecting", ready=False, reason="no route to host")
    status = two_paths(next=None)
    live.tell(replace(status, uplinks=(status.uplinks[0], dead)))
    window.refresh()
    push = panel.tiles["bonded"].push
    assert not push.isEnabled()
    assert push.toolTip() == "bonded is not ready: no route to host"
    assert not panel.head.drill.isEnabled()
    QTest.keyClick(window, Qt.Key.Key_F8)
    window.refresh()
    assert feedback(window) == "No switch: nothing is ready to take over."
    live.clock.advance(2)
    window.refresh()
    assert all(tile.hatched for tile in panel.tiles.values())
    assert panel.head.hatched
    assert not panel.head.hold.isEnabled()
    assert "does not answer" in panel.head.hold.toolTip()
    assert live.orders == []


def test_a_drill_is_explained_and_on_air_confirmed(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)

    def question() -> QMessageBox:
        return next(box for box in window.findChildren(QMessageBox) if box.isVisible())

    window.page.uplinks.head.drill.click()
    assert question().text() == "Drill on air?"
    assert "from primary to bonded" in question().informativeText()
    next(push for push in question().buttons() if push.text() == "Cancel").click()
    assert live.orders == []
    window.page.uplinks.head.drill.click()
    next(push for push in question().buttons() if push.text() == "Drill on air").click()
    assert [(order.kind, order.confirm) for order in live.orders] == [("drill", True)]


def test_each_switch_is_marked_in_the_plots(live: Stage, open_window: OpenWindow) -> None:
    window = open_window(live)
    live.happen("primary failed", "warning", kind="failover.switch",
                data={"from": "primary", "to": "bonded"})  # fmt: skip
    live.play(20, two_paths(active="bonded"))
    window.refresh()
    lanes, rate = window.page.timeline.lanes, window.page.plots.rate
    assert [entry.label for entry in lanes.entries if entry.label] == ["→ bonded"]
    assert not rate.marks.labels, "in a low plot words would cover the curve"
    rate.setFixedHeight(260)
    QCoreApplication.processEvents()
    window.refresh()
    assert rate.marks.labels == ("→ bonded",)


@pytest.mark.parametrize("count", [1, 5])
def test_one_uplink_and_five_fit_a_small_screen(
    stage: Stage, open_window: OpenWindow, count: int
) -> None:
    stage.attach()
    more = tuple(replace(BONDED, name=f"path-{place}") for place in range(count - 1))
    mode = AUTO if count > 1 else FailoverStatus("primary", "single")
    stage.tell(on_air(uplinks=(*on_air().uplinks, *more), failover=mode),
               on_air("aurora", "Aurora"))  # fmt: skip
    window = open_window(stage)
    window.choose("lumen")
    QTest.qWait(0)
    panel = window.page.uplinks
    assert len(panel.tiles) == count
    assert panel.head.hold.isVisible() is (count > 1)
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 728


def test_a_figure_says_what_it_is_of_the_path_as_it_is_now(
    stage: Stage, open_window: OpenWindow
) -> None:
    stage.attach()
    stage.play(1, two_paths())
    window = open_window(stage)
    primary = window.page.uplinks.tiles["primary"]
    labels = [text.text() for text in primary.findChildren(Text)]
    assert "Capacity" in labels
    left = replace(on_air().uplinks[0], state="standby", ready=True, capacity_kbps=1480.0)
    carrying = replace(BONDED, state="carrying", goodput_kbps=4000.0)
    moved = replace(two_paths(active="bonded", next="primary"), uplinks=(left, carrying))
    pass_time(stage, window, moved, 1)
    labels = [text.text() for text in primary.findChildren(Text)]
    assert ("Capacity" in labels, "Carried last" in labels, "1,480 kbps" in labels) == (
        False, True, True,
    )  # fmt: skip
