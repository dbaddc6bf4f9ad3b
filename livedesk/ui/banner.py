"""What is wrong, since when, what to do? Its room is always there, so that nothing jumps.

While nothing is wrong the room says so, and what stands against going on air.
"""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from livedesk.core.clock import NS_PER_S
from livedesk.desk.alarm_list import AlarmKey
from livedesk.desk.issues import GoLine
from livedesk.desk.looks import LIT
from livedesk.desk.troubles import Trouble
from livedesk.desk.words import span, tr, wall_clock
from livedesk.ui.basics import ElidedText, Panel, Text, button
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

ROWS = 3
"""More than three at once are not read; the rest is counted."""

HEIGHT = 50

LEAST = 420
"""Pixels at scale 1: of one trouble, so that its cause can be read."""

_SHARES = (3, 2, 2)
"""Alarms stand side by side, the loudest with the most room."""


class TroubleRow(Panel):
    """One trouble: shape, cause, since when, what to do, and that somebody has seen it."""

    acknowledged = Signal(object)
    """Somebody has seen this alarm, an `AlarmKey`."""
    asked = Signal(object)
    """Somebody wants to know more of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Alarm"))
        self._theme = theme
        self._shown: tuple[Trouble, str] | None = None
        self.mark = ShapeMark(theme, 24)
        self.cause = ElidedText(theme, "title")
        self.action = ElidedText(theme, "body", theme.colours.text)
        self.since = Text(theme, "small", theme.colours.muted)
        self.seen = button(theme, tr("Seen"), tr("Acknowledge the first (Ctrl+K)"), segment=True)
        self.seen.setCheckable(False)
        self.seen.clicked.connect(self._acknowledge)
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (12, 4, 12, 4)))
        grid.setHorizontalSpacing(theme.pad)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.mark, 0, 0, 2, 1)
        grid.addWidget(self.cause, 0, 1)
        grid.addWidget(self.since, 0, 2)
        grid.addWidget(self.action, 1, 1, 1, 2)
        grid.addWidget(self.seen, 0, 3, 2, 1)
        grid.setColumnStretch(1, 1)

    @property
    def key(self) -> AlarmKey | None:
        """Of the alarm that nobody has acknowledged; None where there is none to acknowledge."""
        trouble = None if self._shown is None else self._shown[0]
        return None if trouble is None or trouble.quiet else trouble.key

    def _acknowledge(self) -> None:
        if self.key is not None:
            self.acknowledged.emit(self.key)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        trouble = None if self._shown is None else self._shown[0]
        if trouble is not None and trouble.key is not None:
            self.asked.emit(trouble.key)
        super().mousePressEvent(event)

    def show_trouble(self, trouble: Trouble, since: str) -> None:
        if (trouble, since) == self._shown:
            return
        before, self._shown = self._shown, (trouble, since)
        self.seen.setVisible(self.key is not None)
        cause = f"{trouble.store}: {trouble.cause}" if trouble.store else trouble.cause
        self.mark.show_look(trouble.look)
        self.cause.show_text(cause)
        self.action.show_text(trouble.action)
        self.since.show_text(since)
        self.setAccessibleDescription(f"{cause}. {since}. {trouble.action}")
        if before is None or (before[0].look, before[0].quiet) != (trouble.look, trouble.quiet):
            self._colour(trouble)

    def _colour(self, trouble: Trouble) -> None:
        """One that somebody has seen keeps its shape and its bar; nothing else of it is lit."""
        colours, colour = self._theme.colours, self._theme.colour(trouble.look)
        ground = colours.panel if trouble.quiet else self._theme.ground(trouble.look)
        self.cause.set_colour(colours.text if trouble.quiet else colour)
        self.action.set_colour(colours.muted if trouble.over or trouble.quiet else colours.text)
        self.set_frame(ground, colours.line if trouble.quiet else colour, self._theme.px(5))


class GoRow(Panel):
    """The line for the calm: no alarm, and whether settings stand against going on air."""

    asked = Signal()
    """Somebody wants to see the list of issues."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Go or no-go"))
        self._theme = theme
        self._shown: GoLine | None = None
        self.mark = ShapeMark(theme, 18)
        self.text = ElidedText(theme, "strong")
        self.show_list = button(theme, tr("Show list"), tr("Show what to change (I)"))
        self.show_list.clicked.connect(self.asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (15, 4, 8, 4)))
        row.setSpacing(theme.pad)
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)
        row.addWidget(self.show_list)
        self.show_list.hide()

    def show_line(self, line: GoLine) -> None:
        if line == self._shown:
            return
        self._shown = line
        colours = self._theme.colours
        lit = line.look in LIT
        colour = self._theme.colour(line.look)
        self.mark.show_look(line.look)
        # A shape without words would be a riddle.
        self.mark.setVisible(bool(line.text))
        self.text.show_text(line.text)
        self.text.set_colour(colour)
        self.show_list.setVisible(line.issues)
        self.setAccessibleDescription(f"{line.text}, {look_name(line.look)}")
        # Calm is no panel: a frame around "no alarms" would be one more thing to read.
        ground = self._theme.ground(line.look) if lit else colours.ground
        edge = colour if lit else colours.ground
        self.set_frame(ground, edge, self._theme.px(5) if lit else 0)


