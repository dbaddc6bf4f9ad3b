"""Where are the settings? One dialog with a tab for each thing that can be set."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from livedesk.desk.words import tr
from livedesk.ui.basics import close_box
from livedesk.ui.settings.page import SettingsPage
from livedesk.ui.theme import Theme

USUAL = QSize(900, 620)
REFRESH_MS = 500


class SettingsDialog(QDialog):
    """Opened, never executed: the event loop is not entered again, and the show runs on.

    What is set holds at once, so there is nothing to confirm and nothing to lose.
    """

    def __init__(self, theme: Theme, parent: QWidget, pages: Sequence[SettingsPage]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Settings"))
        self.setAccessibleName(tr("Settings"))
        self.pages = tuple(pages)
        self.tabs = QTabWidget()
        self.tabs.setFont(theme.font("body"))
        self.tabs.setAccessibleName(tr("Settings"))
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(tr("Kinds of settings"))
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for page in self.pages:
            self.tabs.addTab(_scrolled(page), page.title)
        self.tabs.currentChanged.connect(self._refresh)
        close = close_box(theme)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (20, 12, 20, 16)))
        column.setSpacing(theme.pad)
        column.addWidget(self.tabs, 1)
        column.addWidget(close)
        # No larger than the window that it belongs to.
        self.resize((USUAL * theme.scale).boundedTo(parent.size()))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._refresh)
        self._timer.start(REFRESH_MS)
        self._refresh()

    @property
    def page(self) -> SettingsPage:
        """The one in sight."""
        return self.pages[self.tabs.currentIndex()]

    def show_page(self, key: str) -> None:
        """Turn to a tab; one that is not there changes nothing."""
        for at, page in enumerate(self.pages):
            if page.key == key:
                self.tabs.setCurrentIndex(at)

    def _refresh(self) -> None:
        self.page.refresh()

    def done(self, result: int) -> None:
        self._timer.stop()
        super().done(result)


def _scrolled(page: SettingsPage) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName(page.title)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
