"""What happens if…? The sandbox's faults at a click, so that a newcomer learns by doing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDockWidget,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from livedesk.desk.sandbox_client import Fault, FaultGroup, faults
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button
from livedesk.ui.theme import Theme

WIDTH = 238
SHORT = 11
"""Two buttons stand side by side where neither has a longer text."""


def _headings() -> tuple[tuple[FaultGroup, str], ...]:
    return (
        ("path", tr("Path to the platform")),
        ("encoder", tr("Encoder")),
        ("media", tr("Picture and sound")),
        ("shop", tr("Shop")),
        ("chat", tr("Chat and rules")),
    )


def rows(offered: tuple[Fault, ...]) -> list[tuple[Fault, ...]]:
    """One button a row, two where both are short."""
    found: list[tuple[Fault, ...]] = []
    for fault in offered:
        last = found[-1] if found else ()
        is_pair = len(last) == 1 and max(len(last[0].label), len(fault.label)) <= SHORT
        if is_pair:
            found[-1] = (*last, fault)
        else:
            found.append((fault,))
    return found


class _Column(QScrollArea):
    """As high as what it holds, where there is room for that."""

    def __init__(self, inner: QWidget) -> None:
        super().__init__()
        self._inner = inner
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self.setWidget(inner)
        # Areas that scroll paint the ground of the window; here the panel's own is meant.
        inner.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self._inner.sizeHint()


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
        column.setContentsMargins(*(theme.px(n) for n in (10, 12, 8, 12)))
        column.setSpacing(theme.px(8))
        heading = Text(theme, "title", theme.colours.sandbox)
        heading.show_text(self.windowTitle())
        column.addWidget(heading)
        column.addWidget(
            self._words(tr("All of this is simulated. Spoil it and see what happens."))
        )
        column.addWidget(self._spoiling())
        column.addLayout(self._buttons("all"))
        column.addWidget(self.outcome)
        column.addStretch(1)
        return inner

    def _spoiling(self) -> QScrollArea:
        """On a small screen these scroll; what heals, and what was done last, stay in sight."""
        theme = self._theme
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        for group, name in _headings():
            column.addSpacing(theme.px(4))
            title = Text(theme, "caption", theme.colours.faint)
            title.show_text(name.upper())
            column.addWidget(title)
            column.addLayout(self._buttons(group))
        return _Column(inner)

    def _buttons(self, group: FaultGroup) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(self._theme.px(6))
        for line, pair in enumerate(rows(tuple(f for f in self._faults if f.group == group))):
            for place, fault in enumerate(pair):
                grid.addWidget(self._button(fault), line, place, 1, 3 - len(pair))
        return grid

    def _button(self, fault: Fault) -> QPushButton:
        push = button(self._theme, fault.label, fault.hint)
        push.setObjectName(fault.name)
        push.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._group.addButton(push, self._faults.index(fault))
        return push

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
