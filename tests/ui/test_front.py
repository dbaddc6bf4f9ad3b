"""The window in another look, and the settings that ask for it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from livedesk.core.pins import GatewayStatus, PinsStatus
from livedesk.desk.preferences import PreferenceBook
from livedesk.ui.collector import forget_what_went, keep_what_stays, see_all
from livedesk.ui.dressing import wear
from livedesk.ui.front import Fittings, Front
from livedesk.ui.layouts import Layouts
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.theme import LIGHT, Theme
from tests.ui.stage import Stage, on_air

OpenFront = Callable[..., Front]


@pytest.fixture
def open_front(stage: Stage, theme: Theme, qapp: QApplication) -> Iterator[OpenFront]:
    """Opens fronts, as one console after another; `close` them to have it remembered."""
    stage.attach()
    stage.play(
        1, on_air(pins=PinsStatus(GatewayStatus("sandbox", "up"))), on_air("aurora", "Aurora")
    )
    opened: list[Front] = []

    def open_it(folder: Path | None = None) -> Front:
        fittings = Fittings(stage.clock, PreferenceBook(), Layouts(folder), quiet=True)
        front = Front(stage, theme, fittings, qapp)
        front.window.show()
        front.window.beside.walls.open_again()
        opened.append(front)
        return front

    yield open_it
    if opened[-1].window.isVisible():
        opened[-1].close()
    wear(qapp, theme)


@pytest.fixture
def front(open_front: OpenFront) -> Front:
    return open_front()


def wish(front: Front, **changes: Any) -> None:
    book = front._fittings.book
    book.change(replace(book.now, **changes))


def test_another_look_keeps_store_page_and_place(front: Front, qtbot: QtBot) -> None:
    front.window.open_store("lumen")
    front.window.open_page("pins")
    front.window.resize(1400, 800)
    before = front.window
    front.open_settings()
    dialog = before.findChild(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    assert [page.key for page in dialog.pages] == [
        "appearance", "sounds", "channels", "runbook", "people",
    ]  # fmt: skip
    wish(front, look="light")
    qtbot.waitUntil(lambda: front.window is not before)
    assert (front.window.chosen, front.window.shown) == ("lumen", "pins")
    assert front.window.width() == 1400
    assert front.window.palette().window().color().name().upper() == LIGHT.ground.upper()
    assert front.window.findChild(SettingsDialog) is not None


def test_parts_stand_where_they_were_put_until_they_are_reset(
    open_front: OpenFront, tmp_path: Path, qtbot: QtBot
) -> None:
    front = open_front(tmp_path)
    front.window.page.docks.show_part("alarms", shown=False)
    front.window.page.docks.usual = False
    before = front.window
    wish(front, scale=1.25)
    qtbot.waitUntil(lambda: front.window is not before)
    assert not front.window.page.docks.is_open("alarms")
    front.close()

    again = open_front(tmp_path)
    assert not again.window.page.docks.is_open("alarms")
    again.window.page.reset_layout()
    assert again.window.page.docks.is_open("alarms")
    again.close()
    assert open_front(tmp_path).window.page.docks.usual


@pytest.mark.qt_log_ignore("propagateSizeHints", "support raise")
def test_pads_and_walls_stay_open_in_another_look(front: Front, qtbot: QtBot) -> None:
    front.window.open_store("lumen")
    front.window.open_pad()
    front.window.open_wall()
    before = front.window
    wish(front, look="light")
    qtbot.waitUntil(lambda: front.window is not before)
    assert list(front.window.beside.pads._open) == ["lumen"]
    assert [wall.name for wall in front.window.beside.walls.open_ones] == ["wall 1"]
    assert before.beside.walls.open_ones == ()


def test_another_look_waits_for_an_open_question(front: Front, qtbot: QtBot) -> None:
    before = front.window
    before.open_store("lumen")
    before.ask_end()
    question = before.findChild(QMessageBox)
    assert isinstance(question, QMessageBox)
    wish(front, look="light")
    qtbot.waitUntil(lambda: front._rest.interval() > 0)
    assert front.window is before
    question.close()
    qtbot.waitUntil(lambda: front.window is not before)


def test_walls_are_open_again_at_the_next_start(open_front: OpenFront, tmp_path: Path) -> None:
    front = open_front(tmp_path)
    front.window.open_wall()
    front.window.open_wall()
    front.window.beside.walls.open_ones[0].close()
    front.close()
    again = open_front(tmp_path)
    assert [wall.name for wall in again.window.beside.walls.open_ones] == ["wall 2"]


def test_a_wall_goes_with_its_screen_and_comes_back_with_it(
    front: Front, qapp: QApplication
) -> None:
    front.window.open_wall()
    (wall,) = front.window.beside.walls.open_ones
    wall.setWindowState(Qt.WindowState.WindowFullScreen)
    qapp.screenRemoved.emit(wall.screen())
    assert not wall.isVisible()
    front.window.refresh()
    qapp.screenAdded.emit(wall.screen())
    assert wall.isVisible()
    assert wall.isFullScreen()
    qapp.screenRemoved.emit(wall.screen())
    front.window.open_wall()
    assert [each.isVisible() for each in front.window.beside.walls.open_ones] == [True, True]


def test_the_windows_before_another_look_are_gone_for_good(front: Front, qtbot: QtBot) -> None:
    keep_what_stays()
    before = weakref.ref(front.window)
    with qtbot.waitSignal(front.rebuilt):
        wish(front, look="light")
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    forget_what_went()
    see_all()
    assert before() is None
