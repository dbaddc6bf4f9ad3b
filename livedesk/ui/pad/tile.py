"""What does one product look like on the pad?"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPaintEvent, QPen

from livedesk.desk.pad import PadTile, Sign
from livedesk.desk.words import tr
from livedesk.ui.pad.look import (
    EDGE,
    FILLED,
    GROUND,
    MUTED,
    PRESSED_EDGE,
    RESTING,
    SMALL_PX,
    STRIP_PX,
    TEXT,
    TILE,
    TILE_PRESSED,
    TITLE_PX,
    Inks,
    font_of,
)
from livedesk.ui.pad.parts import TouchPart, centred, draw_words, square_at
from livedesk.ui.pad.shapes import draw_pad_shape

DIM = 0.4
"""How much of a picture is left where nothing can be fired."""


class TileWidget(TouchPart):
    """A product: its key, picture, title, price and state. A touch on it calls for it."""

    def __init__(self, number: int) -> None:
        super().__init__(tr("Empty"))
        self.number = number
        self.tile: PadTile | None = None
        self.note: Sign | None = None
        """What the last touch came to, in place of the state, for a moment."""
        self._image: QImage | None = None
        self._is_dim = False

    def show_tile(
        self, tile: PadTile | None, note: Sign | None, image: QImage | None, *, dim: bool
    ) -> None:
        """`dim`: nothing can be fired now."""
        same = (tile, note, dim) == (self.tile, self.note, self._is_dim)
        if same and image is self._image:
            return
        self.tile, self.note, self._image, self._is_dim = tile, note, image, dim
        spoken = tile.spoken if tile is not None else tr("Empty")
        name = spoken if note is None else f"{spoken}, {note.word}"
        if name != self.accessibleName():
            self.setAccessibleName(name)
        self.update()

    def title_px(self) -> int:
        return font_of(TITLE_PX, self.unit).pixelSize()

    @property
    def sign(self) -> Sign | None:
        """What the strip at the bottom tells."""
        if self.note is not None:
            return self.note
        if self.tile is None or not self.tile.sign.word:
            return None
        return self.tile.sign

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(GROUND))
        if self.tile is not None:
            self._paint(painter, self.tile)
        painter.end()

    def _paint(self, painter: QPainter, tile: PadTile) -> None:
        unit, box = self.unit, QRectF(self.rect()).adjusted(2, 2, -2, -2)
        shape = QPainterPath()
        shape.addRoundedRect(box, 12 * unit, 12 * unit)
        painter.save()
        painter.setClipPath(shape)
        painter.fillRect(box, QColor(TILE_PRESSED if self.is_pressed else TILE))
        strip_height = QFontMetricsF(font_of(STRIP_PX, unit)).height() + 8 * unit
        strip = QRectF(box.left(), box.bottom() - strip_height, box.width(), strip_height)
        self._paint_strip(painter, strip, tile)
        body = QRectF(box.left(), box.top(), box.width(), box.height() - strip_height)
        self._paint_body(painter, body.adjusted(12 * unit, 8 * unit, -12 * unit, 0), tile)
        painter.restore()
        colour, width = self._edge(tile)
        painter.setPen(QPen(QColor(colour), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)

    def _edge(self, tile: PadTile) -> tuple[str, float]:
        """The pressed one is told by its edge before anything else can be known."""
        if self.is_pressed:
            return PRESSED_EDGE, 5 * self.unit
        if tile.is_next and not self._is_dim:
            return FILLED["next"].ink, 3 * self.unit
        return EDGE, max(1.0, self.unit)

    def _inks(self, tile: PadTile, sign: Sign) -> Inks:
        at_rest = self.note is None and tile.refusal and not tile.is_flying
        return (RESTING if at_rest else FILLED)[sign.tone]

    def _paint_strip(self, painter: QPainter, strip: QRectF, tile: PadTile) -> None:
        unit, sign = self.unit, self.sign
        font = font_of(STRIP_PX, unit)
        left, right = strip.left() + 12 * unit, strip.right() - 12 * unit
        words = centred(strip, QFontMetricsF(font).height())
        if sign is None:
            self._paint_price(painter, words, left, right, tile, MUTED)
            return
        inks = self._inks(tile, sign)
        painter.fillRect(strip, QColor(inks.ground))
        side = strip.height() * 0.62
        draw_pad_shape(painter, square_at(left, strip.center().y(), side), sign.shape, inks.ink)
        left += side + 10 * unit
        figure = tile.figure if self.note is None else ""
        text = f"{sign.word} {figure}".strip()
        draw_words(painter, QRectF(left, words.top(), right - left, 0), text, font, inks.ink)
        left += QFontMetricsF(font).horizontalAdvance(text) + 16 * unit
        self._paint_price(painter, words, left, right, tile, inks.ink)

    def _paint_price(
        self, painter: QPainter, words: QRectF, left: float, right: float, tile: PadTile, ink: str
    ) -> None:
        """At the right, and only as a whole: a price that is cut off is another price."""
        font = font_of(STRIP_PX, self.unit, bold=False)
        needed = QFontMetricsF(font).horizontalAdvance(tile.price) + 1
        if tile.price and needed <= right - left:
            box = QRectF(right - needed, words.top(), needed, 0)
            draw_words(painter, box, tile.price, font, ink)

    def _paint_body(self, painter: QPainter, body: QRectF, tile: PadTile) -> None:
        unit = self.unit
        cap = self._paint_number(painter, body)
        left = cap.right() + 12 * unit
        if self._image is not None:
            side = min(body.height() - 8 * unit, body.width() * 0.34)
            self._paint_image(painter, QRectF(body.right() - side, body.top(), side, side))
            body = body.adjusted(0, 0, -side - 12 * unit, 0)
        room = QRectF(left, body.top(), body.right() - left, body.height())
        font = font_of(TITLE_PX, unit)
        colour = MUTED if tile.refusal or self._is_dim else TEXT
        height = draw_words(painter, room, tile.title, font, colour, lines=2)
        small = font_of(SMALL_PX, unit, bold=False)
        rest = room.adjusted(0, height + 2 * unit, 0, 0)
        if tile.refusal and rest.height() >= QFontMetricsF(small).height():
            rows = max(1, int(rest.height() // QFontMetricsF(small).height()))
            draw_words(painter, rest, tile.refusal, small, RESTING["bad"].ink, lines=min(2, rows))

    def _paint_number(self, painter: QPainter, body: QRectF) -> QRectF:
        """The key that fires it, as a key."""
        unit = self.unit
        cap = QRectF(body.left(), body.top() + 2 * unit, 40 * unit, 40 * unit)
        painter.setPen(QPen(QColor(MUTED), max(1.0, 1.5 * unit)))
        painter.setBrush(QColor(GROUND))
        painter.drawRoundedRect(cap, 7 * unit, 7 * unit)
        painter.setFont(font_of(TITLE_PX, unit))
        painter.setPen(QColor(TEXT))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, str(self.number))
        return cap

    def _paint_image(self, painter: QPainter, box: QRectF) -> None:
        assert self._image is not None
        size = self._image.size().toSizeF()
        size.scale(box.size(), Qt.AspectRatioMode.KeepAspectRatio)
        at = QRectF(0, 0, size.width(), size.height())
        at.moveCenter(box.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(
            DIM if self._is_dim or (self.tile is not None and self.tile.refusal) else 1.0
        )
        painter.drawImage(at, self._image)
        painter.setOpacity(1.0)
