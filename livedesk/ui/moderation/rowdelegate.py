"""How is one item of the queue drawn? Age at the left, text in the middle, what became of it right.

All rows are of one height, so that a list of 100,000 knows where each one stands.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from livedesk.desk.looks import LIT, Look
from livedesk.desk.queue_view import EffectView, QueueRow
from livedesk.desk.words import NOTHING, countdown, number, span, tr
from livedesk.ui.moderation.agebar import age_look, draw_age
from livedesk.ui.moderation.listmodel import ROW
from livedesk.ui.moderation.pen import RIGHT, Pen
from livedesk.ui.pins.showmodel import Index
from livedesk.ui.shapes import draw_shape
from livedesk.ui.theme import Theme

HEIGHT, AGE, MARK = 52, 86, 14
"""Pixels at scale 1: of a row, of its column for the age, of a shape."""

AT_ONCE_S = 0.1
"""What took less is told without a figure: it would read 0.0 s."""

OUTCOME_SHARE, OUTCOME = 0.36, (150, 290)
"""Of the row's width for what became of it, and its bounds at scale 1."""


class RowDelegate(QStyledItemDelegate):
    """Draws a `QueueRow`. `stores`: whether the name of the store stands in the row; `waits`:
    whether the list is of what waits only."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pen = Pen(theme)
        self.stores = False
        self.waits = True
        self.next_id = ""
        """The item that is to be looked at next, while the cursor is nowhere."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, self._theme.px(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: QueueRow | None = index.data(ROW)
        if row is None:
            return
        painter.save()
        painter.setClipRect(option.rect)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        self._ground(painter, option, row, is_chosen)
        px = self._theme.px
        box = option.rect.adjusted(px(10), px(6), -px(12), -px(6))
        age = QRect(box.left(), box.top(), px(AGE), box.height())
        self._age(painter, age, row)
        low, high = (px(n) for n in OUTCOME)
        width = 0 if self._says_nothing(row, is_chosen) else min(
            high, max(low, round(box.width() * OUTCOME_SHARE))
        )  # fmt: skip
        right = QRect(box.right() - width + 1, box.top(), width, box.height())
        if width:
            self._outcome(painter, right, row)
        left = age.right() + px(14)
        middle = QRect(left, box.top(), right.left() - px(12) - left, box.height())
        self._message(painter, middle, row)
        painter.restore()

    def _says_nothing(self, row: QueueRow, is_chosen: bool) -> bool:
        """In the list of what waits, that a row waits, or that its own operator is at it where the
        cursor says so: its text has the room."""
        is_held = row.claim is not None and not (row.claim.mine and is_chosen)
        told = row.order is not None or is_held or row.effects
        return self.waits and row.state == "waiting" and not told

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, row: QueueRow, is_chosen: bool
    ) -> None:
        colours, box = self._theme.colours, option.rect
        painter.fillRect(
            QRect(box.left(), box.bottom(), box.width(), 1), self._pen.ink(colours.line)
        )
        if is_chosen:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            path = QPainterPath()
            radius = self._theme.px(4)
            path.addRoundedRect(QRectF(box).adjusted(1.5, 1.5, -1.5, -1.5), radius, radius)
            painter.fillPath(path, self._pen.ink(colours.raised))
            has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(self._pen.ink(colours.focus if has_focus else colours.faint))
            painter.drawPath(path)
        if is_chosen or row.item_id == self.next_id:
            inset = self._theme.px(8)
            bar = QRect(box.left() + 2, box.top() + inset, self._theme.px(3),
                        box.height() - 2 * inset)  # fmt: skip
            painter.fillRect(bar, self._pen.ink(colours.text))

    # Age

    def _age(self, painter: QPainter, box: QRect, row: QueueRow) -> None:
        theme, colours, px = self._theme, self._theme.colours, self._theme.px
        top = QRect(box.left(), box.top(), box.width(), box.height() // 2)
        runs = row.measure is not None
        look = age_look(row.step) if runs else "idle"
        words = short_age(row.age_s)
        if look in LIT:
            side = px(MARK)
            shape = QRectF(top.left(), top.center().y() - side / 2 + 1, side, side)
            draw_shape(painter, shape, look, theme)
        colour = theme.colour(look) if look in LIT else colours.text if runs else colours.faint
        self._pen.text(painter, top, words, "strong" if runs else "small", colour, RIGHT)
        if runs:
            bar = QRectF(box.left(), top.bottom() + px(7), box.width(), px(5))
            draw_age(painter, bar, row.share, row.step, theme)

    # Comment

    def _message(self, painter: QPainter, box: QRect, row: QueueRow) -> None:
        colours, px = self._theme.colours, self._theme.px
        half = box.height() // 2
        quiet = row.left or row.stale or row.measure is None
        top = QRect(box.left(), box.top(), box.width(), half)
        if row.same > 1:
            count = f"×{number(row.same)}"
            taken = self._badge(painter, top, count)
            top.setRight(top.right() - taken - px(8))
        colour = colours.muted if quiet else colours.text
        self._pen.marked(painter, top, row.text, row.marks, "body", colour)
        below = QRect(box.left(), box.top() + half, box.width(), box.height() - half)
        for text, tone in self._why(row):
            taken = self._pen.text(painter, below, text, "small", tone)
            below.setLeft(below.left() + taken + px(10))
            if below.width() < px(24):
                return

    def _why(self, row: QueueRow) -> list[tuple[str, str]]:
        """Author and store, then why it is here."""
        colours = self._theme.colours
        told = [(row.store_name, colours.muted)] if self.stores else []
        told.append((row.author, colours.muted))
        told.append((row.reason or tr("picked by a person"), colours.text))
        if row.list:
            told.append((row.list, colours.faint))
        if row.evasion:
            told.append((tr("disguised"), colours.notice))
        if row.local:
            told.append((tr("judged here"), colours.notice))
        return told

    def _badge(self, painter: QPainter, box: QRect, text: str) -> int:
        """So many say the same: a frame tells the figure from the words beside it."""
        metrics = self._pen.metrics("small")
        width = metrics.horizontalAdvance(text) + 2 * self._theme.px(6)
        height = metrics.height() + self._theme.px(1)
        frame = QRectF(box.right() - width, box.center().y() - height / 2 + 1, width, height)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen.ink(self._theme.colours.faint))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        centred = frame.toRect().adjusted(self._theme.px(6), 0, 0, 0)
        self._pen.text(painter, centred, text, "small", self._theme.colours.text)
        return width

    # What became of it

    def _outcome(self, painter: QPainter, box: QRect, row: QueueRow) -> None:
        theme, colours, px = self._theme, self._theme.colours, self._theme.px
        half = box.height() // 2
        side = px(MARK)
        top = QRect(box.left(), box.top(), box.width(), half)
        look, word, note = outcome(row)
        shape = QRectF(top.left(), top.center().y() - side / 2 + 1, side, side)
        draw_shape(painter, shape, look, theme)
        left = box.left() + side + px(7)
        top.setLeft(left)
        colour = theme.colour(look) if look in LIT else colours.muted
        if look == "busy":
            colour = colours.text
        self._pen.text(painter, top, word, "strong" if look in LIT else "body", colour)
        below = QRect(left, box.top() + half, box.right() - left, box.height() - half)
        self._pen.text(painter, below, note, "small", colours.muted)


