"""How much of the time for an item is used up? A bar, a figure and a shape that turn together."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from livedesk.desk.looks import LIT, Look
from livedesk.desk.queue_view import AgeStep
from livedesk.ui.theme import Theme

NOTCHES = (0.5, 0.8)
"""Where the bar turns before it is full."""

_LOOKS: dict[AgeStep, Look] = {0: "idle", 50: "notice", 80: "warning", 100: "critical"}


def age_look(step: AgeStep) -> Look:
    """Grey while there is time, then one louder at each step."""
    return _LOOKS[step]


def draw_age(
    painter: QPainter, box: QRectF, share: float | None, step: AgeStep, theme: Theme
) -> None:
    """The bar alone; its box is as wide as the whole target. A full one is hatched, so that it is
    not its colour alone that tells it from one that is nearly full."""
    colours = theme.colours
    look = age_look(step)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(box, QColor(colours.line))
    if share is None:
        return
    used = QRectF(box.left(), box.top(), box.width() * min(1.0, share), box.height())
    painter.fillRect(used, QColor(theme.colour(look) if look in LIT else colours.muted))
    if step == 100:
        painter.fillRect(used, QBrush(QColor(colours.on_signal), Qt.BrushStyle.BDiagPattern))
    painter.setPen(QPen(QColor(colours.ground), theme.px(1)))
    for notch in NOTCHES:
        x = round(box.left() + box.width() * notch) + 0.5
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
