"""What stands under the picture? What happened, every figure, or what the platform wishes."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from livedesk.core.events import Event
from livedesk.desk.model import StoreView
from livedesk.desk.words import tr
from livedesk.ui.basics import button
from livedesk.ui.feed.details import DetailsTable
from livedesk.ui.feed.eventlist import EventList
from livedesk.ui.feed.issuelist import IssueList
from livedesk.ui.theme import Theme


class SidePanel(QWidget):
    """Three pages; each is reached by a button and by a key, which also moves the focus there."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self.events = EventList(theme, zone)
        self.details = DetailsTable(theme)
        self.issues = IssueList(theme)
        self.buttons = [
            button(theme, tr("Events"), tr("What happened (E)"), segment=True),
            button(theme, tr("Figures"), tr("Every figure as text (D)"), segment=True),
            button(theme, tr("Settings"), tr("What the platform wishes (I)"), segment=True),
        ]
        self._stack = QStackedWidget()
        for page in (self.events, self.details, self.issues):
            self._stack.addWidget(page)
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        for place, choice in enumerate(self.buttons):
            self._group.addButton(choice, place)
            row.addWidget(choice)
        row.addStretch(1)
        self._group.idClicked.connect(self._stack.setCurrentIndex)
        self.buttons[0].setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addLayout(row)
        column.addWidget(self._stack, 1)

    def show_store(self, view: StoreView, events: tuple[Event, ...]) -> None:
        self.events.show_events(events, view.status.store)
        self.details.show_store(view)
        self.issues.show_store(view)

    @property
    def page(self) -> QWidget | None:
        return self._stack.currentWidget()

    def open_events(self) -> None:
        self._open(0, self.events.view)

    def open_details(self) -> None:
        self._open(1, self.details.table)

    def open_issues(self) -> None:
        self._open(2, self.issues.area)

    def _open(self, place: int, focus: QWidget) -> None:
        self.buttons[place].setChecked(True)
        self._stack.setCurrentIndex(place)
        focus.setFocus(Qt.FocusReason.ShortcutFocusReason)