class Banner(QWidget):
    """The loudest troubles and how many more there are; without any, the line for the calm."""

    acknowledged = Signal(object)
    """Somebody has seen an alarm, an `AlarmKey`."""
    asked = Signal(object)
    """Somebody wants to see an alarm, an `AlarmKey`; None: all of them."""

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._zone = zone
        self.rows = [TroubleRow(theme) for _ in range(ROWS)]
        self.more = button(theme, "", tr("Open the list of alarms (F6)"), segment=True)
        self.more.setCheckable(False)
        self.more.clicked.connect(partial(self.asked.emit, None))
        self.go = GoRow(theme)
        self._can_act = True
        self._least = theme.px(LEAST)
        line = QHBoxLayout()
        line.setSpacing(theme.px(4))
        for row, share in zip(self.rows, _SHARES, strict=True):
            line.addWidget(row, share)
            row.hide()
            row.acknowledged.connect(self.acknowledged)
            row.asked.connect(self.asked)
        line.addWidget(self.go, 1)
        line.addWidget(self.more)
        self.more.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        self.setFixedHeight(theme.px(HEIGHT))

    @property
    def alarmed(self) -> bool:
        return self.rows[0].isVisibleTo(self)

    def allow(self, *, may: bool, why_not: str) -> None:
        """Whether who sits here may acknowledge; otherwise the buttons say why not."""
        for row in self.rows:
            row.seen.setEnabled(may)
            row.seen.setToolTip(row.seen.accessibleName() if may else why_not)
        self._can_act = may

    def acknowledge_first(self) -> None:
        """The loudest that nobody has seen."""
        key = next((row.key for row in self.rows if row.isVisibleTo(self) and row.key), None)
        if key is not None and self._can_act:
            self.acknowledged.emit(key)

    def show_troubles(
        self, troubles: tuple[Trouble, ...], calm: GoLine, utc_ns: int, shelved: int = 0
    ) -> None:
        """`shelved`: how many were put aside, and so are not among the troubles."""
        for row, trouble in zip(self.rows, troubles, strict=False):
            row.show_trouble(trouble, self._since(trouble, utc_ns, brief=len(troubles) > 1))
        room = min(ROWS, max(1, self.width() // self._least))
        for place, row in enumerate(self.rows):
            row.setVisible(place < min(room, len(troubles)))
        self._show_more(troubles[room:], shelved)
        self.go.setVisible(not troubles)
        self.go.show_line(calm)

    def _show_more(self, hidden: tuple[Trouble, ...], shelved: int) -> None:
        more = tr("{n} more").format(n=len(hidden)) if hidden else ""
        aside = tr("{n} shelved").format(n=shelved) if shelved else ""
        self.more.setVisible(bool(more or aside))
        text = "\n".join(filter(None, (more, aside)))
        if text != self.more.text():
            self.more.setText(text)
            self.more.setAccessibleDescription(text)
            self.more.setToolTip("\n".join(trouble.cause for trouble in hidden))

    def _since(self, trouble: Trouble, utc_ns: int, *, brief: bool) -> str:
        """Where alarms share the room, how long is said and not since when."""
        if trouble.since_utc_ns is None:
            return ""
        if trouble.over:
            began = tr("began {time}").format(time=wall_clock(trouble.since_utc_ns, self._zone))
            return "" if brief else began
        lasted = span((utc_ns - trouble.since_utc_ns) / NS_PER_S)
        if brief:
            return lasted
        text = tr("since {time} · {span}").format(
            time=wall_clock(trouble.since_utc_ns, self._zone), span=lasted
        )
        if trouble.acknowledged_by:
            text = f"{text} · {tr('seen by {name}').format(name=trouble.acknowledged_by)}"
        return text
