"""What do viewers see? The newest picture, greyed with its age when it is old."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent

from livedesk.desk.previews import Preview
from livedesk.desk.words import age, tr
from livedesk.ui.basics import Panel
from livedesk.ui.theme import Theme

RATIO = 16 / 9


def picture_height(width: int) -> int:
    """The panel's height for a 16:9 picture inside its one-pixel frame."""
    return round((width - 2) / RATIO) + 2


class PreviewPanel(Panel):
    """A picture in a 16:9 frame, or words about why there is none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Preview"))
        self._theme = theme
        self._jpeg: bytes | None = None
        self._image = QImage()
        self._stale = ""
        self._words = ""

    @property
    def words(self) -> str:
        return self._words

    def show_preview(self, preview: Preview | None, cut_off: bool, words: str) -> None:
        """`cut_off`: no newer picture can come now; `words` stand where there is no picture."""
        jpeg = preview.picture.jpeg if preview else None
        old = preview is not None and (preview.stale or cut_off)
        stale = tr("{age} old").format(age=age(preview.age_s)) if preview and old else ""
        if (jpeg, stale, words) == (self._jpeg, self._stale, self._words):
            return
        if jpeg != self._jpeg:
            self._image = QImage.fromData(jpeg) if jpeg else QImage()
        self._jpeg, self._stale, self._words = jpeg, stale, words
        self.setAccessibleDescription(stale or words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        room = self.rect().adjusted(1, 1, -1, -1)
        if self._image.isNull():
            self._draw_words(painter, room)
        else:
            self._draw_picture(painter, room)
        painter.end()

    def _draw_picture(self, painter: QPainter, room: QRect) -> None:
        size = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(room.topLeft(), size)
        place.moveCenter(room.center())
        painter.fillRect(room, QColor("black"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        image = self._image
        if self._stale:
            image = image.convertToFormat(QImage.Format.Format_Grayscale8)
        painter.drawImage(place, image)
        if self._stale:
            painter.fillRect(place, QColor(self._theme.colours.veil))
            self._draw_tag(painter, room, self._stale)

    def _draw_tag(self, painter: QPainter, room: QRect, text: str) -> None:
        painter.setFont(self._theme.font("strong"))
        painter.setPen(QColor(self._theme.colours.text))
        painter.drawText(QRectF(room), Qt.AlignmentFlag.AlignCenter, text)

    def _draw_words(self, painter: QPainter, room: QRect) -> None:
        painter.setFont(self._theme.font("body"))
        painter.setPen(QColor(self._theme.colours.muted))
        inner = QRectF(room.adjusted(*(self._theme.px(n) for n in (16, 8, -16, -8))))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inner, int(flags), self._words)
