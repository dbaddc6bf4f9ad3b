"""How far is an export? A bar, in the theme's colours."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar

from livedesk.desk.exporting import ExportRun
from livedesk.desk.words import tr
from livedesk.ui.theme import Theme

STEPS = 1_000


class ShareBar(QProgressBar):
    """From 0 to 1. It stands still where nobody knows how far it is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        colours, px = theme.colours, theme.px
        self.setTextVisible(False)
        self.setFixedHeight(px(6))
        self.setRange(0, STEPS)
        self.setAccessibleName(tr("Progress"))
        radius = f"border-radius: {px(3)}px;"
        self.setStyleSheet(
            f"QProgressBar {{ background: {colours.line}; border: none; {radius} }}"
            f"QProgressBar::chunk {{ background: {colours.text}; {radius} }}"
        )

    def show_run(self, run: ExportRun) -> None:
        self.setValue(round(STEPS * min(1.0, max(0.0, run.share))))
