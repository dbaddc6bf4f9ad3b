"""Which alarms does this store have, since when, and what is to be done? The page's own list."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.core.status import AlarmStatus
from livedesk.desk.looks import Look
from livedesk.desk.model import StoreView
from livedesk.desk.words import tr, wall_clock
from livedesk.ui.basics import Panel, Text, discard
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

_LOOKS: dict[str, Look] = {"low": "notice", "medium": "warning", "high": "critical"}


class AlarmRow(Panel):
    """One alarm: how loud as shape and word, what is wrong, what to do, who has seen it."""

    asked = Signal()
    """Somebody wants to see it in full."""

    def __init__(self, theme: Theme, alarm: AlarmStatus, when: str) -> None:
        super().__init__(theme, alarm.cause)
        look = _LOOKS[alarm.priority]
        quiet = alarm.acknowledged_by is not None or alarm.shelved_by is not None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleDescription(f"{look_name(look)}. {when}. {alarm.action}")
        mark = ShapeMark(theme, 16)
        mark.show_look(look)
        self.cause = Text(theme, "strong", theme.colours.muted if quiet else theme.colour(look))
        self.cause.show_text(alarm.cause)
        self.when = Text(theme, "small", theme.colours.muted)
        self.when.show_text(when)
        self.action = Text(theme, "small")
        self.action.show_text(alarm.action)
        for text in (self.cause, self.when, self.action):
            text.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (10, 6, 10, 8)))
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(2))
        grid.addWidget(mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.cause, 0, 1)
        grid.addWidget(self.when, 1, 1)
        grid.addWidget(self.action, 2, 1)
        grid.setColumnStretch(1, 1)
        if not quiet:
            self.set_frame(theme.ground(look), theme.colour(look), theme.px(4))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit()
        else:
            super().keyPressEvent(event)


class AlarmList(Panel):
    """All alarms of one store as the engine has them, the loudest first."""

    asked = Signal()
    """Somebody wants the page of the alarms."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Alarms of this store"))
        self._theme = theme
        self._zone = zone
        self._shown: tuple[tuple[AlarmStatus, str], ...] = ()
        self.rows: list[AlarmRow] = []
        self.sentence = Text(theme, "strong", theme.colours.muted)
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
        self.area.setAccessibleName(self.accessibleName())
        self.area.setWidget(inner)
        # Areas that scroll paint the ground of the window; here the panel's own is meant.
        inner.setAutoFillBackground(False)
        self.area.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (4, 6, 4, 6)))
        column.addWidget(self.sentence)
        column.addWidget(self.area, 1)

    def show_store(self, view: StoreView) -> None:
        alarms = sorted(view.status.alarms, key=_loudest_first)
        shown = tuple((alarm, self._when(alarm)) for alarm in alarms)
        self.sentence.show_text(_sentence(view))
        if shown == self._shown:
            return
        self._shown = shown
        for row in self.rows:
            discard(row)
        self.rows = [AlarmRow(self._theme, alarm, when) for alarm, when in shown]
        for place, row in enumerate(self.rows):
            row.asked.connect(self.asked)
            self._column.insertWidget(place, row)

    def _when(self, alarm: AlarmStatus) -> str:
        parts = [tr("since {time}").format(time=wall_clock(alarm.since_utc_ns, self._zone))]
        if alarm.count > 1:
            parts.append(tr("{n} times").format(n=alarm.count))
        if alarm.acknowledged_by:
            parts.append(tr("seen by {name}").format(name=alarm.acknowledged_by))
        if alarm.shelved_by and alarm.shelved_until_utc_ns:
            until = wall_clock(alarm.shelved_until_utc_ns, self._zone)
            parts.append(tr("put aside until {time}").format(time=until))
        return " · ".join(parts)


def _loudest_first(alarm: AlarmStatus) -> tuple[bool, bool, int, int]:
    rank = {"high": 0, "medium": 1, "low": 2}[alarm.priority]
    quiet = alarm.shelved_by is not None
    return quiet, alarm.acknowledged_by is not None, rank, alarm.since_utc_ns


def _sentence(view: StoreView) -> str:
    if view.stale:
        return tr("As last known")
    count = len(view.status.alarms)
    if count == 0:
        return tr("No alarm")
    return tr("1 alarm") if count == 1 else tr("{n} alarms").format(n=count)
