"""What can be done while one arranges the page? Close and open parts, reset, and be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Panel, button, show_tone
from livedesk.ui.feed.docks import Docks
from livedesk.ui.theme import Theme


class ArrangeBar(Panel):
    """A row above the parts; hidden otherwise."""

    def __init__(self, theme: Theme, docks: Docks) -> None:
        super().__init__(theme, tr("Arrange the parts"))
        self._docks = docks
        self.choices: dict[str, QPushButton] = {}
        self.reset = button(theme, tr("Reset"), tr("All parts in their usual places"))
        self.done = button(theme, tr("Done"), tr("Keep the parts where they are (Ctrl+L)"))
        show_tone(self.done, "main")
        words = ElidedText(theme, "small", theme.colours.muted)
        words.show_text(tr("Drag a title to move a part, double-click it for a window of its own."))
        row = QHBoxLayout(self)
        row.setContentsMargins(*(theme.px(n) for n in (10, 4, 6, 4)))
        row.setSpacing(theme.px(4))
        row.addWidget(words, 1)
        for name, dock in docks.parts.items():
            hint = tr("Show or close: {part}").format(part=dock.windowTitle())
            choice = button(theme, dock.windowTitle(), hint, segment=True)
            choice.clicked.connect(partial(self._toggle, name))
            row.addWidget(choice, 0, Qt.AlignmentFlag.AlignVCenter)
            self.choices[name] = choice
        row.addSpacing(theme.pad)
        row.addWidget(self.reset)
        row.addWidget(self.done)
        self.reset.clicked.connect(self._reset)
        self.done.clicked.connect(partial(docks.arrange, False))
        docks.arranging.connect(self.setVisible)
        docks.shown_changed.connect(self._show_choices)
        self._show_choices()
        self.hide()

    def _toggle(self, name: str) -> None:
        self._docks.show_part(name, not self._docks.is_open(name))

    def _reset(self) -> None:
        """The usual places are what was wanted, so arranging is over."""
        self._docks.reset()
        self._docks.arrange(False)
        self._docks.usual = True

    def _show_choices(self) -> None:
        for name, choice in self.choices.items():
            choice.setChecked(self._docks.is_open(name))
