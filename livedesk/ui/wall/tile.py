"""What does one store look like on the wall? Shape, name and state; the rate; four figures.

Drawn as a whole: forty tiles of a dozen labels each would cost more to lay out than to look at.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)

from livedesk.desk.looks import LIT, Look
from livedesk.desk.plots import FEED, StorePlots
from livedesk.desk.wall import SPARK_S, Fact, WallTile
from livedesk.desk.words import NOTHING
from livedesk.ui.basics import Panel, plain_tip
from livedesk.ui.shapes import draw_shape, look_name
from livedesk.ui.theme import Role, Theme
from livedesk.ui.wall.spark import draw_spark

USUAL = 256, 138
"""A tile in pixels at scale 1: twenty of them fill a screen of 1366 × 768."""

LEAST = 176, 92
"""The smallest tile whose name can be read."""

CAPTIONS_FROM = 128
"""Pixels of height at scale 1 from which figures have their names above them."""

SHARES = (0.23, 0.25, 0.25, 0.27)
"""Of a tile's width, for uplink, skew, pin and queue: `primary`, `−200 ms`, `1,234 ms` and
`12 · 0:45` fit at the usual size."""

SPREAD = 4
"""Parts of a second over which the tiles draw their figures: twenty at once hold up the window for
60 ms."""

LARGER = (1.0, 1.25, 1.5, 2.0, 2.5)
"""Where there is room a tile is drawn larger, to be read from further away."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def magnified(theme: Theme, width: int, height: int) -> Theme:
    """The theme at the size that suits a tile of so many pixels."""
    fits = min(width / theme.px(USUAL[0]), height / theme.px(USUAL[1]))
    return replace(theme, scale=theme.scale * max(n for n in LARGER if n <= max(fits, 1.0)))


