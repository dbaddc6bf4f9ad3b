"""What does one uplink do? Its role as a shape at the left edge, its figures, its button."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedesk.core.figures import FIGURES
from livedesk.desk.looks import LIT
from livedesk.desk.uplinktiles import Tile, TileFigure
from livedesk.desk.words import NOTHING, tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button, plain_tip, show_tone
from livedesk.ui.shapes import draw_shape, look_name
from livedesk.ui.theme import Theme

GUTTER = 30
"""Pixels at the left in which the role stands as a shape."""

_MARK = 16


class TilePanel(Panel):
    """One uplink. The path that carries has a bright edge with an arrow; no other one has."""

    pressed = Signal(str)
    """The name of the uplink that somebody wants to carry."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, tr("Uplink {name}").format(name=name))
        self.setObjectName(f"uplink-{name}")
        self._theme = theme
        self._tile: Tile | None = None
        self._compact: bool | None = None
        colours = theme.colours
        self.title = Text(theme, "word")
        self.word = Text(theme, "strong", colours.muted)
        self.goodput = Text(theme, "value")
        self.unit = Text(theme, "small", colours.muted)
        push = button(theme, "", tr("Switch to {name}").format(name=name))
        self.push = needs("operate", push)
        self.sentence = ElidedText(theme, "body")
        self.brief = ElidedText(theme, "small", colours.muted)
        self.note = ElidedText(theme, "small", colours.faint)
        self._figures = QWidget()
        self._values: list[tuple[Text, Text]] = []
        """Label and value of each figure."""
        self.push.clicked.connect(self._pressed)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self.set_compact(False)

    def _lay_out(self) -> None:
        px = self._theme.px
        self._first, self._second = QHBoxLayout(), QHBoxLayout()
        for row in (self._first, self._second):
            row.setSpacing(px(8))
        self._first.addWidget(self.title, 0, Qt.AlignmentFlag.AlignBaseline)
        self._first.addStretch(1)
        self._first.addWidget(self.goodput, 0, Qt.AlignmentFlag.AlignBaseline)
        self._first.addWidget(self.unit, 0, Qt.AlignmentFlag.AlignBaseline)
        self._first.addWidget(self.push)
        self._second.addWidget(self.sentence, 1)
        self._grid = QGridLayout(self._figures)
        self._grid.setContentsMargins(0, px(2), 0, 0)
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(0)
        self.title.setMinimumHeight(px(28))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (GUTTER + 10, 3, 8, 4)))
        column.setSpacing(px(1))
        column.addLayout(self._first)
        column.addLayout(self._second)
        column.addWidget(self._figures)
        column.addWidget(self.brief)
        column.addWidget(self.note)

    def set_compact(self, compact: bool) -> None:
        """One of many: its figures in one line, its word before its sentence."""
        if compact == self._compact:
            return
        self._compact = compact
        self._figures.setVisible(not compact)
        self.brief.setVisible(compact)
        self.note.setVisible(not compact)
        if compact:
            self._second.insertWidget(0, self.word)
        else:
            self._first.insertWidget(1, self.word, 0, Qt.AlignmentFlag.AlignBaseline)

    @property
    def tile(self) -> Tile | None:
        return self._tile

    def show_tile(self, tile: Tile, stale: bool) -> None:
        if tile == self._tile:
            return
        self._tile = tile
        colours = self._theme.colours
        carries = tile.role == "carries"
        self.title.show_text(tile.name)
        self.word.show_text(tile.word)
        self.sentence.show_text(tile.sentence)
        self.goodput.show_text(tile.goodput)
        self.unit.show_text(FIGURES["goodput_kbps"].unit if tile.goodput != NOTHING else "")
        self.goodput.setVisible(carries)
        self.unit.setVisible(carries)
        self._show_figures(tile.figures, stale)
        self.note.show_text(tile.note)
        lit = tile.look in LIT
        self.title.set_colour(colours.faint if stale else colours.text)
        self.goodput.set_colour(colours.faint if stale else colours.text)
        plain = colours.text if carries and not stale else colours.muted
        self.word.set_colour(self._theme.colour(tile.look) if lit else plain)
        self.sentence.set_colour(colours.text if lit else colours.muted)
        edge = self._theme.colour(tile.look) if lit else colours.faint if carries else colours.line
        ground = self._theme.ground(tile.look) if lit else colours.raised
        self.set_frame(
            ground if lit or carries else colours.panel,
            edge,
            hatched=stale or tile.look == "unknown",
        )
        self.setAccessibleDescription(_spoken(tile))
        self.update()

    @property
    def compact(self) -> bool:
        return bool(self._compact)

    def show_button(self, text: str, name: str, blocked: str, *, armed: bool) -> None:
        """An empty text takes the button away; `blocked` is the reason in its tool tip."""
        self.push.setVisible(bool(text))
        if text != self.push.text():
            self.push.setText(text)
            self.push.setAccessibleName(name)
        self.push.setEnabled(not blocked)
        self.push.setToolTip(plain_tip(blocked or _press_hint()))
        show_tone(self.push, "armed" if armed else "")

    def _show_figures(self, figures: tuple[TileFigure, ...], stale: bool) -> None:
        if len(figures) != len(self._values):
            self._make_figures(len(figures))
        colours = self._theme.colours
        for (label, value), figure in zip(self._values, figures, strict=True):
            label.show_text(figure.label)
            label.setToolTip(figure.hint)
            value.setToolTip(figure.hint)
            value.show_text(figure.value)
            value.set_colour(colours.faint if stale else colours.text)
        known = [f"{f.brief} {f.value}" for f in figures if f.value != NOTHING]
        self.brief.show_text(" · ".join(known))

    def _make_figures(self, count: int) -> None:
        for place in range(count):
            label = Text(self._theme, "small", self._theme.colours.faint)
            value = Text(self._theme, "strong")
            self._grid.addWidget(label, 0, place)
            self._grid.addWidget(value, 1, place)
            self._grid.setColumnStretch(place, 1)
            self._values.append((label, value))

    def _pressed(self) -> None:
        if self._tile is not None:
            self.pressed.emit(self._tile.name)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if self._tile is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_role(painter, self._tile)
        painter.end()

    def _draw_role(self, painter: QPainter, tile: Tile) -> None:
        px, colours = self._theme.px, self._theme.colours
        gutter = QRectF(0.5, 0.5, px(GUTTER), self.height() - 1)
        shape, cut = QPainterPath(), QPainterPath()
        radius = px(6)
        shape.addRoundedRect(gutter.adjusted(0, 0, radius, 0), radius, radius)
        cut.addRect(gutter)
        lit = tile.look in LIT
        bright = tile.role == "carries" and not self.hatched
        signal = self._theme.colour(tile.look) if lit else colours.text
        painter.fillPath(shape.intersected(cut), QColor(signal if bright else colours.line))
        side = px(_MARK)
        box = QRectF((px(GUTTER) - side) / 2, (self.height() - side) / 2, side, side)
        if tile.role == "carries":
            ink = colours.on_signal if bright else colours.muted
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink))
            painter.drawPolygon(_arrow(box))
        else:
            draw_shape(painter, box, tile.look, self._theme)


def _arrow(box: QRectF) -> QPolygonF:
    """Out, to the platform."""
    tip = QPointF(box.right(), box.center().y())
    return QPolygonF([box.topLeft() + QPointF(1, 0), tip, box.bottomLeft() + QPointF(1, 0)])


def _spoken(tile: Tile) -> str:
    """A tile for a screen reader."""
    figures = (f"{figure.label} {figure.value}" for figure in tile.figures)
    goodput = f"{tile.goodput} kbps" if tile.goodput != NOTHING else ""
    said = (tile.word, look_name(tile.look), tile.sentence, goodput, *figures, tile.note)
    return ", ".join(filter(None, said))


def _press_hint() -> str:
    return tr("Press twice: the second press within 5 s switches (F8: to the next one).")
