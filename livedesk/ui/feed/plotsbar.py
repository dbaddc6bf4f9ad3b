"""Which buttons stand over the plots? The stretch of time, what is drawn, and its clock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QWidget

from livedesk.desk.words import tr
from livedesk.ui.basics import button
from livedesk.ui.theme import Theme


class PlotsBar(QWidget):
    """One line where there is room; else the clock and the parts of the page stand in a second."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.ranges = [self._segment(text) for text in (tr("2 min"), tr("10 min"), tr("All"))]
        self.follow = self._segment(tr("Follow live"), tr("Keep the newest figures in view (L)"))
        self.clocks = self._segment(
            tr("Clocks"), tr("Audio and video clock against the wall clock, in the skew plot (K)")
        )
        self.values = self._segment(tr("Values"), tr("The values behind the plots as a table (V)"))
        self.show_time = self._segment(tr("Show time"), tr("Time since the session began (T)"))
        self.wall_time = self._segment(tr("Wall clock"), tr("Time of day (T)"))
        self.arrange = self._segment(tr("Arrange"), tr("Move, close or reset the parts (Ctrl+L)"))
        self.range_group, self.clock_group = QButtonGroup(self), QButtonGroup(self)
        for place, choice in enumerate(self.ranges):
            self.range_group.addButton(choice, place)
        for place, choice in enumerate((self.show_time, self.wall_time)):
            self.clock_group.addButton(choice, place)
        for choice in (self.ranges[0], self.show_time, self.follow):
            choice.setChecked(True)
        self._lay_out()

    def _segment(self, text: str, hint: str = "") -> QPushButton:
        return button(self._theme, text, hint, segment=True)

    def _lay_out(self) -> None:
        self._drawn = self._row((self.ranges, [self.follow], [self.clocks, self.values]))
        self._beside = self._row(([self.show_time, self.wall_time], [self.arrange]))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(self._theme.px(4))
        self._grid.addWidget(self._drawn, 0, 0)
        self._grid.addWidget(self._beside, 0, 2)
        self._grid.setColumnStretch(1, 1)

    def _row(self, groups: tuple[list[QPushButton], ...]) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(self._theme.px(4))
        for place, group in enumerate(groups):
            if place:
                line.addSpacing(self._theme.pad)
            for choice in group:
                line.addWidget(choice)
        return row

    @property
    def is_wrapped(self) -> bool:
        return self._grid.rowCount() > 1 and self._grid.itemAtPosition(1, 0) is not None

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the longer of two lines, because there may always be two."""
        rows = self._drawn.minimumSizeHint(), self._beside.minimumSizeHint()
        return QSize(max(row.width() for row in rows), self._grid.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        rows = self._drawn.sizeHint().width() + self._beside.sizeHint().width() + self._theme.pad
        if (rows > self.width()) != self.is_wrapped:
            place = (0, 2, 1, 1) if self.is_wrapped else (1, 0, 1, 3)
            self._grid.addWidget(self._beside, *place)
            self.updateGeometry()