class TilePanel(Panel):
    """One tile. It repaints when its state changes, and its figures once a second."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, store: str) -> None:
        super().__init__(theme, store)
        self._base = theme
        self._theme = theme
        self._store = store
        self._plots: StorePlots | None = None
        self._now_s = 0.0
        self._shown: WallTile | None = None
        self._second = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def store(self) -> str:
        return self._store

    @property
    def shown(self) -> WallTile | None:
        return self._shown

    def show_tile(self, shown: WallTile, plots: StorePlots, now_s: float) -> None:
        """`now_s`: Unix seconds. Figures that change four times a second cannot be read, so they
        stand for a second; what is wrong shows at once."""
        before = self._shown
        is_news = before is None or _state(before) != _state(shown)
        second = int(now_s + shown.number % SPREAD / SPREAD)
        if not is_news and second == self._second:
            return
        self._shown, self._plots, self._now_s, self._second = shown, plots, now_s, second
        if is_news:
            self._tell(shown)
        self.update()

    def _tell(self, shown: WallTile) -> None:
        colours = self._base.colours
        lit = shown.look in LIT
        colour = self._base.colour(shown.look)
        # What somebody has seen keeps its colour and no longer calls.
        calls = lit and shown.need != "seen"
        ground = self._base.ground(shown.look) if calls else colours.panel
        edge = colour if calls else colours.line
        bar = self._base.px(5) if lit else 0
        self.set_frame(ground, edge, bar, hatched=shown.look == "unknown" and shown.need != "off")
        self.setAccessibleName(f"{shown.number}: {shown.name}")
        self.setAccessibleDescription(f"{shown.told}, {look_name(shown.look)}")
        self.setToolTip(plain_tip(shown.told))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._theme = magnified(self._base, self.width(), self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self._store)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys are the page's: it knows what stands beside."""
        event.ignore()

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if self._shown is None:
            return
        painter = QPainter(self)
        px = self._theme.px
        room = QRectF(self.rect()).adjusted(px(12), px(8), -px(10), -px(8))
        room = self._draw_head(painter, room, self._shown)
        room = self._draw_facts(painter, room, self._shown)
        self._draw_rate(painter, room, self._shown)
        painter.end()

    def _draw_head(self, painter: QPainter, room: QRectF, shown: WallTile) -> QRectF:
        """Shape, name and number, and the state below; returns what room is left."""
        theme, px = self._theme, self._theme.px
        lines = self._height("strong"), self._height("small")
        side = px(20)
        mark = QRectF(room.left(), room.top() + (sum(lines) - side) / 2, side, side)
        draw_shape(painter, mark, shown.look, theme)
        line = QRectF(room.left() + side + px(8), room.top(), 0, lines[0])
        line.setRight(room.right())
        colours = theme.colours
        number = self._text(painter, line, f"{shown.number}", "small", colours.faint, _RIGHT)
        line.setRight(room.right() - number - px(6))
        calm = colours.muted if shown.need == "off" else colours.text
        self._text(painter, line, shown.name, "strong", calm)
        line = QRectF(line.left(), line.bottom(), room.right() - line.left(), lines[1])
        words = " · ".join(filter(None, (shown.word, shown.alarm)))
        if shown.look not in LIT and shown.clock:
            clock = self._text(painter, line, shown.clock, "small", colours.muted, _RIGHT)
            line.setRight(line.right() - clock - px(6))
        self._text(painter, line, words, "small", theme.colour(shown.look))
        return room.adjusted(0, sum(lines) + px(4), 0, 0)

    def _draw_facts(self, painter: QPainter, room: QRectF, shown: WallTile) -> QRectF:
        """The figures in one row at the foot; returns what room is left above. A small tile has no
        names for them, so it shows those that there are, each as wide as it is."""
        captions = self.height() >= self._theme.px(CAPTIONS_FROM)
        tall = self._height("small") + (self._height("caption") if captions else 0.0)
        box = QRectF(room.left(), room.bottom() - tall, 0.0, tall)
        metrics, gap = QFontMetricsF(self._theme.font("small")), self._theme.px(10)
        for fact, share in zip(shown.facts, SHARES, strict=True):
            if captions:
                width = room.width() * share
            elif fact.value == NOTHING:
                continue
            else:
                width = metrics.horizontalAdvance(fact.value) + gap
            box.setWidth(min(width, room.right() - box.left()))
            self._draw_fact(painter, box, fact, captions, shown.stale)
            box.moveLeft(box.right())
        return room.adjusted(0, 0, 0, -tall - self._theme.px(4))

    def _draw_fact(
        self, painter: QPainter, box: QRectF, fact: Fact, captions: bool, stale: bool
    ) -> None:
        colours, gap = self._theme.colours, self._theme.px(6)
        line = box.adjusted(0, 0, -gap, 0)
        if captions:
            line.setHeight(self._height("caption"))
            self._text(painter, line, fact.label, "caption", colours.faint)
            line = QRectF(line.left(), line.bottom(), line.width(), self._height("small"))
        colour = colours.faint if stale else self._fact_colour(fact.look)
        self._text(painter, line, fact.value, "small", colour)

    def _fact_colour(self, look: Look) -> str:
        return self._theme.colour(look) if look in LIT else self._theme.colours.muted

    def _draw_rate(self, painter: QPainter, room: QRectF, shown: WallTile) -> None:
        """The spark line with its newest figure at its end."""
        theme = self._theme
        if room.height() < theme.px(12) or self._plots is None:
            return
        width = QFontMetricsF(theme.font("small")).horizontalAdvance("00,000 kbps")
        figure = QRectF(room.right() - width, room.top(), width, room.height())
        colour = theme.colours.faint if shown.stale else theme.colours.text
        self._text(painter, figure, shown.rate, "small", colour, _RIGHT)
        line = room.adjusted(0, theme.px(1), -width - theme.px(8), -theme.px(1))
        begin_s, series = self._now_s - SPARK_S, self._plots[FEED]
        curve = theme.colours.faint if shown.stale else theme.colours.muted
        draw_spark(painter, line, series, begin_s, self._now_s, shown.limit_kbps, curve, theme)

    def _height(self, role: Role) -> float:
        return QFontMetricsF(self._theme.font(role)).height()

    def _text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        role: Role,
        colour: str,
        place: Qt.AlignmentFlag = _LEFT,
    ) -> float:
        """Draw a line that ends in an ellipsis where its room does; returns its width."""
        font = self._theme.font(role)
        metrics = QFontMetricsF(font)
        fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.drawText(box, place | Qt.TextFlag.TextSingleLine, fitting)
        return metrics.horizontalAdvance(fitting)


def _state(shown: WallTile) -> tuple[object, ...]:
    """What shows at once when it changes."""
    return shown.number, shown.name, shown.need, shown.look, shown.word, shown.stale
