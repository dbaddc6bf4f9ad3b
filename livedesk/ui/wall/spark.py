"""How was the rate over the last minutes? A line without an axis, beside the line of its limit."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from livedesk.desk.series import Series, Values
from livedesk.ui.theme import Theme

HEADROOM = 1.15
"""The highest value stands a little under the edge."""

LIMITS_HIGH = 4.0
"""Of limits: a peak of catching up does not flatten the rest."""


def draw_spark(
    painter: QPainter,
    box: QRectF,
    series: Series,
    begin_s: float,
    end_s: float,
    limit: float,
    colour: str,
    theme: Theme,
) -> None:
    """Draw a series between two instants (Unix seconds) from 0 up; what is missing is a gap."""
    t, values = series.outline(begin_s, end_s, box.width())
    inside = (t >= begin_s) & (t <= end_s)
    t, values = t[inside], values[inside]
    known = values[~np.isnan(values)]
    top = max(limit, min(float(known.max()), LIMITS_HIGH * limit) if len(known) else 0.0, 1.0)
    top *= HEADROOM
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    y = box.bottom() - box.height() * limit / top
    painter.setPen(QPen(QColor(theme.colours.line), theme.px(1), Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
    if len(known) < 2:
        return
    painter.setPen(QPen(QColor(colour), theme.scale * 1.4))
    x = box.left() + (t - begin_s) / (end_s - begin_s) * box.width()
    height = box.bottom() - np.minimum(values, top) / top * box.height()
    for run in _runs(values):
        points = zip(x[run].tolist(), height[run].tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))


def _runs(values: Values) -> list[slice]:
    """Stretches without a gap."""
    known = np.concatenate(([False], ~np.isnan(values), [False]))
    edges = np.flatnonzero(known[1:] != known[:-1])
    return [slice(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
