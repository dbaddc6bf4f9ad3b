"""How does a list draw text quickly? Fonts, metrics and layouts are made once and kept.

A frame has 16 ms; fonts by name and layouts of text with marks cost more than all else in a row.
"""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from livedesk.desk.queue_row import Mark
from livedesk.ui.theme import Role, Theme

KEPT = 1_500
"""Texts that are kept laid out: some screens of rows."""

LEAST_LEAD = 4
"""Characters before a mark where the start of the text does not fit."""

ELLIPSIS = "…"
_LINE = (
    Qt.TextFlag.TextSingleLine.value
    | Qt.AlignmentFlag.AlignVCenter.value
    | Qt.AlignmentFlag.AlignAbsolute.value
)
LEFT = _LINE | Qt.AlignmentFlag.AlignLeft.value
RIGHT = _LINE | Qt.AlignmentFlag.AlignRight.value
"""As plain numbers: to put flags together costs as much as to draw with them."""


@dataclass(frozen=True, slots=True)
class Laid:
    """One line with lit stretches, laid out for a width."""

    layout: QTextLayout
    width: float
    is_cut: bool
    is_rtl: bool


class Pen:
    """Draws lines of text in the roles of the theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._fonts: dict[Role, tuple[QFont, QFontMetrics]] = {}
        self._elided: OrderedDict[Hashable, tuple[str, int]] = OrderedDict()
        self._laid: OrderedDict[Hashable, Laid] = OrderedDict()
        self._inks: dict[str, QColor] = {}

    def metrics(self, role: Role) -> QFontMetrics:
        return self._font(role)[1]

    def ink(self, colour: str) -> QColor:
        ink = self._inks.get(colour)
        if ink is None:
            ink = self._inks[colour] = QColor(colour)
        return ink

    def text(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        role: Role,
        colour: str,
        align: int = LEFT,
    ) -> int:
        """Draw it, elided where room ends; returns the width that it took."""
        if not text or box.width() <= 0:
            return 0
        font, _ = self._font(role)
        shown, width = self.elided(text, role, box.width())
        painter.setFont(font)
        painter.setPen(self.ink(colour))
        painter.drawText(box, align, shown)
        return width

    def elided(self, text: str, role: Role, room: int) -> tuple[str, int]:
        """What has room of a text, and how wide it is."""
        key = text, role, room
        known = self._elided.get(key)
        if known is not None:
            self._elided.move_to_end(key)
            return known
        metrics = self.metrics(role)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        made = shown, metrics.horizontalAdvance(shown)
        self._elided[key] = made
        if len(self._elided) > 4 * KEPT:
            self._elided.popitem(last=False)
        return made

    def marked(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        marks: tuple[Mark, ...],
        role: Role,
        colour: str,
    ) -> None:
        """A line with lit stretches. The first of them is always in sight."""
        if box.width() <= 0:
            return
        laid = self._lay(text, marks, role, box.width())
        top = box.center().y() + 1 - laid.layout.boundingRect().height() / 2
        painter.setPen(self.ink(colour))
        if not laid.is_cut:
            laid.layout.draw(painter, QPointF(box.left(), top))
            return
        dots = self.metrics(role).horizontalAdvance(ELLIPSIS)
        room = QRectF(box).adjusted(dots, 0, 0, 0) if laid.is_rtl else QRectF(box)
        if not laid.is_rtl:
            room.setWidth(room.width() - dots)
        left = box.right() + 1 - laid.width if laid.is_rtl else box.left()
        painter.save()
        painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        laid.layout.draw(painter, QPointF(left, top))
        painter.restore()
        painter.setFont(self._font(role)[0])
        painter.drawText(box, LEFT if laid.is_rtl else RIGHT, ELLIPSIS)

    def _font(self, role: Role) -> tuple[QFont, QFontMetrics]:
        known = self._fonts.get(role)
        if known is None:
            font = self.theme.font(role)
            known = self._fonts[role] = font, QFontMetrics(font)
        return known

    def _lay(self, text: str, marks: tuple[Mark, ...], role: Role, room: int) -> Laid:
        key = text, marks, role, room
        known = self._laid.get(key)
        if known is not None:
            self._laid.move_to_end(key)
            return known
        laid = self._laid_out(text, marks, role, room)
        if laid.is_cut and marks and not _is_seen(laid, marks[0], room):
            # The mark in the middle: what stands before it and behind it says what is meant.
            half = room // (2 * max(1, self.metrics(role).averageCharWidth()))
            begin = max(0, marks[0].start - max(LEAST_LEAD, half - marks[0].length))
            before = _units(text[:begin]) - len(ELLIPSIS)
            moved = tuple(
                Mark(each.start, each.length, each.utf16_start - before, each.utf16_length)
                for each in marks
            )
            laid = self._laid_out(ELLIPSIS + text[begin:], moved, role, room)
        self._laid[key] = laid
        if len(self._laid) > KEPT:
            self._laid.popitem(last=False)
        return laid

    def _laid_out(self, text: str, marks: tuple[Mark, ...], role: Role, room: int) -> Laid:
        layout = QTextLayout(text, self._font(role)[0])
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        lit = lit_format(self.theme)
        layout.setFormats([lit_range(lit, mark) for mark in marks])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(1e6)
        width = line.naturalTextWidth()
        layout.endLayout()
        return Laid(layout, width, width > room, _is_rtl(text))


def lit_format(theme: Theme) -> QTextCharFormat:
    """How a found stretch looks: a ground, and a line under it for those who see no colour."""
    lit = QTextCharFormat()
    lit.setBackground(QColor(theme.colours.notice_ground))
    lit.setForeground(QColor(theme.colours.notice))
    lit.setFontUnderline(True)
    return lit


def lit_range(lit: QTextCharFormat, mark: Mark) -> QTextLayout.FormatRange:
    stretch = QTextLayout.FormatRange()
    stretch.start = mark.utf16_start
    stretch.length = mark.utf16_length
    stretch.format = lit
    return stretch


def _is_seen(laid: Laid, mark: Mark, room: int) -> bool:
    line = laid.layout.lineAt(0)
    ends = (mark.utf16_start, mark.utf16_start + mark.utf16_length)
    places = [_x(line.cursorToX(end)) for end in ends]
    if laid.is_rtl:
        return min(places) >= laid.width - room
    return max(places) <= room


def _x(place: object) -> float:
    """PySide answers with the cursor beside the place, and describes neither."""
    return float(place[0] if isinstance(place, tuple) else place)  # type: ignore[arg-type]


def _is_rtl(text: str) -> bool:
    """By the first letter that has a direction, as Qt lays it out."""
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                return False
            case "R" | "AL":
                return True
    return False


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
