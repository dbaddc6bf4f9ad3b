"""What does the platform wish otherwise, and what is to be changed?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.desk.issues import IssueRow, issue_rows, issues_sentence
from livedesk.desk.model import StoreView
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, discard
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class IssuePanel(Panel):
    """One mismatch: how bad as shape and word, what, and what to do."""

    def __init__(self, theme: Theme, row: IssueRow) -> None:
        super().__init__(theme, f"{row.severity}: {row.reason}")
        self.setAccessibleDescription(row.action)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        mark = ShapeMark(theme, 16)
        mark.show_look(row.look)
        severity = Text(theme, "caption", theme.colour(row.look))
        severity.show_text(row.severity.upper())
        reason = Text(theme, "strong")
        reason.show_text(row.reason)
        action = Text(theme, "small", theme.colours.muted)
        action.show_text(row.action)
        for text in (reason, action):
            text.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (10, 6, 10, 8)))
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(2))
        grid.addWidget(mark, 0, 0)
        grid.addWidget(severity, 0, 1)
        grid.addWidget(reason, 1, 0, 1, 2)
        grid.addWidget(action, 2, 0, 1, 2)
        grid.setColumnStretch(1, 1)


class IssueList(Panel):
    """All mismatches, the worst first, under a sentence that counts them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Settings check"))
        self._theme = theme
        self._shown: tuple[IssueRow, ...] = ()
        self.panels: list[IssuePanel] = []
        self.sentence = Text(theme, "strong", theme.colours.muted)
        self.sentence.setWordWrap(True)
        self.sentence.setContentsMargins(theme.px(8), theme.px(4), theme.px(8), 0)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.px(4), 0, theme.px(4), 0)
        self._column.setSpacing(theme.px(6))
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(tr("Settings check"))
        self.area.setWidget(inner)
        # Areas that scroll paint the ground of the window; here the panel's own is meant.
        inner.setAutoFillBackground(False)
        self.area.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (4, 6, 4, 6)))
        column.addWidget(self.sentence)
        column.addWidget(self.area, 1)

    def show_store(self, view: StoreView) -> None:
        self.sentence.show_text(issues_sentence(view))
        rows = issue_rows(view)
        if rows == self._shown:
            return
        self._shown = rows
        for panel in self.panels:
            discard(panel)
        self.panels = [IssuePanel(self._theme, row) for row in rows]
        for place, panel in enumerate(self.panels):
            self._column.insertWidget(place, panel)
