"""How are the axes of the plots labelled? Show time or wall clock below, plain figures beside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from math import ceil

import pyqtgraph as pg

from livedesk.desk.words import number, show_clock
from livedesk.ui.theme import Theme

_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_LABEL_PX = 84
FIGURES_WIDTH = 54
"""Of a value axis: plots below one another begin at the same place."""

EDGE_SHARE = 0.35


class TimeAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Seconds since `base_s` (Unix time), labelled as time into the show or as the time of day."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__("bottom")
        self._zone = zone
        self._label_px = theme.px(_LABEL_PX)
        self._base_s = 0.0
        self._wall = True
        style_axis(self, theme)

    def show_time(self, base_s: float, wall: bool) -> None:
        if (base_s, wall) != (self._base_s, self._wall):
            self._base_s, self._wall = base_s, wall
            self.picture = None
            self.update()

    def tickValues(  # noqa: N802 - pyqtgraph's name
        self, low: float, high: float, size: float
    ) -> list[tuple[float, list[float]]]:
        """Whole steps of the clock that is shown, far enough apart for their labels."""
        wanted_s = (high - low) * self._label_px / max(size, 1.0)
        step_s = next((step for step in _STEPS_S if step >= wanted_s), _STEPS_S[-1])
        offset_s = self._clock_offset_s() % step_s if self._wall else 0.0
        first = ceil((low + offset_s) / step_s)
        count = max(0, int((high + offset_s) // step_s) - first + 1)
        ticks = [(first + n) * step_s - offset_s for n in range(count)]
        # A tick so near the edge that its label has no room would stand there without one.
        edge = (high - low) * self._label_px * EDGE_SHARE / max(size, 1.0)
        return [(step_s, [tick for tick in ticks if low + edge <= tick <= high - edge])]

    def tickStrings(  # noqa: N802 - pyqtgraph's name
        self, values: Sequence[float], _scale: float, _spacing: float
    ) -> list[str]:
        if not self._wall:
            return [show_clock(round(value)) for value in values]
        return [self._at(value).strftime("%H:%M:%S") for value in values]

    def _at(self, value: float) -> datetime:
        return datetime.fromtimestamp(round(self._base_s + value), UTC).astimezone(self._zone)

    def _clock_offset_s(self) -> float:
        """What to add to a position for the local time of day."""
        shift = self._at(0.0).utcoffset()
        return self._base_s + (shift.total_seconds() if shift else 0.0)


class FigureAxis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Plain figures with thousands separators and a true minus sign."""

    def __init__(self, theme: Theme, *, signed: bool = False) -> None:
        super().__init__("left")
        self._signed = signed
        style_axis(self, theme)
        self.setWidth(theme.px(FIGURES_WIDTH))

    def tickStrings(  # noqa: N802 - pyqtgraph's name
        self, values: Sequence[float], _scale: float, _spacing: float
    ) -> list[str]:
        return [number(value, signed=self._signed) for value in values]

    def name_values(self, values: Sequence[float]) -> None:
        """Label just these."""
        self.setTicks([[(value, number(value, signed=self._signed)) for value in values]])


def style_axis(axis: pg.AxisItem, theme: Theme) -> None:
    axis.setPen(theme.colours.line)
    axis.setTextPen(theme.colours.muted)
    axis.setStyle(tickFont=theme.font("small"), tickLength=-theme.px(4), hideOverlappingLabels=True)
