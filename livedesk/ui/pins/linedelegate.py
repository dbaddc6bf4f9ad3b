"""How is one line of the run of show drawn?"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPainterPath,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate

from PySide6.QtWidgets import QStyleOptionViewItem  # isort: skip

from livedesk.desk.looks import LIT
from livedesk.desk.pin_words import PinView
from livedesk.desk.showlines import ShowLine
from livedesk.desk.words import tr
from livedesk.ui.pins.pictures import Pictures
from livedesk.ui.pins.showmodel import LINE, Index, Live, ShowModel, state_word
from livedesk.ui.shapes import draw_shape
from livedesk.ui.theme import Colours, Role, Theme

ROW, PICTURE, NUMBER = 46, 36, 34
"""Height of a line, side of its picture, width of its number."""

STATE_SHARE = 0.42
"""So much of the words' room may tell what became of a line."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = (
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
)


class LineDelegate(QStyledItemDelegate):
    """Number, picture, title over price and stock, and at the right what became of it."""

    def __init__(self, theme: Theme, model: ShowModel, pictures: Pictures) -> None:
        super().__init__()
        self._theme, self._model, self._pictures = theme, model, pictures

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, self._theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: ShowLine | None = index.data(LINE)
        if line is None:
            return
        painter.save()
        box, live, px = option.rect, self._model.live, self._theme.px
        self._ground(painter, option, line, live)
        at = box.left() + px(4)
        number = QRect(at, box.top(), px(NUMBER - 8), box.height())
        colour = self._colours.text if line.cue_id == live.next_cue else self._colours.faint
        self._text(painter, number, str(line.number or ""), "strong", colour, _RIGHT)
        side = px(PICTURE)
        at += px(NUMBER)
        picture = QRect(at, box.top() + (box.height() - side) // 2, side, side)
        self._picture(painter, picture, line, live)
        at += side + px(10)
        state = QRect(at, box.top() + px(5), box.right() - px(6) - at, box.height() - px(10))
        taken = self._state(painter, state, line, live)
        words = QRect(at, state.top(), state.width() - taken - px(10), state.height())
        self._words(painter, words, line, live)
        painter.restore()

    @property
    def _colours(self) -> Colours:
        return self._theme.colours

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, line: ShowLine, live: Live
    ) -> None:
        colours, box = self._colours, QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self._theme.px(4)
        path = QPainterPath()
        path.addRoundedRect(box, radius, radius)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillPath(path, QColor(colours.raised))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.focus))
            painter.drawPath(path)
        if line.cue_id and line.cue_id == live.next_cue:
            bar = QRectF(box.left(), box.top() + 4, self._theme.px(3), box.height() - 8)
            painter.fillRect(bar, QColor(colours.text))

    def _picture(self, painter: QPainter, box: QRect, line: ShowLine, live: Live) -> None:
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), self._theme.px(4), self._theme.px(4))
        pixmap = self._pictures.pixmap(live.store, line.product_id, line.picture)
        if pixmap is None:
            painter.fillPath(path, QColor(self._colours.raised))
            initial = line.title.strip("\u2068\u2069")[:1].upper()
            centre = Qt.AlignmentFlag.AlignCenter
            self._text(painter, box, initial, "strong", self._colours.faint, centre)
            return
        painter.save()
        painter.setClipPath(path)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        is_over = line.state != "waiting" and line.product_id != live.shown
        painter.setOpacity(0.5 if is_over else 1.0)
        painter.drawPixmap(box, pixmap)
        painter.restore()

    def _words(self, painter: QPainter, box: QRect, line: ShowLine, live: Live) -> None:
        colours = self._colours
        is_shown = line.product_id == live.shown
        quiet = live.stale or (line.state != "waiting" and not is_shown)
        half = box.height() // 2
        top = QRect(box.left(), box.top(), box.width(), half)
        self._text(painter, top, line.title, "strong", colours.faint if quiet else colours.text,
                   struck=line.state == "skipped")  # fmt: skip
        below = QRect(box.left(), box.top() + half, box.width(), box.height() - half)
        if line.price:
            self._text(painter, below, line.price, "small", colours.muted)
            metrics = QFontMetrics(self._theme.font("small"))
            below.setLeft(below.left() + metrics.horizontalAdvance(line.price) + self._theme.px(8))
        if line.refused:
            mark = self._theme.px(12)
            shape = QRectF(below.left(), below.center().y() - mark / 2 + 1, mark, mark)
            draw_shape(painter, shape, "warning", self._theme)
            below.setLeft(below.left() + mark + self._theme.px(5))
        colour = colours.warning if line.refused else colours.muted
        self._text(painter, below, line.stock, "small", colour)

    def _state(self, painter: QPainter, box: QRect, line: ShowLine, live: Live) -> int:
        """What became of the newest pin, over what the line itself is. Returns the width taken."""
        most = QRect(box.right() - round(box.width() * STATE_SHARE), box.top(),
                     round(box.width() * STATE_SHARE), box.height())  # fmt: skip
        half = box.height() // 2
        pin, is_shown = live.pin(line), line.product_id == live.shown
        below = QRect(most.left(), most.top(), most.width(), most.height())
        taken = 0
        if pin is not None:
            top = QRect(most.left(), most.top(), most.width(), half)
            taken = self._pin(painter, top, pin, is_quiet=live.stale or line.state != "waiting")
            below.setTop(most.top() + half)
        if is_shown and not live.stale:
            return max(taken, self._badge(painter, below, tr("viewers see it")))
        word = tr("was shown last") if is_shown else state_word(line, live)
        if pin is not None or word:
            is_next = line.cue_id == live.next_cue
            colour = self._colours.text if is_next else self._colours.faint
            taken = max(taken, self._text(painter, below, word, "small", colour, _RIGHT))
        return taken

    def _pin(self, painter: QPainter, box: QRect, pin: PinView, *, is_quiet: bool) -> int:
        """A pin that went well is over: it must not outshine what comes and what is on screen."""
        theme, colours = self._theme, self._colours
        mark = theme.px(14)
        shape = QRectF(box.right() - mark, box.center().y() - mark / 2 + 1, mark, mark)
        draw_shape(painter, shape, pin.look, theme)
        box.setRight(box.right() - mark - theme.px(6))
        colour = theme.colour(pin.look) if pin.look in LIT else colours.text
        is_over = pin.look in ("ok", "idle")
        role: Role = "small" if is_over else "strong"
        text = f"{pin.word} {pin.figure}".strip()
        quiet = colours.faint if is_quiet and pin.look not in LIT else colours.muted
        shown = quiet if is_over else colour
        return self._text(painter, box, text, role, shown, _RIGHT) + mark + theme.px(6)

    def _badge(self, painter: QPainter, box: QRect, text: str) -> int:
        """What viewers see now is found at a glance."""
        theme, colours = self._theme, self._colours
        metrics = QFontMetrics(theme.font("small"))
        width = min(box.width(), metrics.horizontalAdvance(text) + 2 * theme.px(7))
        height = min(box.height(), metrics.height() + theme.px(2))
        ground = QRect(box.right() - width + 1, box.center().y() - height // 2 + 1, width, height)
        path = QPainterPath()
        path.addRoundedRect(QRectF(ground), theme.px(3), theme.px(3))
        painter.fillPath(path, QColor(colours.text))
        centre = Qt.AlignmentFlag.AlignCenter
        self._text(painter, ground, text, "small", colours.on_signal, centre)
        return width

    def _text(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        role: Role,
        colour: str,
        align: Qt.AlignmentFlag = _LEFT,
        struck: bool = False,
    ) -> int:
        """Returns the width that it took."""
        if not text or box.width() <= 0:
            return 0
        font: QFont = self._theme.font(role)
        font.setStrikeOut(struck)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, align | Qt.TextFlag.TextSingleLine, shown)
        return metrics.horizontalAdvance(shown)
