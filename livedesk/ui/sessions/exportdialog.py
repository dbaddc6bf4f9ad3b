"""What is to be exported, for whom and where to; and how far is it?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.records import Edition, ExportFormat, RecordedSession
from livedesk.desk.exporting import ExportRun, run_look, stage_words
from livedesk.desk.looks import Look
from livedesk.desk.record_client import ExportWish
from livedesk.desk.record_words import count_words, format_name, session_name, started_words
from livedesk.desk.records import RecordSource
from livedesk.desk.words import tr
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Text, button, show_tone
from livedesk.ui.pages import scrolled
from livedesk.ui.sessions.choice import ExportChoice
from livedesk.ui.sessions.exportorders import OrdersPart
from livedesk.ui.sessions.figures import wrapped
from livedesk.ui.sessions.ordersdialog import OrdersDialog
from livedesk.ui.sessions.sharebar import ShareBar
from livedesk.ui.settings.choices import OneOf, tick
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

SHOWN: Final[tuple[ExportFormat, ...]] = (
    "pdf", "html", "xlsx", "csv", "jsonl", "parquet", "vtt", "edl",
)  # fmt: skip
"""Those for people first."""

USUAL: Final = QSize(720, 640)
REFRESH_MS: Final = 150


def open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


class ExportDialog(QDialog):
    """Opened, never executed. Closed, the export goes on, and the page shows how far it is."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        source: RecordSource,
        sessions: tuple[RecordedSession, ...],
        choice: ExportChoice,
        show_folder: Callable[[Path], None] = open_folder,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Export"))
        self._theme, self._source, self._choice = theme, source, choice
        self._sessions = tuple(each for each in sessions if each.problem is None)
        self._left_out = len(sessions) - len(self._sessions)
        self._show_folder = show_folder
        self._run_before = source.exports.run()
        self.ticks: dict[ExportFormat, QCheckBox] = {}
        editions: tuple[tuple[Edition, str], ...] = (
            ("full", tr("Us: all of it")), ("brand", tr("The brand")),
        )  # fmt: skip
        self.edition = OneOf(theme, tr("For whom"), editions, self._choose_edition)
        self.edition_words = wrapped(theme, "small", theme.colours.muted)
        self.orders = OrdersPart(theme)
        self.folder = ElidedText(theme, "body")
        self.choose = button(theme, tr("Choose…"), tr("Choose the folder"))
        self.mark = ShapeMark(theme, 16)
        self.state = wrapped(theme, "body")
        self.bar = ShareBar(theme)
        self.export = needs("records", button(theme, tr("Export")))
        # Enter does it from any of the choices.
        self.export.setDefault(True)
        self.cancel = button(theme, tr("Cancel the export"))
        self.show_it = button(theme, tr("Open the folder"))
        self.close_it = button(theme, tr("Close"))
        show_tone(self.export, "main")
        self._lay_out()
        self._wire()
        usual = QSize(theme.px(USUAL.width()), theme.px(USUAL.height()))
        self.resize(usual.boundedTo(parent.window().size()))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REFRESH_MS)
        self.refresh()

    # Parts

    def _lay_out(self) -> None:
        theme, px = self._theme, self._theme.px
        ground = QWidget()
        body = QVBoxLayout(ground)
        body.setContentsMargins(0, 0, px(8), 0)
        body.setSpacing(px(6))
        for heading, part in (
            (tr("What"), self._formats()), (tr("For whom"), self._edition()),
            (tr("With sales"), self.orders), (tr("Where to"), self._folder()),
        ):  # fmt: skip
            words = Text(theme, "caption", theme.colours.faint)
            words.show_text(heading.upper())
            words.setContentsMargins(0, px(8) if body.count() else 0, 0, 0)
            body.addWidget(words)
            body.addWidget(part)
        body.addStretch(1)
        area = scrolled(ground)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (20, 18, 14, 14)))
        column.setSpacing(px(8))
        column.addWidget(self._title())
        column.addWidget(area, 1)
        state = QHBoxLayout()
        state.setSpacing(px(8))
        state.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        state.addWidget(self.state, 1)
        column.addLayout(state)
        column.addWidget(self.bar)
        acts = QHBoxLayout()
        acts.addStretch(1)
        for push in (self.close_it, self.show_it, self.cancel, self.export):
            acts.addWidget(push)
        column.addLayout(acts)

    def _title(self) -> Text:
        words = wrapped(self._theme, "title")
        if len(self._sessions) == 1:
            one = self._sessions[0]
            words.show_text(f"{session_name(one)}, {started_words(one)}")
        else:
            words.show_text(count_words(self._sessions))
        return words

    def _formats(self) -> QWidget:
        part = QWidget()
        grid = QGridLayout(part)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.pad)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        for at, fmt in enumerate(SHOWN):
            name, what_for = format_name(fmt)
            box = self.ticks[fmt] = tick(self._theme, name, what_for, lambda _on: self.refresh())
            box.setChecked(fmt in self._choice.formats)
            words = wrapped(self._theme, "small", self._theme.colours.muted)
            words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
            words.show_text(what_for)
            grid.addWidget(box, at, 0)
            grid.addWidget(words, at, 1)
        return part

    def _edition(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.px(4))
        row = QHBoxLayout()
        row.addWidget(self.edition)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.edition_words)
        return part

    def _folder(self) -> QWidget:
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.gap)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        return part

    def _wire(self) -> None:
        self.orders.add_file.clicked.connect(self._ask_file)
        self.orders.columns.clicked.connect(self.open_columns)
        self.orders.forget_file.clicked.connect(self._forget)
        self.choose.clicked.connect(self._ask_folder)
        self.export.clicked.connect(self.start)
        self.cancel.clicked.connect(self._cancel)
        self.show_it.clicked.connect(self._open_folder)
        self.close_it.clicked.connect(self.reject)
        self.finished.connect(self._closed)

    # What it shows

    @property
    def run(self) -> ExportRun | None:
        """One that was there before the dialog, and is over, is none of its business."""
        run = self._source.exports.run()
        is_old = run is self._run_before and run is not None and run.is_over
        return None if is_old else run

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        return tuple(fmt for fmt in SHOWN if self.ticks[fmt].isChecked())

    def refresh(self) -> None:
        self.folder.show_text(str(self._choice.folder))
        self.orders.show_known(self._source.order_files.known())
        run = self.run
        is_running = run is not None and not run.is_over
        self.bar.setVisible(is_running)
        if run is not None:
            self.bar.show_run(run)
        look, words = self._state(run)
        self.mark.show_look(look)
        self.state.show_text(words)
        why_not = self._why_not()
        self.export.setEnabled(not why_not and not is_running)
        self.export.setToolTip(why_not)
        self.export.setVisible(not is_running)
        self.cancel.setVisible(is_running)
        self.show_it.setVisible(run is not None and run.stage == "done")
        self.edition.show_value(self._choice.edition)
        self.edition_words.show_text(_edition_words(self._choice.edition))
        known = self._source.order_files.known()
        orders = self.orders
        for part in (*self.ticks.values(), self.edition, self.choose, orders.forget_file):
            part.setEnabled(not is_running)
        orders.add_file.setEnabled(not is_running and not known.busy)

    def _state(self, run: ExportRun | None) -> tuple[Look, str]:
        if run is not None:
            return run_look(run), stage_words(run)
        why_not = self._why_not() or self.export.why_not
        if why_not:
            return "notice", why_not
        if self._left_out:
            return "notice", tr("{n} of the chosen cannot be read, and are left out.").format(
                n=self._left_out
            )
        return "ready", tr("Ready")

    def _why_not(self) -> str:
        if not self._sessions:
            return tr("None of the chosen sessions can be read.")
        if not self.formats:
            return tr("Choose what is to be written.")
        known = self._source.order_files.known()
        if known.busy:
            return tr("The engine reads the order file…")
        if known.file is not None and known.file.missing:
            return tr("Say which columns the order file has, or take it out.")
        return ""

    # What a person does

    def start(self) -> None:
        if self._why_not():
            return
        self._keep_choice()
        ids = tuple(each.id for each in self._sessions)
        orders = self._source.order_files.known().usable
        wish = ExportWish(ids, self.formats, self._choice.edition, orders)
        self._source.exports.start(wish, self._choice.folder)
        self.refresh()

    def _cancel(self) -> None:
        self._source.exports.cancel()
        self.refresh()

    def _open_folder(self) -> None:
        self._show_folder(self._choice.folder)

    def show_folder(self, folder: str) -> None:
        """Files go there, from this export on."""
        self._choice.folder = Path(folder)
        self.refresh()

    def hand_in(self, file: str) -> None:
        self._source.order_files.hand_in(Path(file))
        self.refresh()

    def open_columns(self) -> None:
        OrdersDialog(self._theme, self, self._source.order_files).open()

    def _forget(self) -> None:
        self._source.order_files.forget()
        self.refresh()

    def _keep_choice(self) -> None:
        self._choice.formats = self.formats

    def _choose_edition(self, edition: Edition) -> None:
        self._choice.edition = edition
        self.refresh()

    def _closed(self) -> None:
        """What became of it was read here, and needs no line on the page."""
        self._timer.stop()
        self._keep_choice()
        if self.run is not None:
            self._source.exports.forget()

    def _ask_folder(self) -> None:
        asking = self._asking(tr("Folder of the export"))
        asking.setFileMode(QFileDialog.FileMode.Directory)
        asking.fileSelected.connect(self.show_folder)
        asking.open()

    def _ask_file(self) -> None:
        asking = self._asking(tr("Order file"))
        asking.setFileMode(QFileDialog.FileMode.ExistingFile)
        asking.setNameFilters([tr("Order files (*.csv *.xlsx *.tsv *.txt)"), tr("All files (*)")])
        asking.fileSelected.connect(self.hand_in)
        asking.open()

    def _asking(self, title: str) -> QFileDialog:
        asking = QFileDialog(self, title, str(self._choice.folder))
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return asking


def _edition_words(edition: Edition) -> str:
    if edition == "full":
        return tr("Everything, with the names of people.")
    return tr("Without names of people, authors of comments and internal addresses.")
