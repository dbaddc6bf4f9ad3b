"""What stands above every page? Whose show it is, and below that what is wrong, or what is missing.

One line is for both: until a show is on, the check stands where alarms will stand.
"""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from livedesk.desk.check_words import verdict_words
from livedesk.desk.exporting import record_card
from livedesk.desk.issues import GoLine, go_line
from livedesk.desk.looks import Card, is_running
from livedesk.desk.model import DeskSnapshot, StoreView
from livedesk.desk.rights import Rights
from livedesk.desk.troubles import shelved, troubles
from livedesk.desk.wall import alarms_card
from livedesk.desk.words import tr
from livedesk.ui.banner import Banner
from livedesk.ui.check.strip import GoStrip
from livedesk.ui.header import Header
from livedesk.ui.pages import OF_ALL_STORES, Page
from livedesk.ui.source import Source
from livedesk.ui.theme import Theme


class TopLine(QWidget):
    """The header with the buttons of the pages, and the line of alarms or of the check."""

    page_asked = Signal(str)
    """A `Page`."""
    alarm_asked = Signal(object)
    """An `AlarmKey`, or None: the first that needs somebody."""
    issues_asked = Signal()

    def __init__(
        self, source: Source, theme: Theme, pages: tuple[Page, ...], zone: tzinfo | None
    ) -> None:
        super().__init__()
        self._source, self._zone = source, zone
        self.header = Header(theme, pages)
        self.banner = Banner(theme, zone)
        self.go = GoStrip(theme, zone)
        self.go.setFixedHeight(self.banner.height())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        for part in (self.header, self.banner, self.go):
            column.addWidget(part)
        self.header.pages.chosen.connect(self.page_asked)
        self.go.asked.connect(partial(self.page_asked.emit, "check"))
        self.banner.go.asked.connect(self.issues_asked)
        self.banner.asked.connect(self.alarm_asked)
        self.banner.acknowledged.connect(source.alarms.acknowledge)

    def show_snapshot(self, snapshot: DeskSnapshot, view: StoreView | None, page: Page) -> None:
        """`view`: the chosen store, which pages of all stores do not name."""
        self.header.show_snapshot(snapshot, view, page)
        self._show_troubles(snapshot, None if page in OF_ALL_STORES else view)
        self._show_check(snapshot, view)
        self._show_record()

    def _show_troubles(self, snapshot: DeskSnapshot, here: StoreView | None) -> None:
        store = here.status.store if here is not None else None
        calm = go_line(here, self._zone) if here is not None else _no_alarm(snapshot)
        rights, as_asked = Rights(snapshot.me), self._source.alarms.as_asked
        found = troubles(snapshot, store, as_asked)
        self.banner.allow(may=rights.may("operate"), why_not=rights.why_not("operate"))
        self.banner.show_troubles(found, calm, snapshot.utc_ns, shelved(snapshot, as_asked))
        self.header.pages.show_card(alarms_card(found))
        waits = here is not None and not found and not is_running(here)
        self.go.setVisible(waits)
        self.banner.setVisible(not waits)

    def _show_check(self, snapshot: DeskSnapshot, view: StoreView | None) -> None:
        """The check of the chosen store, while it is worth a look: before its show."""
        if view is None or is_running(view):
            self.header.pages.show_card(Card("check", tr("Check"), "idle", tr("not needed now")))
            return
        store = view.status.store
        if snapshot.link.answering:
            self._source.checks.look(store)
        known = self._source.checks.known(store)
        words = verdict_words(known, self._zone)
        self.go.show_check(known)
        self.header.pages.show_card(Card("check", tr("Check"), words.look, words.word))

    def _show_record(self) -> None:
        """An export goes on while other pages are open."""
        self.header.pages.show_card(record_card(self._source.records.exports.run()))


def _no_alarm(snapshot: DeskSnapshot) -> GoLine:
    """Of all stores, where none is chosen."""
    return GoLine("ok", tr("No alarm")) if snapshot.on_air else GoLine("idle", "")
