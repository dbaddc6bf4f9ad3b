"""What do a session's figures look like? A mark, what it is, how much, and the mark in a word."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from livedesk.core.records import Mark, RecordedIncident, SummaryFigure
from livedesk.desk.looks import LIT
from livedesk.desk.record_words import figure_text, incident_time, incident_words, mark_look
from livedesk.desk.words import tr
from livedesk.ui.basics import Text, discard
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Role, Theme

INCIDENTS_SHOWN = 40
"""The report has them all."""


def wrapped(theme: Theme, role: Role = "body", colour: str | None = None) -> Text:
    """As wide as there is room, never as wide as its longest line."""
    words = Text(theme, role, colour)
    words.setWordWrap(True)
    words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return words


def mark_of(theme: Theme, mark: Mark) -> ShapeMark:
    shape = ShapeMark(theme, 16)
    shape.show_look(mark_look(mark))
    return shape


class Cells(QWidget):
    """A grid that is filled anew when what it shows is another."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(theme.px(10))
        self.grid.setVerticalSpacing(theme.px(5))
        self._shown: object = None

    def is_new(self, shown: object) -> bool:
        """Empties the grid where it shows something else."""
        if shown == self._shown:
            return False
        self._shown = shown
        while self.grid.count():
            item = self.grid.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                discard(widget)
        return True

    def words(self, text: str, role: Role = "body", colour: str | None = None) -> Text:
        words = wrapped(self.theme, role, colour)
        words.show_text(text)
        return words


class FigureGrid(Cells):
    """The verdict, a line a figure. What is not good also says what it is measured against."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.grid.setColumnStretch(1, 5)
        self.grid.setColumnStretch(3, 4)

    def show_figures(self, figures: tuple[SummaryFigure, ...]) -> None:
        if not self.is_new(figures):
            return
        row = 0
        for figure in figures:
            self._put(row, figure)
            row += 1
            if figure.note and figure.mark != "good":
                note = self.words(figure.note, "small", self.theme.colours.muted)
                self.grid.addWidget(note, row, 1, 1, 3)
                row += 1

    def _put(self, row: int, figure: SummaryFigure) -> None:
        colours = self.theme.colours
        top = Qt.AlignmentFlag.AlignTop
        look = mark_look(figure.mark)
        value = Text(self.theme, "strong")
        value.show_text(figure_text(figure))
        value.setAlignment(Qt.AlignmentFlag.AlignRight | top)
        value.setToolTip(figure.note)
        tone = self.theme.colour(look) if look in LIT else colours.muted
        self.grid.addWidget(mark_of(self.theme, figure.mark), row, 0, top)
        self.grid.addWidget(self.words(figure.title), row, 1)
        self.grid.addWidget(value, row, 2, top)
        self.grid.addWidget(self.words(figure.word, "small", tone), row, 3)


class IncidentList(Cells):
    """What went wrong, in the order of the show: when, what, and what was done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.grid.setColumnStretch(0, 1)

    def show_incidents(self, incidents: tuple[RecordedIncident, ...]) -> None:
        if not self.is_new(incidents):
            return
        muted = self.theme.colours.muted
        row = 0
        for incident in incidents[:INCIDENTS_SHOWN]:
            lines = (
                self.words(f"{incident_time(incident)} · {incident.side}", "small", muted),
                self.words(incident.cause, "strong"),
                self.words(incident_words(incident), "small", muted),
            )
            for at, line in enumerate(lines):
                if line.text():
                    line.setContentsMargins(0, 0 if at or not row else self.theme.px(6), 0, 0)
                    self.grid.addWidget(line, row, 0)
                    row += 1
        left = len(incidents) - INCIDENTS_SHOWN
        if left > 0:
            more = tr("and {n} more: the report has them all").format(n=left)
            self.grid.addWidget(self.words(more, "small", muted), row, 0)
        elif not incidents:
            self.grid.addWidget(self.words(tr("None."), "body", muted), row, 0)