def age_words(seconds: float | None) -> str:
    """`0.4 s`, `17 s`, `3 min 20 s`: tenths only where they count."""
    if seconds is None:
        return NOTHING
    return f"{max(0.0, seconds):.1f} s" if seconds < 10 else span(seconds)


def short_age(seconds: float | None) -> str:
    """`0.4 s`, `17 s`, `3:20 min`, `95 min`: what has room beside a shape."""
    if seconds is None or seconds < 60:
        return age_words(seconds)
    return f"{countdown(seconds)} min" if seconds < 3600 else f"{number(seconds // 60)} min"


def effect_words(effect: EffectView) -> str:
    """`Hidden on the platform after 0.4 s`."""
    if effect.took_s is None:
        return effect.word
    if effect.took_s < AT_ONCE_S:
        return tr("{word} at once").format(word=effect.word)
    return tr("{word} after {age}").format(word=effect.word, age=age_words(effect.took_s))


def outcome(row: QueueRow) -> tuple[Look, str, str]:
    """What matters most about what becomes of a row: an order of this console, what a person has
    to do, who is at it, what the platform said, and else how it stands."""
    order, claim = row.order, row.claim
    if order is not None:
        return order.look, order.word, order.note
    if claim is not None:
        left = tr("{n} s left").format(n=max(0, int(claim.left_s)))
        if claim.mine:
            return "busy", tr("You are at it"), ""
        return "notice", tr("{name} is at it").format(name=claim.by), left
    if row.by_hand:
        first = row.by_hand[0]
        return first.look, first.word, row.word
    if row.effects:
        last = row.effects[-1]
        by = tr("{word} · {by}").format(word=row.word, by=row.by) if row.by else row.word
        return last.look, effect_words(last), last.note or by
    if row.state == "waiting":
        # It waits in its time: what urges is its age.
        return "ready", row.word, ""
    return row.look, row.word, row.by
