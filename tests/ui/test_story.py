"""One evening at the console by mouse and keys: from the wall to the end of the session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from livedesk.core.status import FailoverStatus, UplinkStatus
from livedesk.ui.questions import Question
from livedesk.ui.window import ConsoleWindow
from tests.ui.queue_stage import moderation
from tests.ui.stage import Stage, on_air, throttled

Open = Callable[..., ConsoleWindow]
CTRL = Qt.KeyboardModifier.ControlModifier


def test_an_operator_finds_the_failing_store_and_helps_it(stage: Stage, open_window: Open) -> None:
    stage.attach()
    stage.tell(on_air("aurora", "Aurora"), on_air(moderation=moderation()))
    window = open_window(stage)
    window.refresh()
    assert window.shown == "wall"
    whole = on_air(
        moderation=moderation(),
        uplinks=(*on_air().uplinks, UplinkStatus("bonded", "standby", ready=True, health="OK")),
        failover=FailoverStatus("primary", "hold", 0, None, next="bonded"),
    )
    failing = throttled(whole, 1480, 2600)
    stage.play(12, on_air("aurora", "Aurora"), failing)

    def press(*keys: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            window.refresh()
            QTest.keyClick(window.focusWidget() or window, key, held)
        window.refresh()

    press(Qt.Key.Key_N)
    tiles = window.pages.wall.canvas.tiles
    assert [store for store, tile in tiles.items() if tile.isVisible()] == ["lumen"]
    QTest.mouseClick(tiles["lumen"], Qt.MouseButton.LeftButton)
    window.refresh()
    assert (window.shown, window.chosen) == ("feed", "lumen")

    press(Qt.Key.Key_K, held=CTRL)
    assert [(order.act, order.alarm_id) for order in stage.alarms.out] == [
        ("ack", failing.alarms[0].id)
    ]
    press(Qt.Key.Key_F8)
    stage.play(1, on_air("aurora", "Aurora"), failing)
    press(Qt.Key.Key_F8)
    assert [(order.kind, order.to) for order in stage.orders] == [("switch", "bonded")]

    item = stage.moderation.comment("a fake", "fake", ago_s=9)
    press(Qt.Key.Key_Q, Qt.Key.Key_J, Qt.Key.Key_H)
    assert [(order.act, order.item_id) for order in stage.moderation.out] == [("hide", item.id)]

    press(Qt.Key.Key_E, held=CTRL)
    [question] = window.findChildren(Question)
    [end] = [push for push in question.findChildren(QPushButton) if "End session" in push.text()]
    QTest.mouseClick(end, Qt.MouseButton.LeftButton)
    assert stage.ended == ["lumen"]
