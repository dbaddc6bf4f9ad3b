"""The lines of the check: what was looked at, what was found, what to do; and what is waived."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.desk.check_words import LineRow
from livedesk.desk.looks import LIT
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button, discard, keep_room
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme

TITLE_PX = 150
WORD_PX = 80


class LinePanel(Panel):
    """One line: shape, title, word, what was found; what to do, and a switch to take it on."""

    waived = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "")
        self._theme = theme
        self._shown: LineRow | None = None
        colours = theme.colours
        self.mark = ShapeMark(theme, 18)
        self.title = Text(theme, "strong")
        self.word = Text(theme, "body", colours.muted)
        self.text = Text(theme, "body")
        self.action = Text(theme, "body", colours.muted)
        self.waive = button(theme, tr("Waive"), segment=True)
        for wrapped in (self.title, self.text, self.action):
            wrapped.setWordWrap(True)
        self.title.setFixedWidth(theme.px(TITLE_PX))
        self.word.setFixedWidth(theme.px(WORD_PX))
        keep_room(self.waive)
        self.waive.toggled.connect(self._toggled)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lay_out()

    def _lay_out(self) -> None:
        theme = self._theme
        grid = QGridLayout(self)
        grid.setContentsMargins(*(theme.px(n) for n in (12, 2, 8, 4)))
        grid.setHorizontalSpacing(theme.pad)
        grid.setVerticalSpacing(theme.px(2))
        grid.addWidget(self.mark, 0, 0)
        grid.addWidget(self.title, 0, 1)
        grid.addWidget(self.word, 0, 2)
        grid.addWidget(self.text, 0, 3)
        grid.addWidget(self.action, 1, 3)
        grid.addWidget(self.waive, 0, 4)
        grid.setColumnStretch(3, 1)

    @property
    def line(self) -> LineRow | None:
        return self._shown

    def show_line(self, line: LineRow, *, waive: bool, may: bool, why_not: str) -> None:
        self.waive.setVisible(line.can_waive)
        self.waive.setEnabled(may)
        hint = tr("Take {title} on in your name (Space)").format(title=line.title)
        self.waive.setToolTip(hint if may else why_not)
        self.waive.setAccessibleName(hint)
        if self.waive.isChecked() != waive:
            self.waive.blockSignals(True)
            self.waive.setChecked(waive)
            self.waive.blockSignals(False)
        if line == self._shown:
            return
        self._shown = line
        self.mark.show_look(line.look)
        self.title.show_text(line.title)
        self.word.show_text(line.word)
        self.text.show_text(line.text)
        self.action.show_text(line.action)
        self.action.setVisible(bool(line.action))
        self._dress(line)
        self.setAccessibleName(f"{line.title}: {line.word}")
        spoken = (look_name(line.look), line.text, line.action)
        self.setAccessibleDescription(". ".join(filter(None, spoken)))

    def _dress(self, line: LineRow) -> None:
        colours, is_lit = self._theme.colours, line.look in LIT
        colour = self._theme.colour(line.look)
        self.word.set_colour(colour)
        quiet = colours.faint if line.look == "idle" else colours.muted
        self.title.set_colour(colours.text if is_lit or line.look == "unknown" else quiet)
        self.text.set_colour(colours.text if is_lit or line.look == "unknown" else quiet)
        self.set_frame(
            self._theme.ground(line.look),
            colour if is_lit else colours.panel,
            self._theme.px(5) if is_lit else 0,
            hatched=line.look == "unknown",
        )

    def _toggled(self, on: bool) -> None:
        if self._shown is not None:
            self.waived.emit(self._shown.id, on)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Space and self.waive.isVisible() and self.waive.isEnabled():
            self.waive.toggle()
            return
        super().keyPressEvent(event)


class LineList(QScrollArea):
    """All lines below one another; arrows go from one to the next."""

    waived = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.panels: list[LinePanel] = []
        self.setAccessibleName(tr("Lines of the check"))
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, theme.px(4), 0)
        self._column.setSpacing(theme.px(2))
        self._column.addStretch(1)
        self.setWidget(inside)

    def show_lines(
        self, lines: tuple[LineRow, ...], waive: frozenset[str], *, may: bool, why_not: str
    ) -> None:
        while len(self.panels) < len(lines):
            self._add()
        while len(self.panels) > len(lines):
            discard(self.panels.pop())
        for panel, line in zip(self.panels, lines, strict=True):
            panel.show_line(line, waive=line.id in waive, may=may, why_not=why_not)

    def _add(self) -> None:
        panel = LinePanel(self._theme)
        panel.waived.connect(self.waived)
        panel.installEventFilter(self)
        self._column.insertWidget(len(self.panels), panel)
        self.panels.append(panel)

    def focus_list(self) -> None:
        """The first line that stands against the show, else the first."""
        lines = [panel for panel in self.panels if panel.line is not None]
        against = [panel for panel in lines if panel.line is not None and panel.line.can_waive]
        for panel in (*against, *lines)[:1]:
            panel.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and isinstance(watched, LinePanel) and watched in self.panels:
                self._go(self.panels.index(watched) + step)
                return True
        return super().eventFilter(watched, event)

    def _go(self, place: int) -> None:
        panel = self.panels[max(0, min(place, len(self.panels) - 1))]
        panel.setFocus()
        self.ensureWidgetVisible(panel)
