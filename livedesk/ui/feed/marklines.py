"""Where in a plot did something happen? A line and a word at each mark in view."""

from __future__ import annotations

from bisect import bisect_left

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QGraphicsLineItem

from livedesk.desk.marks import Mark
from livedesk.ui.theme import Theme

FAR_VALUE = 1e7
"""Beyond any plot: lines reach this far."""

MOST = 40
"""More marks in view than this are a texture, not instants; the newest are drawn."""

ROOM_FOR_WORDS = 7
"""Lines of text that a plot is high at least where words stand in it: elsewhere they would cover
the curve, and the timeline has them too."""

APART = 4
"""Pixels between two lines of a kind: nearer ones are one."""


class MarkLines:
    """The marks of one plot. A word that has no room beside the last one is left out."""

    def __init__(self, theme: Theme, box: pg.ViewBox, *, labelled: bool) -> None:
        self._theme = theme
        self._box = box
        self._labelled = labelled
        self._loud = pg.mkPen(QColor(theme.colours.text), width=1, style=Qt.PenStyle.DashDotLine)
        self._quiet = pg.mkPen(QColor(theme.colours.line), width=1)
        self._font = theme.font("small")
        self._metrics = QFontMetrics(self._font)
        self._lines: list[QGraphicsLineItem] = []
        self._labels: list[pg.TextItem] = []
        self._shown: tuple[object, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The words that are drawn."""
        return tuple(str(label.toPlainText()) for label in self._labels if label.isVisible())

    def show(self, marks: tuple[Mark, ...], begin_s: float, end_s: float, base_s: float) -> None:
        """Draw those between two instants; `base_s` is where the plot's time is zero."""
        pixel_s = (end_s - begin_s) / max(1.0, float(self._box.width()))
        inside = _drawn(marks, begin_s, end_s, APART * pixel_s)
        top = float(self._box.viewRange()[1][1])
        worded = float(self._box.height()) >= ROOM_FOR_WORDS * self._metrics.height()
        wanted = (inside, begin_s, end_s, base_s, pixel_s, top, worded)
        if wanted == self._shown or not (inside or self._lines):
            return
        self._shown = wanted
        self._make(len(inside))
        for line, mark in zip(self._lines, inside, strict=False):
            line.setX(mark.t - base_s)
            line.setPen(self._quiet if mark.quiet else self._loud)
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(inside))
        if self._labelled:
            self._place_labels(inside if worded else (), end_s, base_s, pixel_s, top)

    def _place_labels(
        self, inside: tuple[Mark, ...], end_s: float, base_s: float, pixel_s: float, top: float
    ) -> None:
        free_s = float("-inf")
        for label in self._labels[len(inside) :]:
            label.hide()
        for label, mark in zip(self._labels, inside, strict=False):
            width_s = (self._metrics.horizontalAdvance(mark.label) + self._theme.px(12)) * pixel_s
            fits_right = mark.t + width_s <= end_s
            begin_s = mark.t if fits_right else mark.t - width_s
            has_room = bool(mark.label) and begin_s >= free_s
            label.setVisible(has_room)
            if not has_room:
                continue
            free_s = begin_s + width_s
            label.setText(mark.label)
            label.setAnchor((0, 0) if fits_right else (1, 0))
            label.setPos(mark.t - base_s, top)

    def _make(self, count: int) -> None:
        colours = self._theme.colours
        while len(self._lines) < count:
            line = QGraphicsLineItem(0, -FAR_VALUE, 0, FAR_VALUE)
            line.setZValue(3)
            self._box.addItem(line, ignoreBounds=True)
            self._lines.append(line)
            if self._labelled:
                label = pg.TextItem("", color=colours.text, fill=colours.panel)
                label.setFont(self._font)
                label.setZValue(4)
                self._box.addItem(label, ignoreBounds=True)
                self._labels.append(label)


def _drawn(
    marks: tuple[Mark, ...], begin_s: float, end_s: float, apart_s: float
) -> tuple[Mark, ...]:
    """The newest in view; of those that stand close together one."""
    first, last = (bisect_left(marks, t, key=lambda mark: mark.t) for t in (begin_s, end_s))
    found: list[Mark] = []
    free_s = {True: float("-inf"), False: float("-inf")}
    for mark in marks[first:last]:
        if mark.t >= free_s[mark.quiet]:
            found.append(mark)
            free_s[mark.quiet] = mark.t + apart_s
    loud = [mark for mark in found if not mark.quiet][-MOST:]
    quiet = [mark for mark in found if mark.quiet]
    kept = quiet[-(MOST - len(loud)) :] if len(loud) < MOST else []
    return tuple(sorted([*loud, *kept], key=lambda mark: mark.t))
