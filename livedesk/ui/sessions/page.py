"""The page of the sessions: which are on record, what do they amount to, and what is to be done
with them?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.records import RecordedSession
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.desk.record_list import SORTS, Sort, Wanted, listed
from livedesk.desk.record_words import count_words
from livedesk.desk.records import KnownFigures, KnownRecords, RecordSource
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, button, discard
from livedesk.ui.pages import Pages
from livedesk.ui.sessions.choice import ExportChoice
from livedesk.ui.sessions.compare import CompareDialog
from livedesk.ui.sessions.deleting import DeleteDialog
from livedesk.ui.sessions.details import SessionDetails
from livedesk.ui.sessions.exportdialog import ExportDialog, open_folder
from livedesk.ui.sessions.exportline import ExportLine
from livedesk.ui.sessions.figures import wrapped
from livedesk.ui.sessions.keeping import KeepDialog, ask_release
from livedesk.ui.sessions.listview import SessionList
from livedesk.ui.sessions.replay import EvidencePlace, ReplayPage
from livedesk.ui.sessions.searchline import SearchLine
from livedesk.ui.theme import Theme

LIST_SHARE, DETAILS_SHARE = 1, 1
LONGEST_SEARCH: Final = 200
LINES_SHOWN: Final = 4
"""Of what was refused."""
PASSED_BY_S: Final = 0.25
"""Who stays on a session for less is on the way to another."""


class SessionsPage(Pages):
    """The browser; over it, when a session was opened, its replay."""

    open_asked = Signal(object)
    """A `RecordedSession` that somebody wants to see as it was."""
    refused = Signal(str)
    """Why a key that was pressed does nothing."""

    def __init__(
        self,
        source: RecordSource,
        theme: Theme,
        now: Callable[[], Moment],
        zone: tzinfo | None = None,
        folder: Path | None = None,
        show_folder: Callable[[Path], None] = open_folder,
    ) -> None:
        """`folder`: where exports go until another is chosen; that of downloads without it."""
        super().__init__()
        self._source, self._theme, self._now, self._zone = source, theme, now, zone
        self._show_folder = show_folder
        self.choice = ExportChoice(folder or _downloads())
        self._wanted = Wanted()
        self._listed: tuple[object, Wanted] | None = None
        self._rights = Rights()
        self._stands_on: tuple[str, ...] = ()
        self._since = now()
        self._replay: QWidget | None = None
        self.browser = QWidget()
        self.total = ElidedText(theme, "strong", theme.colours.muted)
        self.search = SearchLine()
        self.sort = QComboBox()
        self.trouble = wrapped(theme, "body", theme.colours.warning)
        self.dismiss = button(theme, tr("OK"), tr("I have read it"))
        self.list = SessionList(theme, self._utc_ns, self._waits, zone)
        self.details = SessionDetails(theme, zone)
        self.export_line = ExportLine(theme, source.exports, show_folder)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        theme = self._theme
        self.search.setFont(theme.font("body"))
        self.search.setMaxLength(LONGEST_SEARCH)
        self.search.setPlaceholderText(tr("Search: store, name, day, state, id  ( / )"))
        self.search.setAccessibleName(tr("Search sessions"))
        self.sort.setFont(theme.font("body"))
        self.sort.setAccessibleName(tr("Order of the list"))
        for sort in SORTS:
            self.sort.addItem(_sort_name(sort))
        top = QHBoxLayout()
        top.setSpacing(theme.gap)
        top.addWidget(self.total, 1)
        top.addWidget(self.search, 2)
        top.addWidget(self.sort)
        told = QHBoxLayout()
        told.setSpacing(theme.gap)
        told.addWidget(self.trouble, 1)
        told.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(theme.gap)
        row.addWidget(self.list, LIST_SHARE)
        row.addWidget(self.details, DETAILS_SHARE)
        column = QVBoxLayout(self.browser)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addLayout(top)
        column.addLayout(told)
        column.addLayout(row, 1)
        column.addWidget(self.export_line)
        self.addWidget(self.browser)

    def _wire(self) -> None:
        self.list.moved.connect(self._show_details)
        self.list.opened.connect(self.open_session)
        self.search.textChanged.connect(self._search)
        self.search.left.connect(self.focus_list)
        self.sort.currentIndexChanged.connect(self._sort)
        self.dismiss.clicked.connect(self._dismiss)
        self.open_asked.connect(self.open_replay)
        details = self.details
        details.opened.connect(self.open_session)
        details.export_asked.connect(self.export)
        details.compare_asked.connect(self.compare)
        details.keep_asked.connect(self.keep)
        details.delete_asked.connect(self.delete)

    # What it shows

    def show_records(self, snapshot: DeskSnapshot, rights: Rights) -> None:
        """Called ten times a second while the page is in sight."""
        self._rights = rights
        if isinstance(self._replay, ReplayPage):
            self._replay.refresh()
            return
        if rights.may("records") and snapshot.link.answering:
            self._source.look(self._looked_at())
        known = self._source.known()
        self._show_list(known)
        self._show_top(known, answering=snapshot.link.answering)
        self._show_details()
        self.export_line.show_run(self._source.exports.run())

    def _looked_at(self) -> tuple[str, ...]:
        """Of whom figures are wanted: not of those that somebody only passes by. The engine reads
        whole files for them, one after the other."""
        chosen = tuple(each.id for each in self.list.chosen[:2])
        if chosen != self._stands_on:
            self._stands_on, self._since = chosen, self._now()
        return chosen if self._now().since_s(self._since) >= PASSED_BY_S else ()

    def _show_list(self, known: KnownRecords) -> None:
        """The same list in the same order costs nothing."""
        state = known.sessions, self._wanted
        if self._listed is None or state[0] is not self._listed[0] or state[1] != self._listed[1]:
            self._listed = state
            self.list.show_sessions(listed(known.sessions or (), self._wanted, self._zone))

    def _show_top(self, known: KnownRecords, *, answering: bool) -> None:
        all_of_them = known.sessions or ()
        words = count_words(self.list.rows.rows, len(all_of_them)) if all_of_them else ""
        if known.sessions is None:
            words = tr("Not told yet.")
        elif not answering:
            words = tr("The engine does not answer: this is how it was")
        self.total.show_text(words)
        refused = self._source.orders().trouble
        trouble = "\n".join(filter(None, (known.trouble if answering else "", refused)))
        self.trouble.show_text(_first_lines(trouble))
        self.trouble.setVisible(bool(trouble))
        self.dismiss.setVisible(bool(refused))

    def _show_details(self) -> None:
        chosen = self.list.chosen
        known = self._source.figures(chosen[0].id) if len(chosen) == 1 else KnownFigures()
        self.details.show_chosen(chosen, known, self._rights, self._hint())

    def _hint(self) -> str:
        known = self._source.known()
        why_not = self._rights.why_not("records")
        if why_not:
            return why_not
        if known.sessions is None:
            return tr("The engine lists its sessions…")
        if not known.sessions:
            return tr("No session is on record yet. One begins with the first media of a show.")
        if not self.list.rows.rows:
            return tr("No session says “{words}”. Esc in the search shows all.").format(
                words=self._wanted.text
            )
        return tr("J and ↓ go to the first session; Shift or Ctrl choose several.")

    def _waits(self, session: str) -> bool:
        return session in self._source.orders().waiting

    def _utc_ns(self) -> int:
        return self._now().utc_ns

    # The replay's place

    @property
    def replay(self) -> QWidget | None:
        """What stands over the browser; None: the browser is in sight."""
        return self._replay

    def open_replay(self, session: RecordedSession) -> None:
        """As it was, from its beginning on."""
        evidence = EvidencePlace(self._source.exports, self.choice.folder, self._show_folder)
        source = self._source.replay(session)
        replay = ReplayPage(self._theme, session, source, evidence, self._zone)
        replay.closed.connect(self.close_replay)
        self.show_replay(replay)
        self.focus_list()

    def show_replay(self, widget: QWidget) -> None:
        """Put it over the browser, in place of another."""
        self.close_replay()
        self._replay = widget
        self.addWidget(widget)
        self.setCurrentWidget(widget)

    def close_replay(self) -> None:
        """Back to the list, as it was left."""
        if self._replay is not None:
            if isinstance(self._replay, ReplayPage):
                self._replay.let_go()
            self.removeWidget(self._replay)
            discard(self._replay)
            self._replay = None
            self.setCurrentWidget(self.browser)
            self.focus_list()

    def in_list(self, act: Callable[[], None]) -> None:
        """For keys of the list: they do nothing while a replay stands over it."""
        if self._replay is None:
            act()

    # What a person does

    def focus_list(self) -> None:
        if self._replay is not None:
            self._replay.setFocus()
            return
        self.list.setFocus()
        if not self.list.chosen:
            self.list.step(0)

    def open_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def step(self, by: int) -> None:
        self.list.step(by)

    def next_sort(self) -> None:
        self.sort.setCurrentIndex((self.sort.currentIndex() + 1) % self.sort.count())

    def _can(self, push: QPushButton) -> bool:
        """Whether the chosen are such that it can be pressed; a key that does nothing says why."""
        if not self.list.chosen:
            self.refused.emit(tr("Choose a session first."))
            return False
        self._show_details()
        if not push.isEnabled():
            self.refused.emit(push.toolTip())
        return push.isEnabled()

    def open_session(self) -> None:
        if self._can(self.details.open):
            self.open_asked.emit(self.list.chosen[0])

    def export(self) -> None:
        if self._can(self.details.export):
            chosen = self.list.chosen
            ExportDialog(
                self._theme, self, self._source, chosen, self.choice, self._show_folder
            ).open()

    def compare(self) -> None:
        """The two that are chosen."""
        if not self._can(self.details.compare):
            return
        one, other = (each.id for each in self.list.chosen)

        def look() -> tuple[KnownFigures, KnownFigures]:
            self._source.look((one, other))
            return self._source.figures(one), self._source.figures(other)

        CompareDialog(self._theme, self, look, self._zone).open()

    def keep(self) -> None:
        """Ask why; of what is kept: whether it is released."""
        if not self._can(self.details.keep):
            return
        chosen = self.list.chosen
        ids = tuple(each.id for each in chosen)
        if all(each.kept for each in chosen):
            ask_release(self, chosen, partial(self._source.release, ids))
        else:
            KeepDialog(self._theme, self, chosen, partial(self._source.keep, ids)).open()

    def delete(self) -> None:
        if self._can(self.details.delete):
            chosen = self.list.chosen
            DeleteDialog(self._theme, self, chosen, self._delete, self._zone).open()

    def _delete(self, sessions: tuple[RecordedSession, ...]) -> None:
        self._source.delete(tuple(each.id for each in sessions))

    def _dismiss(self) -> None:
        self._source.forget_trouble()

    def _search(self, text: str) -> None:
        self._wanted = Wanted(text, self._wanted.sort)
        self._show_list(self._source.known())
        self._show_details()

    def _sort(self, at: int) -> None:
        self._wanted = Wanted(self._wanted.text, SORTS[at])
        self._show_list(self._source.known())


def _first_lines(text: str) -> str:
    """Of a hundred refusals the first say what is wrong, and the list stays in sight."""
    lines = text.split("\n")
    left = len(lines) - LINES_SHOWN
    if left <= 0:
        return text
    return "\n".join((*lines[:LINES_SHOWN], tr("and {n} more").format(n=left)))


def _downloads() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return Path(place) if place else Path.home()


def _sort_name(sort: Sort) -> str:
    return {
        "newest": tr("Newest first"),
        "oldest": tr("Oldest first"),
        "store": tr("By store"),
        "longest": tr("Longest first"),
        "largest": tr("Largest first"),
    }[sort]
