"""Which window is in front of the operator? One, built anew when the look of all of it changes.

What outlives a window is here: sounds, notifications, the settings, and where windows stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from livedesk.core.clock import Clock
from livedesk.desk.announcing import Announcer
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.preferences import PreferenceBook, Preferences
from livedesk.desk.rights import Rights
from livedesk.ui.dressing import theme_of, wear
from livedesk.ui.layouts import Layouts
from livedesk.ui.notice_ways import find_way
from livedesk.ui.notices import Notices
from livedesk.ui.settings.appearance import AppearancePage
from livedesk.ui.settings.channels import ChannelsPage
from livedesk.ui.settings.dialog import SettingsDialog
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.settings.people import PeoplePage
from livedesk.ui.settings.runbook import RunbookPage
from livedesk.ui.settings.sounds import SoundsPage
from livedesk.ui.sound import Sounds
from livedesk.ui.sound_device import QtPlayer
from livedesk.ui.source import Source
from livedesk.ui.theme import Theme
from livedesk.ui.window import ConsoleWindow

REST_MS = 300
"""After so long it is tried again whether another look disturbs nobody."""


@dataclass(frozen=True, slots=True)
class Fittings:
    """What a console is fitted with besides its desk. `quiet`: nobody is there to be told."""

    clock: Clock
    book: PreferenceBook
    layouts: Layouts
    sandbox: bool = False
    quiet: bool = False


class Front(QObject):
    """The console's window of now."""

    leave_requested = Signal()
    stop_requested = Signal()
    fault_requested = Signal(object)
    rebuilt = Signal()
    """The windows in the look before are about to go."""

    def __init__(self, source: Source, theme: Theme, fittings: Fittings, app: QApplication) -> None:
        super().__init__()
        self._source, self._fittings, self._app = source, fittings, app
        self._theme = theme
        self._announcer = Announcer()
        self._sounds = Sounds(fittings.book, fittings.clock, partial(QtPlayer, self))
        self._notices = Notices(
            fittings.book,
            lambda: find_way(app.windowIcon(), self),
            lambda: app.activeWindow() is not None,
        )
        self._dialog: SettingsDialog | None = None
        self.window = self._make()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._dress_anew)
        fittings.book.on_change.append(self._preferred)
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def _make(self) -> ConsoleWindow:
        fittings = self._fittings
        window = ConsoleWindow(
            self._source, self._theme, sandbox=fittings.sandbox, layouts=fittings.layouts
        )
        window.leave_requested.connect(self.leave_requested)
        window.stop_requested.connect(self.stop_requested)
        window.fault_requested.connect(self.fault_requested)
        window.settings_requested.connect(self.open_settings)
        if not fittings.quiet:
            window.refreshed.connect(self._tell)
        return window

    def rebuild(self, theme: Theme) -> None:
        """The same windows in another look: same place, page and store."""
        before, self._theme = self.window, theme
        tab = self._dialog.page.key if self._dialog is not None else ""
        wear(self._app, theme)
        before.pages.keep_layouts(self._fittings.layouts)
        self.window = self._make()
        self.window.take_over(before)
        self.window.setGeometry(before.geometry())
        self.window.setWindowState(before.windowState())
        self.window.show()
        before.close_for_good()
        before.deleteLater()
        self.window.beside.walls.open_again()
        if tab:
            self.open_settings()
            if self._dialog is not None:
                self._dialog.show_page(tab)
        self.rebuilt.emit()

    def _preferred(self, before: Preferences, now: Preferences) -> None:
        looks = (before.look, before.scale, before.motion), (now.look, now.scale, now.motion)
        if looks[0] != looks[1]:
            # Not within the click: the button that was clicked is of the window that goes.
            self._rest.start(0)

    def _system_changed(self) -> None:
        """The system goes dark in the evening, whatever somebody is doing."""
        if self._fittings.book.now.look == "system" and not self._fittings.quiet:
            self._rest.start(0)

    def _dress_anew(self) -> None:
        """Once nobody is in the middle of something that a new window would take away."""
        if self._is_busy():
            self._rest.start(REST_MS)
        else:
            self.rebuild(theme_of(self._fittings.book.now, offscreen=self._fittings.quiet))

    def _is_busy(self) -> bool:
        """A question is open, something is chosen from a list, or the mouse drags something."""
        asks = self._app.activeModalWidget() not in (None, self._dialog)
        drags = self._app.mouseButtons() != Qt.MouseButton.NoButton
        return asks or drags or self._app.activePopupWidget() is not None

    def open_settings(self) -> None:
        self._dialog = SettingsDialog(self._theme, self.window, self._pages())
        self._dialog.finished.connect(self._forget_dialog)
        self._dialog.open()

    def _pages(self) -> tuple[SettingsPage, ...]:
        book = self._fittings.book
        return (
            AppearancePage(self._theme, book),
            SoundsPage(self._theme, book, self._sounds, self._notices),
            ChannelsPage(self._theme, self._source.alarms.settings, self._source.snapshot),
            RunbookPage(self._theme, self._source.alarms.settings, self._source.snapshot),
            PeoplePage(
                self._theme,
                self._source.people,
                lambda: Rights(self._source.snapshot().me),
                lambda: self._source.now().utc_ns,
            ),
        )

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _tell(self, snapshot: DeskSnapshot) -> None:
        for told in self._announcer.look(snapshot, self._source.now()):
            if told.kind == "over":
                self._sounds.over()
            else:
                self._sounds.alarm(told.priority)
            urgent = told.kind != "over" and told.priority == "high"
            self._notices.tell(told.title, told.text, urgent=urgent)

    def close(self) -> None:
        """Close the window without a question, and remember where it stood."""
        self._fittings.book.on_change.remove(self._preferred)
        self._app.styleHints().colorSchemeChanged.disconnect(self._system_changed)
        self._rest.stop()
        self.window.close_for_good()
        self.window.deleteLater()
        self._fittings.layouts.save()
        self.deleteLater()
