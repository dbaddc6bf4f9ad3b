"""The page of the alarms: all stores' and the engine's, and what is to be done about each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.alarm_list import AlarmKey, AlarmLine, AlarmList
from livedesk.desk.alarm_orders import AskedAlarm
from livedesk.desk.alarming import Alarming
from livedesk.desk.model import DeskSnapshot, Moment
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.alarms.detail import AlarmDetail
from livedesk.ui.alarms.listview import AlarmListView
from livedesk.ui.alarms.shelving import ShelveDialog
from livedesk.ui.basics import ElidedText, Text, button
from livedesk.ui.theme import Theme

LIST_SHARE, DETAIL_SHARE = 3, 2


class AlarmsPage(QWidget):
    """The list, and the alarm under the cursor beside it."""

    store_asked = Signal(str)
    """Somebody wants to see the store of an alarm."""

    def __init__(
        self,
        source: Alarming,
        theme: Theme,
        now: Callable[[], Moment],
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self._source = source
        self._theme = theme
        self._now = now
        self._zone = zone
        self._store: str | None = None
        self._store_name = ""
        self._rights = Rights()
        self._is_all = True
        self.list = AlarmListView(theme, self._utc_ns, self._asked, zone)
        self.detail = AlarmDetail(theme, zone)
        self.summary = Text(theme, "strong", theme.colours.muted)
        self.flood = ElidedText(theme, "strong", theme.colours.notice)
        self.scope = button(theme, "", tr("All stores or one (V)"), segment=True)
        self.scope.setCheckable(False)
        self.all_seen = button(theme, "", tr("Acknowledge all of this store (Shift+K)"),
                               segment=True)  # fmt: skip
        self.all_seen.setCheckable(False)
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        theme = self._theme
        top = QHBoxLayout()
        top.setSpacing(theme.gap)
        top.addWidget(self.summary)
        top.addWidget(self.flood, 1)
        top.addWidget(self.scope)
        top.addWidget(self.all_seen)
        row = QHBoxLayout()
        row.setSpacing(theme.gap)
        row.addWidget(self.list, LIST_SHARE)
        row.addWidget(self.detail, DETAIL_SHARE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addLayout(top)
        column.addLayout(row, 1)

    def _wire(self) -> None:
        self.list.moved.connect(self._show_detail)
        self.list.opened.connect(self.open_store)
        self.scope.clicked.connect(self.toggle_scope)
        self.all_seen.clicked.connect(self.acknowledge_all)
        self.detail.acknowledged.connect(self.acknowledge)
        self.detail.shelved.connect(self.shelve)
        self.detail.store_asked.connect(self.open_store)
        self.detail.ticked.connect(self._tick)

    # What it shows

    def show_alarms(self, snapshot: DeskSnapshot, store: str | None, rights: Rights) -> None:
        """`store`: the one that is chosen in the window."""
        view = snapshot.store(store)
        self._store = store
        self._store_name = view.status.name if view is not None else ""
        self._rights = rights
        alarms = self._listed()
        self.list.show_list(alarms)
        self._show_top(alarms, snapshot)
        self._show_detail()

    def _listed(self) -> AlarmList:
        return self._source.lines().of(None if self._is_all else self._store)

    def _show_top(self, alarms: AlarmList, snapshot: DeskSnapshot) -> None:
        open_lines = len(alarms.at("active", "over"))
        words = tr("{n} need somebody").format(n=open_lines) if open_lines != 1 else tr(
            "1 needs somebody"
        )  # fmt: skip
        if not open_lines:
            words = tr("Nothing needs anybody")
        if not snapshot.link.answering:
            words = tr("The engine does not answer: this is how it was")
        self.summary.show_text(words)
        self.flood.show_text(self._flood_words(snapshot))
        self.scope.setText(tr("All stores") if self._is_all else self._store_name)
        self.all_seen.setText(tr("All of {store} seen").format(store=self._store_name))
        has_open = any(line.key.store == self._store for line in alarms.at("active", "over"))
        may = self._rights.may("operate")
        self.all_seen.setEnabled(may and has_open)
        hint = self.all_seen.accessibleName() if may else self._rights.why_not("operate")
        self.all_seen.setToolTip(hint)

    def _flood_words(self, snapshot: DeskSnapshot) -> str:
        told = []
        for store, flood in self._source.floods.items():
            view = snapshot.store(store)
            if view is not None:
                told.append(
                    tr("{store}: {n} alarms in ten minutes; those below “act now” are told "
                       "as a sum").format(store=view.status.name, n=flood.alarms)
                )  # fmt: skip
        return " · ".join(told)

    def _show_detail(self) -> None:
        line = self.list.line
        asked = None if line is None else self._asked(line)
        ticks = frozenset[int]() if line is None else self._source.ticked(line.key)
        self.detail.show_line(line, asked, ticks, self._utc_ns(), self._rights)

    def _asked(self, line: AlarmLine) -> AskedAlarm | None:
        return self._source.asked(line.key)

    def _utc_ns(self) -> int:
        return self._now().utc_ns

    # What a person does

    def focus_list(self) -> None:
        """With the cursor on what needs somebody, when it is nowhere yet."""
        self.list.setFocus()
        if self.list.line is None:
            self.list.next_open()

    def show_alarm(self, key: AlarmKey | None) -> None:
        """Put the cursor on it, whatever store it is of."""
        if key is None:
            self.list.next_open()
            return
        if not self._is_all and key.store != self._store:
            self.toggle_scope()
        self.list.show_list(self._listed())
        self.list.place(key)

    def step(self, by: int) -> None:
        self.list.step(by)

    def next_open(self) -> None:
        self.list.next_open()

    def toggle_scope(self) -> None:
        self._is_all = not self._is_all
        self.list.show_list(self._listed())
        self._show_detail()

    def acknowledge(self) -> None:
        line = self.list.line
        if line is not None and line.needs_somebody and self._rights.may("operate"):
            self._source.acknowledge(line.key)
            self._told()

    def acknowledge_all(self) -> None:
        if self._store is not None and self._rights.may("operate"):
            self._source.acknowledge_all(self._store)
            self._told()

    def shelve(self) -> None:
        """Ask for how long and why; of a shelved one: take it back."""
        line = self.list.line
        if line is None or line.until_utc_ns is not None or not self._rights.may("operate"):
            return
        if line.place == "shelved":
            self._source.unshelve(line.key)
            self._told()
            return

        def put_aside(minutes: int, why: str) -> None:
            self._source.shelve(line.key, minutes, why)
            self._told()

        ShelveDialog(self._theme, self, line, self._utc_ns(), put_aside, self._zone).open()

    def tick(self, number: int) -> None:
        """The step with this number, from 1."""
        self.detail.steps.press(number)

    def open_store(self) -> None:
        line = self.list.line
        if line is not None and line.key.store:
            self.store_asked.emit(line.key.store)

    def _tick(self, step: int, on: bool) -> None:
        line = self.list.line
        if line is not None:
            self._source.tick(line.key, step, on=on)
            self._show_detail()

    def _told(self) -> None:
        """Show at once what was asked for."""
        self.list.show_list(self._listed())
        self._show_detail()
