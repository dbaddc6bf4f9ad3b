"""What has happened so far? Newest first, one sentence each."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from livedesk.core.events import Event, Level
from livedesk.desk.eventlines import is_listed
from livedesk.desk.looks import Look
from livedesk.desk.words import tr, wall_clock
from livedesk.ui.basics import Panel
from livedesk.ui.shapes import draw_shape, look_name
from livedesk.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_LOOKS: dict[Level, Look] = {
    "info": "idle", "notice": "notice", "warning": "warning", "critical": "critical",
}  # fmt: skip
_EVENT = Qt.ItemDataRole.UserRole
_MARK = 13
_TIME_WIDTH = 62


class EventModel(QAbstractListModel):
    """The events of a snapshot, newest first; told what changed rather than reset."""

    def __init__(self, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._zone = zone
        self._source: tuple[Event, ...] = ()
        self._events: list[Event] = []

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._events)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        event = self._events[index.row()]
        if role == _EVENT:
            return event
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return f"{self.time(event)}  {event.text}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.time(event)}, {look_name(_LOOKS[event.level])}, {event.text}"
        return None

    def time(self, event: Event) -> str:
        return wall_clock(event.utc_ns, self._zone)

    def show_events(self, events: tuple[Event, ...], store: str | None) -> None:
        """Take over the events of one store (and of the engine as a whole)."""
        if events is self._source:
            return
        self._source = events
        wanted = [
            event for event in reversed(events)
            if (store is None or event.store in (store, "")) and is_listed(event)
        ]  # fmt: skip
        if wanted == self._events:
            return
        fresh = self._count_fresh(wanted)
        if fresh is None:
            self.beginResetModel()
            self._events = wanted
            self.endResetModel()
            return
        self.beginInsertRows(QModelIndex(), 0, fresh - 1)
        self._events[:0] = wanted[:fresh]
        self.endInsertRows()
        surplus = len(self._events) - len(wanted)
        if surplus:
            self.beginRemoveRows(QModelIndex(), len(wanted), len(self._events) - 1)
            del self._events[len(wanted) :]
            self.endRemoveRows()

    def forget(self) -> None:
        """Take the next events as they are, because another store is shown."""
        self._source = ()

    def _count_fresh(self, wanted: list[Event]) -> int | None:
        """How many events came on top; None when the lists have nothing in common."""
        if not self._events or self._events[0] not in wanted:
            return None
        fresh = wanted.index(self._events[0])
        kept = len(wanted) - fresh
        return fresh if fresh and wanted[fresh:] == self._events[:kept] else None


class EventDelegate(QStyledItemDelegate):
    """Time, shape and sentence; the sentence in two lines at most."""

    def __init__(self, theme: Theme, model: EventModel) -> None:
        super().__init__()
        self._theme = theme
        self._model = model
        self._font = theme.font("small")
        self._metrics = QFontMetrics(self._font)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's
        text = self._text_room(QRect(0, 0, 0, 100), option.widget)
        wide = not self._fits(index.data(_EVENT).text, text.width())
        lines = 2 if wide else 1
        return QSize(0, lines * self._metrics.height() + self._theme.px(6))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        event: Event = index.data(_EVENT)
        px, colours = self._theme.px, self._theme.colours
        box: QRect = option.rect
        look = _LOOKS[event.level]
        painter.save()
        painter.setFont(self._font)
        top = box.top() + px(3)
        line = self._metrics.height()
        painter.setPen(QColor(colours.faint))
        painter.drawText(
            QRect(box.left() + px(10), top, px(_TIME_WIDTH), line),
            Qt.AlignmentFlag.AlignVCenter,
            self._model.time(event),
        )
        if look != "idle":
            side = px(_MARK)
            mark = QRect(box.left() + px(10 + _TIME_WIDTH), top + (line - side) // 2, side, side)
            draw_shape(painter, mark.toRectF(), look, self._theme)
        painter.setPen(QColor(colours.muted if look == "idle" else colours.text))
        self._draw_sentence(painter, self._text_room(box, option.widget), event.text)
        painter.restore()

    def _text_room(self, box: QRect, view: Any) -> QRect:
        """The same with and without a scroll bar, so that its coming breaks no line anew."""
        px = self._theme.px
        bar = view.verticalScrollBar().sizeHint().width()
        room = QRect(box.left(), box.top(), view.width() - bar, box.height())
        return room.adjusted(px(10 + _TIME_WIDTH + _MARK + 7), px(3), -px(2), -px(3))

    def _draw_sentence(self, painter: QPainter, room: QRect, text: str) -> None:
        """At most two lines, the second ending in an ellipsis where it must."""
        line = self._metrics.height()
        first, rest = self._split(text, room.width())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(room.left(), room.top(), room.width(), line), flags, first)
        if rest:
            shown = self._metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room.width())
            below = QRect(room.left(), room.top() + line, room.width(), line)
            painter.drawText(below, flags, shown)

    def _split(self, text: str, width: int) -> tuple[str, str]:
        if self._fits(text, width):
            return text, ""
        words = text.split(" ")
        count = len(words)
        while count > 1 and not self._fits(" ".join(words[:count]), width):
            count -= 1
        first = " ".join(words[:count])
        return self._metrics.elidedText(first, Qt.TextElideMode.ElideRight, width), " ".join(
            words[count:]
        )

    def _fits(self, text: str, width: int) -> bool:
        """Widths are rounded down to whole pixels, and a text of exactly the width is elided."""
        return self._metrics.horizontalAdvance(text) < width


class EventList(Panel):
    """The list in its panel."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Events"))
        self._store: str | None = None
        self.model = EventModel(zone)
        self.view = QListView()
        self.view.setModel(self.model)
        self._delegate = EventDelegate(theme, self.model)
        self.view.setItemDelegate(self._delegate)
        self.view.setAccessibleName(tr("Events, newest first"))
        self.view.setSelectionMode(QListView.SelectionMode.NoSelection)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(n) for n in (2, 6, 2, 4)))
        column.addWidget(self.view, 1)

    def show_events(self, events: tuple[Event, ...], store: str | None) -> None:
        if store != self._store:
            self._store = store
            self.model.forget()
        self.model.show_events(events, store)
