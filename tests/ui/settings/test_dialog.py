"""The settings by keyboard and mouse: what is chosen holds at once and outlives the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from livedesk.desk.preferences import PreferenceBook, Preferences
from livedesk.ui.dressing import theme_of
from livedesk.ui.settings.appearance import AppearancePage
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.theme import DARK, LIGHT, Theme

Open = Callable[..., SettingsDialog]


@pytest.fixture
def open_dialog(theme: Theme, qapp: QApplication) -> Iterator[Open]:
    parent = QWidget()
    parent.resize(1366, 768)

    def open_it(*pages: SettingsPage) -> SettingsDialog:
        dialog = SettingsDialog(theme, parent, pages)
        dialog.open()
        dialog.activateWindow()
        assert QTest.qWaitForWindowActive(dialog)
        return dialog

    yield open_it
    for dialog in parent.findChildren(SettingsDialog):
        dialog.close()
    parent.deleteLater()


class CountedPage(SettingsPage):
    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "counted", "Counted")
        self.refreshed = 0

    def refresh(self) -> None:
        self.refreshed += 1


def test_a_look_is_chosen_by_keyboard_and_kept(
    open_dialog: Open, theme: Theme, tmp_path: Path
) -> None:
    book = PreferenceBook(tmp_path)
    page = AppearancePage(theme, book)
    dialog = open_dialog(page)
    assert page.look.push("dark").isChecked()
    for _ in range(6):
        if dialog.focusWidget() is page.look.push("light"):
            break
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(page.look.push("light"), Qt.Key.Key_Space)
    page.text_size.push(1.5).click()
    page.motion.push("reduced").click()
    chosen = PreferenceBook(tmp_path).now
    assert chosen == Preferences("light", 1.5, "reduced")
    assert theme_of(chosen, offscreen=True) == Theme(LIGHT, 1.5, still=True)


def test_a_file_that_cannot_be_written_is_told_in_the_dialog(
    open_dialog: Open, theme: Theme, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    page = AppearancePage(theme, PreferenceBook(tmp_path / "file"))
    open_dialog(page)
    page.look.push("light").click()
    assert "cannot be written" in page.note.text()


def test_only_the_page_in_sight_is_refreshed(open_dialog: Open, theme: Theme) -> None:
    counted = CountedPage(theme)
    dialog = open_dialog(AppearancePage(theme, PreferenceBook()), counted)
    assert counted.refreshed == 0
    dialog.show_page("counted")
    assert dialog.page is counted
    assert counted.refreshed >= 1
    dialog.show_page("no such page")
    assert dialog.page is counted


def test_escape_closes_it(open_dialog: Open, theme: Theme) -> None:
    dialog = open_dialog(CountedPage(theme))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_where_the_system_does_not_say_it_is_dark() -> None:
    assert theme_of(Preferences(look="system"), offscreen=True).colours is DARK
