"""How far is the export whose dialog was closed? A line under the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.exporting import ExportRun, ExportSource, run_look, stage_words
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, button
from livedesk.ui.sessions.sharebar import ShareBar
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class ExportLine(QWidget):
    """Hidden while there is nothing to tell."""

    def __init__(
        self, theme: Theme, source: ExportSource, show_folder: Callable[[Path], None]
    ) -> None:
        super().__init__()
        self._source, self._show_folder = source, show_folder
        self.mark = ShapeMark(theme, 16)
        self.words = ElidedText(theme, "body")
        self.bar = ShareBar(theme)
        self.cancel = button(theme, tr("Cancel"), tr("Cancel the export"))
        self.show_it = button(theme, tr("Open the folder"))
        self.done = button(theme, tr("OK"), tr("I have read it"))
        row = QHBoxLayout()
        row.setSpacing(theme.gap)
        row.addWidget(self.mark)
        row.addWidget(self.words, 1)
        for push in (self.cancel, self.show_it, self.done):
            row.addWidget(push)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self.bar)
        column.addLayout(row)
        self.cancel.clicked.connect(source.cancel)
        self.show_it.clicked.connect(self._open)
        self.done.clicked.connect(source.forget)
        self.show_run(None)

    def show_run(self, run: ExportRun | None) -> None:
        self.setVisible(run is not None)
        if run is None:
            return
        self.mark.show_look(run_look(run))
        self.words.show_text(tr("Export: {state}").format(state=stage_words(run)))
        self.bar.show_run(run)
        self.bar.setVisible(not run.is_over)
        self.cancel.setVisible(not run.is_over)
        self.show_it.setVisible(run.stage == "done")
        self.done.setVisible(run.is_over)

    def _open(self) -> None:
        run = self._source.run()
        if run is not None:
            self._show_folder(run.folder)
