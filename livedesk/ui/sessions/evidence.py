"""Why is a stretch of a session to be packed as evidence, and where is it to be put?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, button, show_tone
from livedesk.ui.sessions.keeping import fixed_words
from livedesk.ui.theme import Theme

LONGEST_REASON: Final = 200


class EvidenceDialog(QDialog):
    """Opened, never executed. `act` is told the reason and the folder."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        words: str,
        folder: Path,
        act: Callable[[str, Path], None],
    ) -> None:
        """`words`: of what it is."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Evidence"))
        self._act, self._folder = act, folder
        self.reason = QLineEdit()
        self.reason.setFont(theme.font("body"))
        self.reason.setMaxLength(LONGEST_REASON)
        self.reason.setPlaceholderText(tr("Why, such as “policy strike of 21 September”"))
        self.reason.setAccessibleName(tr("Reason"))
        self.where = ElidedText(theme, "small", theme.colours.muted)
        self.choose = button(theme, tr("Choose…"), tr("Choose the folder"))
        self.pack = button(theme, tr("Pack"))
        self.pack.setDefault(True)
        show_tone(self.pack, "main")
        cancel = button(theme, tr("Cancel"))
        cancel.clicked.connect(self.reject)
        px, colours = theme.px, theme.colours
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(20),) * 4)
        column.setSpacing(px(10))
        meaning = tr(
            "A ZIP with what happened, was measured and was seen in it, a cover as PDF, checksums "
            "and the seal. The reason stands on the cover."
        )
        column.addWidget(fixed_words(theme, "title", words, colours.text))
        column.addWidget(fixed_words(theme, "small", meaning, colours.muted))
        column.addWidget(self.reason)
        place = QHBoxLayout()
        place.addWidget(self.where, 1)
        place.addWidget(self.choose)
        column.addLayout(place)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.pack)
        column.addLayout(row)
        self.reason.textChanged.connect(self._check)
        self.choose.clicked.connect(self._ask_folder)
        self.pack.clicked.connect(self._pack)
        self.show_folder(str(folder))
        self._check()
        self.reason.setFocus()

    def show_folder(self, folder: str) -> None:
        self._folder = Path(folder)
        self.where.show_text(folder)

    def _check(self) -> None:
        is_told = bool(self.reason.text().strip())
        self.pack.setEnabled(is_told)
        self.pack.setToolTip("" if is_told else tr("Say why: who gets it reads that first."))

    def _pack(self) -> None:
        self._act(self.reason.text().strip(), self._folder)
        self.accept()

    def _ask_folder(self) -> None:
        asking = QFileDialog(self, tr("Folder of the evidence"), str(self._folder))
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asking.setFileMode(QFileDialog.FileMode.Directory)
        asking.fileSelected.connect(self.show_folder)
        asking.open()
