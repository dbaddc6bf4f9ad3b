"""What happens if…? The sandbox's faults at a click, so that a newcomer learns by doing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDockWidget, QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.sandbox_client import faults
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button
from livedesk.ui.theme import Theme

WIDTH = 232


class BreakItDock(QDockWidget):
    """A button for each fault, one to heal, and a line about what was done last."""

    asked = Signal(object)
    """A `Fault` that somebody wants to see."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(tr("Break it"), parent)
        self.setObjectName("break-it")
        self.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        # The panel has a heading of its own, in line with the rest of the window.
        self.setTitleBarWidget(QWidget())
        self._theme = theme
        self._faults = faults()
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._clicked)
        self.outcome = self._words("")
        self.setWidget(self._column())

    def _column(self) -> QWidget:
        theme = self._theme
        inner = QWidget()
        inner.setFixedWidth(theme.px(WIDTH))
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(0, theme.px(10), theme.px(12), theme.px(2))
        panel = Panel(theme, self.windowTitle())
        outer.addWidget(panel)
        column = QVBoxLayout(panel)
        column.setContentsMargins(*(theme.px(12),) * 4)
        column.setSpacing(theme.px(8))
        heading = Text(theme, "title", theme.colours.sandbox)
        heading.show_text(self.windowTitle())
        column.addWidget(heading)
        column.addWidget(
            self._words(tr("The path to the platform is simulated. Spoil it and see what happens."))
        )
        for place, fault in enumerate(self._faults):
            if fault is self._faults[-1]:
                column.addSpacing(theme.pad)
            push = button(theme, fault.label, fault.hint)
            push.setObjectName(fault.name)
            push.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(push, place)
            column.addWidget(push)
        column.addWidget(self.outcome)
        column.addStretch(1)
        return inner

    def _words(self, text: str) -> Text:
        words = Text(self._theme, "small", self._theme.colours.muted)
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignTop)
        words.show_text(text)
        return words

    def _clicked(self, place: int) -> None:
        fault = self._faults[place]
        self.outcome.show_text(tr("{hint}.").format(hint=fault.hint))
        self.asked.emit(fault)
