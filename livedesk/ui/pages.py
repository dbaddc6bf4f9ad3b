"""How do pages of different size share one window? The one that is shown says how small it may be.

A stack of Qt's is as large as its largest page wants, also while that one is hidden, and a window
that is larger than its screen has buttons that nobody reaches.
"""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

Page = Literal["wall", "feed", "pins", "queue", "alarms", "check", "sessions"]

PAGES: Final[tuple[Page, ...]] = (
    "wall", "feed", "pins", "queue", "alarms", "check", "sessions",
)  # fmt: skip
"""In the order of their buttons and of their keys."""

OF_ALL_STORES: Final[frozenset[Page]] = frozenset({"wall", "alarms", "check", "sessions"})
"""Pages beside which no store is chosen."""


class Pages(QStackedWidget):
    """One page at a time, each with a least size of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        page = self.currentWidget()
        return QSize() if page is None else page.minimumSizeHint()


def scrolled(page: QWidget) -> QScrollArea:
    """The page as it is where there is room, and to be scrolled on a small screen."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    page.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
