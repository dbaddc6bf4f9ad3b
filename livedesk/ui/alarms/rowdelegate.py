"""How is one alarm of the list drawn? Shape and cause at the left, how long and by whom right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from livedesk.desk.alarm_list import AlarmLine
from livedesk.desk.alarm_orders import AskedAlarm
from livedesk.desk.alarm_words import (
    order_words,
    place_name,
    priority_word,
    state_words,
    time_of,
)
from livedesk.desk.looks import LIT
from livedesk.ui.alarms.listmodel import ROW, Heading
from livedesk.ui.moderation.pen import RIGHT, Pen
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.shapes import draw_shape
from livedesk.ui.theme import Theme

HEIGHT, HEADING, MARK, BAR = 48, 30, 18, 3
"""Pixels at scale 1: of an alarm, of a heading, of a shape, of the bar beside the cursor's row."""

STATE_SHARE: Final = 0.36
"""Of the row's width for what became of it."""


class AlarmDelegate(QStyledItemDelegate):
    """Draws a `Row`. `asked`: what was asked for about an alarm."""

    def __init__(
        self,
        theme: Theme,
        utc_ns: Callable[[], int],
        asked: Callable[[AlarmLine], AskedAlarm | None],
        zone: tzinfo | None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._pen = Pen(theme)
        self._utc_ns = utc_ns
        self._asked = asked
        self._zone = zone

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        is_heading = isinstance(index.data(ROW), Heading)
        return QSize(0, self._theme.px(HEADING if is_heading else HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        painter.save()
        painter.setClipRect(option.rect)
        if isinstance(row, Heading):
            self._heading(painter, option.rect, row)
        elif isinstance(row, AlarmLine):
            self._ground(painter, option)
            self._line(painter, option.rect, row)
        painter.restore()

    def _heading(self, painter: QPainter, box: QRect, row: Heading) -> None:
        px, colours = self._theme.px, self._theme.colours
        urges = row.place in ("active", "over")
        tone = colours.text if urges else colours.faint
        room = box.adjusted(px(10), px(6), -px(10), 0)
        self._pen.text(painter, room, row.text.upper(), "caption", tone)

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours, px, box = self._theme.colours, self._theme.px, option.rect
        line = QRect(box.left(), box.bottom(), box.width(), 1)
        painter.fillRect(line, self._pen.ink(colours.line))
        if not option.state & QStyle.StateFlag.State_Selected:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5), px(4), px(4))
        painter.fillPath(path, self._pen.ink(colours.raised))
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setPen(self._pen.ink(colours.focus if has_focus else colours.faint))
        painter.drawPath(path)
        bar = QRect(box.left() + 2, box.top() + px(8), px(BAR), box.height() - 2 * px(8))
        painter.fillRect(bar, self._pen.ink(colours.text))

    def _line(self, painter: QPainter, whole: QRect, line: AlarmLine) -> None:
        theme, colours, px = self._theme, self._theme.colours, self._theme.px
        box = whole.adjusted(px(10), px(4), -px(12), -px(5))
        side = px(MARK)
        top = box.center().y() - side / 2 + 1
        draw_shape(painter, QRectF(box.left(), top, side, side), line.look, theme)
        half = box.height() // 2
        width = round(box.width() * STATE_SHARE)
        utc_ns = self._utc_ns()
        lit = line.is_lit
        left = box.left() + side + px(10)
        right = QRect(box.right() - width + 1, box.top(), width, half)
        taken = self._pen.text(painter, right, time_of(line, utc_ns), "body",
                               colours.text if lit else colours.muted, RIGHT)  # fmt: skip
        cause = QRect(left, box.top(), box.right() - taken - px(12) - left, half)
        tone = theme.colour(line.look) if lit else colours.text
        if line.place in ("past", "shelved"):
            tone = colours.muted
        self._pen.text(painter, cause, line.alarm.cause, "strong" if lit else "body", tone)
        self._below(painter, QRect(left, box.top() + half, box.right() + 1 - left, half), line)

    def _below(self, painter: QPainter, box: QRect, line: AlarmLine) -> None:
        """Whose it is and how urgent, and what became of it or is asked for."""
        theme, colours, px = self._theme, self._theme.colours, self._theme.px
        look, words = order_words(self._asked(line))
        state = words or state_words(line, self._utc_ns(), self._zone)
        tone = theme.colour(look) if words and look in LIT else colours.muted
        right = QRect(box.center().x(), box.top(), box.width() - box.width() // 2, box.height())
        taken = self._pen.text(painter, right, state, "small", tone, RIGHT)
        room = box.adjusted(0, 0, -taken - px(12), 0)
        parts = [place_name(line.store_name), priority_word(line.alarm.priority)]
        if line.alarm.count > 1:
            parts.append(f"×{line.alarm.count}")
        self._pen.text(painter, room, " · ".join(parts), "small", colours.muted)
