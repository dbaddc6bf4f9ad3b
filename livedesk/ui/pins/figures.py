"""How fast were the pins of this session, and how is the way to the platform?"""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.looks import LIT
from livedesk.desk.model import StoreView
from livedesk.desk.pin_cards import (
    Figure,
    Line,
    catalogue_line,
    gateway_lines,
    latency_figures,
    not_shown_words,
)
from livedesk.desk.pins import PinsView
from livedesk.desk.words import number, tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Panel, Text, button
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

MOST_LINES = 6


class FigureCell(QWidget):
    """One figure under its name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.name = Text(theme, "small", theme.colours.muted)
        self.value = Text(theme, "value")
        self.unit = Text(theme, "small", theme.colours.muted)
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        row.addWidget(self.value, 0, Qt.AlignmentFlag.AlignBaseline)
        row.addWidget(self.unit, 1, Qt.AlignmentFlag.AlignBaseline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.name)
        column.addLayout(row)
        # Rows by baseline find their height late, and would move what stands below.
        self.setFixedHeight(theme.px(40))

    def show_figure(self, figure: Figure, stale: bool) -> None:
        colours = self._theme.colours
        self.name.show_text(figure.name)
        self.value.show_text(figure.value)
        self.unit.show_text(figure.unit)
        lit = figure.look in LIT and not stale
        quiet = stale or figure.look == "idle"
        colour = colours.faint if quiet else self._theme.colour(figure.look)
        self.value.set_colour(colour if lit or quiet else colours.text)
        self.setAccessibleName(f"{figure.name}: {figure.value} {figure.unit}".strip())


class LatencyPanel(Panel):
    """p50, p95, p99, share within the budget, and how many."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("From cue to read-back, this session"))
        px = theme.px
        self.title = ElidedText(theme, "caption", theme.colours.faint)
        self.others = Text(theme, "small", theme.colours.muted)
        self.cells: list[FigureCell] = [FigureCell(theme) for _ in range(5)]
        top, row = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.others)
        row.setSpacing(px(10))
        for cell in self.cells:
            row.addWidget(cell, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (14, 6, 14, 6)))
        column.setSpacing(px(2))
        column.addLayout(top)
        column.addLayout(row)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_pins(self, pins: PinsView) -> None:
        latency = pins.status.latency
        by_hand = not pins.status.gateway.can_pin
        end = tr("From cue to done by hand") if by_hand else tr("From cue to read-back")
        self.title.show_text(tr("{end}, this session").format(end=end).upper())
        figures = latency_figures(latency, pins.budget_ms, by_hand=by_hand)
        for cell, figure in zip(self.cells, figures, strict=True):
            cell.show_figure(figure, pins.stale)
        self.others.show_text(not_shown_words(latency))


class LineRow(QWidget):
    """A shape where something is wrong, a name and a value."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.mark = ShapeMark(theme, 14)
        self.name = Text(theme, "small", theme.colours.muted)
        self.name.setFixedWidth(theme.px(76))
        self.value = ElidedText(theme, "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self.mark)
        row.addWidget(self.name)
        row.addWidget(self.value, 1)

    def show_line(self, line: Line, stale: bool) -> None:
        look = "unknown" if stale else line.look
        self.mark.show_look(look)
        self.name.show_text(line.name)
        self.value.show_text(line.value)
        colours = self._theme.colours
        lit = look in LIT
        plain = colours.faint if stale else colours.text
        self.value.set_colour(self._theme.colour(look) if lit else plain)
        if line.hint:
            self.value.setToolTip(f"{line.value}\n{line.hint}")
        self.setAccessibleName(f"{line.name}: {line.value}. {line.hint}")


class WayPanel(Panel):
    """Gateway and catalogue, and what opens from here."""

    problems_asked = Signal()
    web_pad_asked = Signal()
    pad_asked = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Platform and catalogue"))
        self._zone = zone
        px = theme.px
        self.rows = [LineRow(theme) for _ in range(MOST_LINES)]
        self.problems = button(theme, "", tr("What in the catalogue cannot be used"))
        self.pad = button(theme, tr("Pad (Ctrl+P)"), tr("Open the host's pad on this machine"))
        self.web_pad = button(theme, tr("Web pad…"), tr("Let a phone or tablet in as a pad"))
        needs("pin", self.pad)
        needs("direct", self.web_pad)
        self.problems.clicked.connect(self.problems_asked)
        self.pad.clicked.connect(self.pad_asked)
        self.web_pad.clicked.connect(self.web_pad_asked)
        grid = QGridLayout()
        grid.setVerticalSpacing(px(2))
        for at, row in enumerate(self.rows):
            grid.addWidget(row, at, 0)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(6))
        buttons.addWidget(self.pad)
        buttons.addWidget(self.web_pad)
        buttons.addStretch(1)
        buttons.addWidget(self.problems)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (14, 8, 14, 8)))
        column.setSpacing(px(8))
        column.addLayout(grid)
        column.addLayout(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_pins(self, view: StoreView, pins: PinsView, source: str) -> None:
        status = pins.status
        lines = (*gateway_lines(view, status, self._zone), catalogue_line(view, status, source))
        for row in self.rows[len(lines) :]:
            row.hide()
        for row, line in zip(self.rows, lines, strict=False):
            row.show_line(line, pins.stale)
            row.show()
        count = status.product_problems
        self.problems.setVisible(count > 0)
        words = tr("1 problem…") if count == 1 else tr("{n} problems…").format(n=number(count))
        if words != self.problems.text():
            self.problems.setText(words)
