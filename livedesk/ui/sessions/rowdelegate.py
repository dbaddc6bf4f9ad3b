"""How is one session of the list drawn? Whose it is and how it stands left, when and how long
right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from livedesk.core.records import RecordedSession
from livedesk.desk.looks import LIT
from livedesk.desk.record_list import length_s
from livedesk.desk.record_words import (
    length_words,
    session_name,
    size_words,
    started_words,
    state_words,
)
from livedesk.desk.words import tr
from livedesk.ui.moderation.pen import RIGHT, Pen
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.sessions.listmodel import ROW
from livedesk.ui.shapes import draw_shape
from livedesk.ui.theme import Role, Theme

HEIGHT, MARK, BAR = 48, 18, 3
"""Pixels at scale 1: of a row, of a shape, of the bar beside a chosen row."""


class SessionDelegate(QStyledItemDelegate):
    """Draws a `RecordedSession`. `waits`: whether the engine was asked to do something to it."""

    def __init__(
        self,
        theme: Theme,
        utc_ns: Callable[[], int],
        waits: Callable[[str], bool],
        zone: tzinfo | None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._pen = Pen(theme)
        self._utc_ns, self._waits, self._zone = utc_ns, waits, zone

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, self._theme.px(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        session = index.data(ROW)
        if not isinstance(session, RecordedSession):
            return
        painter.save()
        painter.setClipRect(option.rect)
        self._ground(painter, option)
        self._row(painter, option.rect, session)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        """Several rows can be chosen; the cursor, which keys move, has a frame besides."""
        colours, px, box = self._theme.colours, self._theme.px, option.rect
        line = QRect(box.left(), box.bottom(), box.width(), 1)
        painter.fillRect(line, self._pen.ink(colours.line))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5), px(4), px(4))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillPath(path, self._pen.ink(colours.raised))
            bar = QRect(box.left() + 2, box.top() + px(8), px(BAR), box.height() - 2 * px(8))
            painter.fillRect(bar, self._pen.ink(colours.text))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._pen.ink(colours.focus))
            painter.drawPath(path)

    def _row(self, painter: QPainter, whole: QRect, session: RecordedSession) -> None:
        theme, colours, px = self._theme, self._theme.colours, self._theme.px
        box = whole.adjusted(px(12), px(4), -px(12), -px(5))
        look, state = state_words(session)
        if self._waits(session.id):
            look, state = "busy", tr("Asked for…")
        side = px(MARK)
        top = box.center().y() - side / 2 + 1
        draw_shape(painter, QRectF(box.left(), top, side, side), look, theme)
        left, half = box.left() + side + px(10), box.height() // 2
        upper = QRect(left, box.top(), box.right() + 1 - left, half)
        lower = QRect(left, box.top() + half, upper.width(), half)
        name = session_name(session)
        if session.sandbox:
            name = tr("{name} (rehearsal)").format(name=name)
        started = started_words(session, self._zone)
        measured = (
            f"{length_words(length_s(session, self._utc_ns()))} · {size_words(session.bytes)}"
        )
        self._line(painter, upper, (name, "strong", colours.text), (started, "body", colours.text))
        tone = theme.colour(look) if look in LIT else colours.muted
        self._line(painter, lower, (state, "small", tone), (measured, "small", colours.muted))

    def _line(
        self,
        painter: QPainter,
        box: QRect,
        left: tuple[str, Role, str],
        right: tuple[str, Role, str],
    ) -> None:
        taken = self._pen.text(painter, box, *right, RIGHT)
        self._pen.text(painter, box.adjusted(0, 0, -taken - self._theme.px(12), 0), *left)
