"""Which column of an order file is what? Asked once; the engine remembers it for files like it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.records import OrderFile, RowComplaint
from livedesk.desk.order_files import (
    FIELDS,
    SETTINGS,
    OrderFileSource,
    field_title,
    orders_words,
    setting_words,
)
from livedesk.desk.words import NOTHING, number, tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import Text, button, plain_tip, show_tone
from livedesk.ui.pages import scrolled
from livedesk.ui.sessions.figures import wrapped
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

USUAL: Final = QSize(860, 620)
REFRESH_MS: Final = 200
LONGEST_SETTING: Final = 60
COLUMN_SHOWN: Final = 60
"""Characters of a column's name."""
SCROLL_BAR: Final = 14
"""Pixels at scale 1."""


class ColumnBox(QComboBox):
    """A column of the file to choose. The wheel scrolls the list, and changes nothing."""

    def __init__(self, theme: Theme, name: str, columns: tuple[str, ...]) -> None:
        super().__init__()
        self._columns = columns
        self.setFont(theme.font("body"))
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.addItem(tr("{nothing} not in this file").format(nothing=NOTHING))
        for at, column in enumerate(columns, 1):
            self.addItem(column[:COLUMN_SHOWN])
            self.setItemData(at, plain_tip(column), Qt.ItemDataRole.ToolTipRole)

    @property
    def column(self) -> str:
        at = self.currentIndex() - 1
        return self._columns[at] if at >= 0 else ""

    def show_column(self, column: str) -> None:
        self.setCurrentIndex(self._columns.index(column) + 1 if column in self._columns else 0)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        event.ignore()


class Choice(ColumnBox):
    """One of a few; the first leaves it to the file."""

    def __init__(self, theme: Theme, name: str, values: tuple[str, ...]) -> None:
        super().__init__(theme, name, tuple(setting_words(value) for value in values))
        self._values = values
        self.setItemText(0, setting_words(""))

    @property
    def value(self) -> str:
        at = self.currentIndex() - 1
        return self._values[at] if at >= 0 else ""

    def show_value(self, value: str) -> None:
        self.setCurrentIndex(self._values.index(value) + 1 if value in self._values else 0)


