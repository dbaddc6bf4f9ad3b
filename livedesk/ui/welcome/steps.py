"""What to type into the encoder, and how far the first show has come, as it happens."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.first_steps import Step, is_ready
from livedesk.desk.looks import LIT
from livedesk.desk.starting import Begun
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Text, button, show_tone
from livedesk.ui.shapes import ShapeMark, look_name
from livedesk.ui.theme import Theme


class CopyRow(QWidget):
    """A value that is typed elsewhere, with a button that copies it."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._value = ""
        self.name = Text(theme, "small", theme.colours.muted)
        self.name.show_text(name)
        self.value = ElidedText(theme, "strong")
        self.copy = button(theme, tr("Copy"), tr("Copy: {what}").format(what=name))
        self.copy.clicked.connect(self._copy)
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(theme.pad)
        row.addWidget(self.name, 0, 0)
        row.addWidget(self.value, 1, 0)
        row.addWidget(self.copy, 0, 1, 2, 1)
        row.setColumnStretch(0, 1)

    def show_value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.value.show_text(value)
            self.copy.setText(tr("Copy"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)
        self.copy.setText(tr("Copied"))


class StepRow(QWidget):
    """One step: shape, title, what was seen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: Step | None = None
        self.mark = ShapeMark(theme, 20)
        self.title = Text(theme, "strong")
        self.title.setWordWrap(True)
        self.text = Text(theme, "small", theme.colours.muted)
        self.text.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.pad)
        grid.setVerticalSpacing(0)
        grid.addWidget(self.mark, 0, 0)
        grid.addWidget(self.title, 0, 1)
        grid.addWidget(self.text, 1, 1)
        grid.setColumnStretch(1, 1)

    def show_step(self, step: Step) -> None:
        if step == self._shown:
            return
        self._shown = step
        colours = self._theme.colours
        self.mark.show_look(step.look, colours.good if step.look == "ok" else None)
        lit = step.look in LIT
        quiet = colours.faint if step.look == "idle" else colours.text
        self.title.show_text(step.title)
        self.title.set_colour(self._theme.colour(step.look) if lit else quiet)
        self.text.show_text(step.text)
        self.text.setVisible(bool(step.text))
        self.setAccessibleName(f"{step.title}. {step.text} {look_name(step.look)}")


class Progress(QWidget):
    """The encoder's two fields, the steps, and the ways on and back."""

    done = Signal()
    again = Signal()
    """Start the engine once more."""
    change = Signal()
    """Back to what was typed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.server = CopyRow(theme, tr("Server"))
        self.key = CopyRow(theme, tr("Stream key"))
        self.rows = [StepRow(theme) for _ in range(4)]
        self.note = Text(theme, "small", theme.colours.notice)
        self.note.setWordWrap(True)
        self.file = Text(theme, "small", theme.colours.muted)
        self.file.setWordWrap(True)
        self.go = button(theme, tr("Open the console"))
        self.go.clicked.connect(self.done)
        self.start_again = button(theme, tr("Start again"), tr("Start the engine again"))
        self.start_again.clicked.connect(self.again)
        self.start_again.hide()
        self.back = button(theme, tr("Change…"), tr("Change what was typed"))
        self.back.clicked.connect(self.change)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.pad)
        hint = Text(self._theme, "body", self._theme.colours.muted)
        hint.setWordWrap(True)
        hint.show_text(
            tr("Type this into your encoder (OBS: Settings, Stream, service Custom) and start its "
               "stream. What it sends goes on to the platform at once.")
        )  # fmt: skip
        column.addWidget(hint)
        column.addWidget(self.server)
        column.addWidget(self.key)
        for row in self.rows:
            column.addWidget(row)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addWidget(self.file)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addWidget(self.start_again)
        foot.addStretch(1)
        foot.addWidget(self.go)
        column.addLayout(foot)

    def show_begun(self, begun: Begun) -> None:
        self.server.show_value(begun.servers[0] if begun.servers else "")
        self.key.show_value(begun.store.encoder_key.reveal())
        others = begun.servers[1:]
        self.server.setToolTip(
            tr("Also reached at: {places}").format(places=", ".join(others)) if others else ""
        )
        self.note.show_text(begun.note)
        self.note.setVisible(bool(begun.note))
        if begun.file is not None:
            self.file.show_text(
                tr("Settings: {file}. More can be set there: see the examples.").format(
                    file=begun.file
                )
            )

    def show_steps(self, steps: tuple[Step, ...]) -> None:
        for row, step in zip(self.rows, steps, strict=True):
            row.show_step(step)
        ours = steps[:2]
        self.start_again.setVisible(any(step.look == "warning" for step in ours))
        show_tone(self.go, "main" if is_ready(steps) else "")
