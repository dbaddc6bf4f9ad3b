"""Does any control of the console lead to a call that the engine would refuse for the role?

Every button and key of every page is pressed, in each role. What the window then asks of the desk
is held against the engine's own table of calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_args

import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QMessageBox
from shiboken6 import isValid

from livedesk.core.engine_status import ChannelStatus, EngineStatus, Me
from livedesk.core.moderation import ComplianceWarning
from livedesk.core.pins import PinStatus
from livedesk.core.roles import RIGHTS, ROLES, Right, Role
from livedesk.core.status import AlarmStatus, FailoverStatus, UplinkStatus
from livedesk.desk.pinning import Shop
from livedesk.desk.rights import Rights
from livedesk.desk.showlines import ProductIndex
from livedesk.desk.web_pads import KnownPads
from livedesk.desk.wire import Pad, Pads
from livedesk.engine.api.app import CALLS
from livedesk.ui.allowing import PushButton, needs
from livedesk.ui.basics import discard
from livedesk.ui.moderation.answers import AnswerRow
from livedesk.ui.pages import PAGES, Page
from livedesk.ui.sessions.deleting import DeleteDialog
from livedesk.ui.sessions.keeping import KeepDialog
from livedesk.ui.window import ConsoleWindow
from tests.ui.check.check_stage import StageChecks, all_good
from tests.ui.pin_stage import pins_status, product_list, show_of
from tests.ui.queue_stage import moderation
from tests.ui.sessions.record_stage import KIRA, SESSIONS, StageRecords
from tests.ui.stage import Stage, on_air

Open = Callable[..., ConsoleWindow]
Call = tuple[str, str]

S: Final = "/v1/stores/{store}"
SWITCH: Final[dict[str, Call]] = {
    "switch": ("POST", f"{S}/failover"),
    "hold": ("POST", f"{S}/hold"),
    "drill": ("POST", f"{S}/drill"),
}
MODERATE: Final = ("POST", f"{S}/moderation/{{item}}/{{action}}")
ALARM: Final = ("POST", f"{S}/alarms/{{alarm:path}}")
CUE: Final = ("POST", f"{S}/cues")
STOP: Final = ("POST", "/v1/engine/stop")
CALL_OF: Final[dict[str, Call]] = {
    "end_session": ("POST", f"{S}/session/end"),
    "pins.fire": CUE,
    "pins.unpin": ("DELETE", f"{S}/pin"),
    "pins.by_hand": ("POST", f"{S}/pin/done"),
    "pins.warning_done": ("POST", f"{S}/warnings/done"),
    "pins.change_show": ("POST", f"{S}/show"),
    "pins.web_pads.ask": ("GET", f"{S}/pads"),
    "pins.web_pads.let_in": ("POST", f"{S}/pads"),
    "pins.web_pads.revoke": ("DELETE", f"{S}/pads/{{pad}}"),
    "moderation._ask": MODERATE,
    "moderation.undo": MODERATE,
    "alarms.acknowledge": ALARM,
    "alarms.shelve": ALARM,
    "alarms.unshelve": ALARM,
    "checks.sign": ("POST", f"{S}/check"),
    "records.keep": ("POST", "/v1/sessions/{session}/keep"),
    "records.release": ("POST", "/v1/sessions/{session}/keep"),
    "records.delete": ("DELETE", "/v1/sessions/{session}"),
    "records.exports.start": ("POST", "/v1/exports"),
}
"""What each order of a window is to the engine."""

MAY: Final = {(method, path): roles for method, path, roles, _ in CALLS}
LISTED: Final = (
    Qt.Key.Key_Return, Qt.Key.Key_S, Qt.Key.Key_R, Qt.Key.Key_A, Qt.Key.Key_Delete,
)  # fmt: skip
"""Keys that lists have for themselves."""


def me_as(role: Role) -> Me:
    rights = tuple(right for right in get_args(Right) if right in RIGHTS[role])
    return Me("Mia", role, rights, named=True)


class Scene:
    """A show in which everything could be done, and a note of what was asked."""

    def __init__(self, stage: Stage, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stage, self.role = stage, role
        self.asked: set[Call] = set()
        self.patch = monkeypatch
        stage.checks = StageChecks()
        stage.checks.tell(all_good())
        stage.records = StageRecords(SESSIONS)
        for name, call in CALL_OF.items():
            *parts, method = name.split(".")
            owner: Any = stage
            for part in parts:
                owner = getattr(owner, part)
            monkeypatch.setattr(owner, method, self._noting(call))
        monkeypatch.setattr(
            stage, "order", lambda _store, order: self.asked.add(SWITCH[order.kind])
        )
        attend = self._noting(MODERATE)
        monkeypatch.setattr(
            stage.moderation, "attend", lambda at, _idle_s: attend() if at is not None else None
        )
        self._play()

    def _noting(self, call: Call) -> Callable[..., None]:
        return lambda *_args, **_named: self.asked.add(call)

    def _play(self) -> None:
        stage = self.stage
        stage.attach()
        stage.model.me(me_as(self.role))
        now = stage.clock.utc_ns()
        by_hand = PinStatus("pin-p1", "pin", "p1", "Cream", "in_flight", "pad", now, by_hand=True)
        warning = ComplianceWarning("w1", "lumen", "policy", "No cures.", now, terms=("cures",))
        alarms = tuple(
            AlarmStatus(each, "high", "It fails.", "Mend it.", now)
            for each in ("feed.lost", "journal", "compliance.w1")
        )
        status = on_air(
            uplinks=(*on_air().uplinks, UplinkStatus("bonded", "standby", ready=True, health="OK")),
            failover=FailoverStatus("primary", "auto", 0, None, next="bonded"),
            pins=pins_status(by_hand=(by_hand,), web_pad=True),
            moderation=moderation(warnings=(warning,)),
            alarms=alarms,
        )
        stage.pins.shops["lumen"] = Shop(ProductIndex(product_list()), show_of(done=1))
        stage.pins.web_pads.now_known = KnownPads(
            Pads((Pad("x", "Phone", 3600),), ("http://192.168.1.20:8642",))
        )
        stage.play(1, status)
        for n in range(3):
            stage.moderation.comment("a fake", "fake", author=f"lin{n}")
        engine = EngineStatus(now, channels=(ChannelStatus("ops", "slack"),))
        stage.model.engine(engine, stage.now())

    @property
    def refused(self) -> set[Call]:
        return {call for call in self.asked if self.role not in MAY[call]}


def answer(window: ConsoleWindow) -> None:
    """Say yes to what was asked, and fill in what is to be told."""
    for dialog in window.findChildren(QDialog):
        if not isValid(dialog) or not dialog.isVisible():
            continue
        if isinstance(dialog, KeepDialog | DeleteDialog):
            for line in dialog.findChildren(QLineEdit):
                line.setText(line.placeholderText())
        window.refresh()
        yes = (QMessageBox.ButtonRole.DestructiveRole, QMessageBox.ButtonRole.AcceptRole)
        for push in dialog.findChildren(QAbstractButton):
            if not isValid(push) or not push.isEnabled():
                continue
            if not isinstance(dialog, QMessageBox) or dialog.buttonRole(push) in yes:
                push.click()
        dialog.close()
        dialog.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press_all(window: ConsoleWindow, scene: Scene, page: Page) -> None:
    """Where acts want two presses, twice."""
    pages = set(window.top.header.pages.buttons.values())
    for _ in range(2 if page in ("feed", "queue") else 1):
        scene.stage.clock.advance(0.5)
        presses: list[Any] = [
            *(push for push in window.findChildren(QAbstractButton) if push not in pages),
            *(action for action in window.actions() if not action.text().startswith("Page:")),
        ]
        for each in presses:
            if not isValid(each) or not each.isEnabled():
                continue
            if isinstance(each, QAbstractButton):
                if each.isVisible() and each.window() is window:
                    each.click()
            else:
                each.trigger()
            answer(window)
            if window.shown != page:
                window.open_page(page)


def touch_lists(window: ConsoleWindow) -> None:
    """What lists and rows do without a button: keys of their own, double clicks, clicks."""
    shown = window.pins.show_panel.list
    for row in range(shown.lines.rowCount()):
        shown.choose(row)
        for key in LISTED:
            QTest.keyClick(shown, key)
        QTest.keyClick(shown, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
        shown.doubleClicked.emit(shown.currentIndex())
    for answered in window.findChildren(AnswerRow):
        at = QPointF(1, 1)
        press = QMouseEvent(
            QEvent.Type.MouseButtonPress, at, answered.mapToGlobal(at), Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        answered.mousePressEvent(press)


def use_everything(window: ConsoleWindow, scene: Scene) -> None:
    opened: list[str] = []
    patch = scene.patch

    def pad_opened(_view: object) -> bool:
        opened.append("pad")
        return True

    patch.setattr(window.beside, "open_pad", pad_opened)
    patch.setattr(window.beside.walls, "open", lambda: None)
    patch.setattr(window, "toggle_full_screen", lambda: None)
    patch.setattr(window.pages.sessions, "_show_folder", lambda _folder: None)
    # It would stand over the list, whose keys are pressed after its buttons.
    patch.setattr(window.pages.sessions, "show_replay", discard)
    window.stop_requested.connect(lambda: scene.asked.add(STOP))
    for page in PAGES:
        window.open_page(page)
        if page == "queue":
            window.queue.step(1)
        if page == "alarms":
            window.pages.alarms.next_open()
        window.refresh()
        if page == "sessions":
            window.pages.sessions.list.choose(KIRA.id)
        if page in ("pins", "queue"):
            touch_lists(window)
        press_all(window, scene, page)
    window.close()
    answer(window)
    answer(window)
    if opened:
        scene.asked.add(CUE)


@pytest.mark.slow
@pytest.mark.qt_log_ignore("does not support raise", "does not support propagateSizeHints")
@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_can_be_pressed_is_refused_for_the_role(
    role: Role, stage: Stage, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(stage, role, monkeypatch)
    window = open_window(stage)
    use_everything(window, scene)
    assert scene.refused == set()
    every = {*CALL_OF.values(), *SWITCH.values(), STOP}
    assert {call for call in every if role in MAY[call]} - scene.asked == set()


def test_a_key_that_is_not_allowed_says_why(stage: Stage, open_window: Open) -> None:
    stage.attach()
    stage.tell(on_air())
    stage.model.me(me_as("analyst"))
    window = open_window(stage)
    for key in (Qt.Key.Key_F8, Qt.Key.Key_P):
        modifier = Qt.KeyboardModifier.ControlModifier if key == Qt.Key.Key_P else None
        stage.clock.advance(1)
        stage.note("")
        QTest.keyClick(window, key, modifier or Qt.KeyboardModifier.NoModifier)
        window.refresh()
        assert "Your role (analyst) may not do this" in window.note.text()
    assert stage.orders == []
    end = window.top.header.end
    assert not end.isEnabled()
    assert "Your role (analyst)" in end.toolTip()
    assert "Your role (analyst)" in end.accessibleDescription()


def test_a_moderator_with_less_rights_looks_and_is_told_why(
    stage: Stage, open_window: Open
) -> None:
    stage.attach()
    stage.tell(on_air(moderation=moderation()))
    stage.model.me(me_as("analyst"))
    window = open_window(stage)
    window.open_page("queue")
    stage.moderation.comment("a fake", "fake")
    window.refresh()
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_J)
    QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_H)
    window.refresh()
    assert stage.moderation.out == ()
    assert "Your role (analyst)" in window.queue.told.text.text()


def test_rights_that_come_back_give_the_buttons_back(stage: Stage, open_window: Open) -> None:
    stage.attach()
    stage.tell(on_air())
    stage.model.me(me_as("analyst"))
    window = open_window(stage)
    end = window.top.header.end
    assert not end.isEnabled()
    stage.model.me(me_as("producer"))
    window.refresh()
    assert end.isEnabled()
    assert end.toolTip() == "Sign off the session of this store"
    assert end.accessibleDescription() == ""
    stage.model.me(replace(me_as("admin"), named=False))
    window.refresh()
    assert end.isEnabled()


def test_what_a_panel_enables_stays_held_back(qapp: QApplication) -> None:
    push = needs("operate", PushButton("Switch"))
    push.setToolTip("Switches")
    push.hold_back(Rights(me_as("analyst")).why_not("operate"))
    push.setEnabled(True)
    push.setToolTip("Switches to bonded")
    assert not push.isEnabled()
    assert "Your role" in push.toolTip()
    push.hold_back("")
    assert push.isEnabled()
    assert push.toolTip() == "Switches to bonded"
    push.setEnabled(False)
    assert not push.isEnabled()
    push.deleteLater()