class OrdersDialog(QDialog):
    """Opened, never executed. Closes itself when the engine has taken the columns as they are."""

    def __init__(self, theme: Theme, parent: QWidget, source: OrderFileSource) -> None:
        """There is a file."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Columns of the order file"))
        self._theme, self._source = theme, source
        told = source.known().file or OrderFile("", "")
        self._file = told.id
        self._shown: OrderFile | None = None
        self.name = wrapped(theme, "title")
        self.mark = ShapeMark(theme, 16)
        self.state = wrapped(theme, "body")
        self.boxes = {field: self._box(field, told) for field in self._fields(told)}
        self.settings = {name: self._setting(name, told) for name in SETTINGS}
        self.labels: dict[str, Text] = {}
        self.heading = Text(theme, "caption", theme.colours.faint)
        self.complaints = self._table()
        self.use = needs(
            "records",
            button(theme, tr("Use these columns"), tr("Remembered for files like this one")),
        )
        self.use.setDefault(True)
        show_tone(self.use, "main")
        self.close_it = button(theme, tr("Close"))
        self._lay_out()
        self.use.clicked.connect(self._use)
        self.close_it.clicked.connect(self.reject)
        usual = QSize(theme.px(USUAL.width()), theme.px(USUAL.height()))
        console = parent.window().parentWidget() or parent
        self.resize(usual.boundedTo(console.window().size()))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_MS)
        self.finished.connect(self._timer.stop)
        self.refresh()

    @staticmethod
    def _fields(told: OrderFile) -> tuple[str, ...]:
        """Ours, and those of an engine that knows more."""
        mapped = (field for field in told.mapping if field not in SETTINGS)
        return tuple(dict.fromkeys((*FIELDS, *mapped, *told.missing)))

    def _box(self, field: str, told: OrderFile) -> ColumnBox:
        box = ColumnBox(self._theme, field_title(field), told.columns)
        box.show_column(told.mapping.get(field, ""))
        box.currentIndexChanged.connect(self._show_use)
        return box

    def _setting(self, name: str, told: OrderFile) -> Choice | QLineEdit:
        value = told.mapping.get(name, "")
        if SETTINGS[name]:
            choice = Choice(self._theme, field_title(name), SETTINGS[name])
            choice.show_value(value)
            choice.currentIndexChanged.connect(self._show_use)
            return choice
        line = QLineEdit(value)
        line.setFont(self._theme.font("body"))
        line.setAccessibleName(field_title(name))
        line.setPlaceholderText(setting_words(name))
        line.setMaxLength(LONGEST_SETTING)
        line.textChanged.connect(self._show_use)
        return line

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, 3)
        table.setFont(self._theme.font("small"))
        table.setAccessibleName(tr("What is wrong in the file"))
        table.setHorizontalHeaderLabels([tr("Row"), tr("Column"), tr("What is wrong")])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setWordWrap(True)
        header = table.horizontalHeader()
        header.setFont(self._theme.font("caption"))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        # Words wrap at the width of their column.
        header.sectionResized.connect(table.resizeRowsToContents)
        return table

    def _lay_out(self) -> None:
        theme, px = self._theme, self._theme.px
        ground = QWidget()
        grid = QGridLayout(ground)
        grid.setContentsMargins(0, 0, px(8), 0)
        grid.setHorizontalSpacing(theme.pad)
        grid.setVerticalSpacing(px(5))
        grid.setColumnStretch(1, 1)
        parts: dict[str, QWidget] = {**self.boxes, **self.settings}
        for at, (field, part) in enumerate(parts.items()):
            label = self.labels[field] = Text(theme, "small", theme.colours.muted)
            label.show_text(field_title(field))
            label.setBuddy(part)
            grid.addWidget(label, at, 0)
            grid.addWidget(part, at, 1)
        grid.setRowStretch(len(parts), 1)
        area = scrolled(ground)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # All of a box is in sight, with the arrow at its end.
        area.setMinimumWidth(ground.minimumSizeHint().width() + px(SCROLL_BAR))
        beside = QVBoxLayout()
        beside.setSpacing(px(4))
        beside.addWidget(self.heading)
        beside.addWidget(self.complaints, 1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.pad)
        middle.addWidget(area, 1)
        middle.addLayout(beside, 1)
        state = QHBoxLayout()
        state.setSpacing(px(8))
        state.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self.state, 1)
        acts = QHBoxLayout()
        acts.addStretch(1)
        acts.addWidget(self.close_it)
        acts.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (20, 18, 16, 14)))
        column.setSpacing(theme.pad)
        column.addWidget(self.name)
        column.addLayout(state)
        column.addLayout(middle, 1)
        column.addLayout(acts)

    def refresh(self) -> None:
        known = self._source.known()
        told = known.file
        if told is None or told.id != self._file:
            self.reject()
            return
        if told != self._shown:
            self._shown = told
            self._show_file(told)
        if known.busy:
            self.mark.show_look("busy")
            self.state.show_text(tr("The engine reads the file…"))
        elif known.trouble:
            self.mark.show_look("warning")
            self.state.show_text(known.trouble)
        else:
            self.mark.show_look("warning" if told.missing else "ok")
            self.state.show_text(orders_words(told))
        # What the engine is asked for is not to change under it, and its answer fills them anew.
        for part in (*self.boxes.values(), *self.settings.values()):
            part.setEnabled(not known.busy)
        self._show_use()

    def _show_file(self, told: OrderFile) -> None:
        self.name.show_text(told.name)
        for field, box in self.boxes.items():
            box.show_column(told.mapping.get(field, ""))
            is_missing = field in told.missing
            title = field_title(field)
            words = tr("{field} (needed)").format(field=title) if is_missing else title
            self.labels[field].show_text(words)
            colours = self._theme.colours
            self.labels[field].set_colour(colours.warning if is_missing else colours.muted)
        for name, part in self.settings.items():
            value = told.mapping.get(name, "")
            if isinstance(part, Choice):
                part.show_value(value)
            elif part.text() != value:
                part.setText(value)
        self._show_complaints(told)

    def _show_complaints(self, told: OrderFile) -> None:
        count = told.complaint_count
        text = tr("What is wrong in the file: {n}").format(n=number(count)) if count else tr(
            "Nothing is wrong in the file"
        )  # fmt: skip
        if count > len(told.complaints) > 0:
            text = tr("The first {n} of {all} complaints").format(
                n=len(told.complaints), all=number(count)
            )
        self.heading.show_text(text.upper())
        self.complaints.setRowCount(len(told.complaints))
        for at, complaint in enumerate(told.complaints):
            for column, words in enumerate(_cells(complaint)):
                cell = QTableWidgetItem(words)
                cell.setToolTip(plain_tip(words))
                self.complaints.setItem(at, column, cell)
        self.complaints.resizeRowsToContents()

    @property
    def mapping(self) -> dict[str, str]:
        chosen = {field: box.column for field, box in self.boxes.items()}
        for name, part in self.settings.items():
            chosen[name] = part.value if isinstance(part, Choice) else part.text().strip()
        return {name: value for name, value in chosen.items() if value}

    def _why_not(self) -> str:
        columns = [box.column for box in self.boxes.values() if box.column]
        twice = next((each for each in columns if columns.count(each) > 1), "")
        if twice:
            return tr("“{column}” cannot be two things.").format(column=twice[:COLUMN_SHOWN])
        if self._shown is not None and self.mapping == self._shown.mapping:
            return tr("These columns are in use.")
        return ""

    def _show_use(self) -> None:
        why_not = self._why_not()
        self.use.setEnabled(not why_not and not self._source.known().busy)
        self.use.setToolTip(why_not or self.use.accessibleName())

    def _use(self) -> None:
        self._source.map_columns(self.mapping)
        self.refresh()


def _cells(complaint: RowComplaint) -> tuple[str, str, str]:
    return number(complaint.row), complaint.column, complaint.text
