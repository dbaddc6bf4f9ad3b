"""Which order file goes along with an export, and can it be used?"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.core.records import OrderFile
from livedesk.desk.order_files import KnownOrders, orders_words
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, button
from livedesk.ui.sessions.figures import wrapped
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class OrdersPart(QWidget):
    """The file that was handed in, if there is one, and the way to hand in another."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._shown: OrderFile | None = None
        self.mark = ShapeMark(theme, 16)
        self.file = ElidedText(theme, "body")
        self.columns = button(theme, tr("Columns…"), tr("Columns of the order file"))
        self.forget_file = button(theme, tr("Take out"), tr("Take the order file out"))
        hint = tr("CSV or Excel, 64 MB at most")
        self.add_file = needs("records", button(theme, tr("Add an order file…"), hint))
        self.state = wrapped(theme, "small", theme.colours.muted)
        self._file_row = QWidget()
        file = QHBoxLayout(self._file_row)
        file.setContentsMargins(0, 0, 0, 0)
        file.setSpacing(theme.gap)
        file.addWidget(self.mark)
        file.addWidget(self.file, 1)
        file.addWidget(self.columns)
        file.addWidget(self.forget_file)
        row = QHBoxLayout()
        row.setSpacing(theme.gap)
        row.addWidget(self.add_file)
        row.addWidget(self.state, 1, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self._file_row)
        column.addLayout(row)

    def show_known(self, known: KnownOrders) -> None:
        self.state.show_text(
            tr("The engine reads the file…")
            if known.busy
            else known.trouble
            or tr("A settlement or order export of the platform, if you have one")
        )
        file = known.file
        self._file_row.setVisible(file is not None)
        self.add_file.setText(tr("Add an order file…") if file is None else tr("Another file…"))
        if file is None or file == self._shown:
            return
        self._shown = file
        self.mark.show_look(
            "warning" if file.missing else "notice" if file.complaint_count else "ok"
        )
        self.file.show_text(f"{file.name}: {orders_words(file)}")
