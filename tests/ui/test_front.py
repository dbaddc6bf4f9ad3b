"""The window in another look, and the settings that ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from livedesk.desk.preferences import PreferenceBook
from livedesk.ui.dressing import wear
from livedesk.ui.front import Fittings, Front
from livedesk.ui.layouts import Layouts
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.theme import LIGHT, Theme
from tests.ui.stage import Stage, on_air


@pytest.fixture
def front(stage: Stage, theme: Theme, qapp: QApplication) -> Iterator[Front]:
    stage.attach()
    stage.play(1, on_air(), on_air("aurora", "Aurora"))
    fittings = Fittings(stage.clock, PreferenceBook(), Layouts(None), quiet=True)
    front = Front(stage, theme, fittings, qapp)
    front.window.show()
    yield front
    front.close()
    wear(qapp, theme)


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
    book = front._fittings.book
    book.change(replace(book.now, look="light"))
    qtbot.waitUntil(lambda: front.window is not before)
    assert (front.window.chosen, front.window.shown) == ("lumen", "pins")
    assert front.window.width() == 1400
    assert front.window.palette().window().color().name().upper() == LIGHT.ground.upper()
    assert front.window.findChild(SettingsDialog) is not None
