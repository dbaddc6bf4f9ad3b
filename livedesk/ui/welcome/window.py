"""The window of a first run: the welcome, until there is something for a console to show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import QMainWindow

from livedesk.core.secrets import Secret
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.words import tr
from livedesk.ui.pages import scrolled
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.page import Starter, WelcomePage

REPAINT_MS = 100


class WelcomeWindow(QMainWindow):
    """Asks for one of three ways on, and closes when it is told to."""

    sandbox_asked = Signal()
    console_asked = Signal()
    leave_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        starter: Starter,
        new_key: Callable[[], Secret],
        snapshot: Callable[[], DeskSnapshot],
    ) -> None:
        super().__init__()
        self._starter = starter
        self._snapshot = snapshot
        self._may_close = False
        self.page = WelcomePage(theme, starter, new_key)
        self.page.sandbox_asked.connect(self.sandbox_asked)
        self.page.done.connect(self.console_asked)
        self.setCentralWidget(scrolled(self.page))
        self.setWindowTitle(tr("livedesk"))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REPAINT_MS)

    def refresh(self) -> None:
        """Show how far it has come. An engine that came up elsewhere needs no welcome."""
        snapshot = self._snapshot()
        self.page.show_snapshot(snapshot)
        if self._starter.begun is None and snapshot.link.answering:
            self.console_asked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.page.fit(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.leave_asked.emit()

    def close_for_good(self) -> None:
        self._timer.stop()
        self._may_close = True
        self.close()
