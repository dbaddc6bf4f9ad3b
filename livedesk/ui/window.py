"""The console's window: reads snapshots ten times a second and hands them to its parts."""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from livedesk.desk.alarm_list import AlarmKey
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui import questions
from livedesk.ui.allowing import Holder
from livedesk.ui.beside import Beside
from livedesk.ui.breakit import BreakItDock
from livedesk.ui.console_keys import console_shortcuts, steer_plots
from livedesk.ui.console_pages import ConsolePages
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.feed.switching import Switching
from livedesk.ui.foot import NoteLine, fit_foot
from livedesk.ui.layouts import Layouts
from livedesk.ui.moderation.page import QueuePage
from livedesk.ui.pages import OF_ALL_STORES, Page
from livedesk.ui.pins.page import PinsPage
from livedesk.ui.shortcuts import ShortcutSheet, install
from livedesk.ui.source import Source
from livedesk.ui.storelist import StoreList
from livedesk.ui.theme import Theme
from livedesk.ui.topline import TopLine

REPAINT_MS = 100
PLACE = "console"
"""Under which the window's place is kept."""


class ConsoleWindow(QMainWindow):
    """One window onto one engine."""

    leave_requested = Signal()
    """Close this window and nothing else."""
    stop_requested = Signal()
    """End every session, stop the engine, then close."""
    settings_requested = Signal()
    """Show the settings: they are of the console, and outlive this window."""
    refreshed = Signal(object)
    """A `DeskSnapshot` is on screen."""
    fault_requested = Signal(object)
    """A sandbox `Fault`."""

    def __init__(
        self,
        source: Source,
        theme: Theme,
        *,
        sandbox: bool = False,
        zone: tzinfo | None = None,
        layouts: Layouts | None = None,
    ) -> None:
        super().__init__()
        self._source = source
        self._theme = theme
        self._sandbox = sandbox
        self._layouts = layouts or Layouts(None)
        self._chosen: str | None = None
        self._snapshot = source.snapshot()
        self._may_close = False
        self._holder = Holder(self, source.note)
        self.has_show = asyncio.Event()
        """Set once media of a show has come."""
        self._centre = QWidget()
        self.stores = StoreList(theme)
        self.pages = ConsolePages(source, theme, zone)
        self.top = TopLine(source, theme, self.pages.known, zone)
        self._shown: Page = "feed"
        self._has_started = False
        self.beside = Beside(source, theme, self._layouts, self)
        self.note = NoteLine(theme)
        self.switching = Switching(source, self.page.uplinks, self)
        self.dock = BreakItDock(theme, self) if sandbox else None
        self.shortcuts = console_shortcuts(self, self.pages, self.switching, self.top.banner)
        self._lay_out()
        self._wire()
        self.pages.take_layouts(self._layouts)
        self.setWindowTitle(tr("livedesk"))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REPAINT_MS)

    def _lay_out(self) -> None:
        theme = self._theme
        body = QHBoxLayout()
        body.setSpacing(theme.gap)
        body.addWidget(self.stores)
        body.addWidget(self.pages, 1)
        if self.dock is not None:
            body.addWidget(self.dock)
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(*(theme.px(n) for n in (12, 10, 12, 2)))
        column.setSpacing(theme.gap)
        column.addWidget(self.top)
        column.addLayout(body, 1)
        self.setCentralWidget(self._centre)
        self._centre.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        fit_foot(self.statusBar(), self.note, theme)

    def _wire(self) -> None:
        self.top.header.end_requested.connect(self.ask_end)
        self.top.header.help_requested.connect(self.show_shortcuts)
        self.top.page_asked.connect(self.open_page)
        self.top.issues_asked.connect(self.page.open_issues)
        self.top.alarm_asked.connect(self.open_alarm)
        self.stores.chosen.connect(self.choose)
        self.beside.chosen.connect(self.open_store)
        if self.dock is not None:
            self.dock.asked.connect(self.fault_requested)
        pages = self.pages
        pages.wall.chosen.connect(self.open_store)
        pages.wall.another_asked.connect(self.open_wall)
        pages.alarms.store_asked.connect(self.open_store)
        pages.check.store_asked.connect(self.choose)
        pages.page_asked.connect(self.open_page)
        pages.pins.pad_asked.connect(self.open_pad)
        pages.pins.web_pad_asked.connect(self.open_web_pad)
        self._actions = install(self, self.shortcuts, self._holder.refused)
        self.open_page("feed")

    # What it shows

    @property
    def page(self) -> FeedPage:
        return self.pages.feed

    @property
    def pins(self) -> PinsPage:
        return self.pages.pins

    @property
    def queue(self) -> QueuePage:
        return self.pages.queue

    @property
    def shown(self) -> Page:
        return self._shown

    @property
    def chosen(self) -> str | None:
        return self._chosen

    @property
    def on_air_s(self) -> float | None:
        """Of the chosen store's show; None without one."""
        view = self._snapshot.store(self._chosen)
        return None if view is None else view.on_air_s

    def refresh(self) -> None:
        """Show the newest snapshot."""
        snapshot = self._snapshot = self._source.snapshot()
        # First, because it may tell of a fault in what comes after it.
        self.note.show_note(snapshot.note)
        self._keep_choice(snapshot)
        view = snapshot.store(self._chosen)
        self.top.show_snapshot(snapshot, view, self._shown)
        self.stores.show_stores(snapshot.stores, self._chosen, hidden=self._shown in OF_ALL_STORES)
        orders = self.switching.follow(view, snapshot.link.answering)
        if view is not None and view.on_air_s is not None:
            self.has_show.set()
        self.pages.show_page(self._shown, snapshot, view, orders)
        self._holder.hold_back(Rights(snapshot.me))
        self.beside.show_snapshot(snapshot)
        self.refreshed.emit(snapshot)

    def read_plots(self) -> None:
        """Set the cursor, and take the keys back from whatever list had them."""
        self._centre.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.page.plots.step_cursor(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows move the plots' cursor where nothing else wanted them."""
        plots = self.page.plots
        if self._shown != "feed" or not steer_plots(plots, self.switching, event):
            super().keyPressEvent(event)

    def _keep_choice(self, snapshot: DeskSnapshot) -> None:
        """Stay with the chosen store while there is one; else take the first. Of several stores all
        are shown first."""
        if snapshot.store(self._chosen) is None:
            self._choose(snapshot.stores[0].status.store if snapshot.stores else None)
        if snapshot.stores and not self._has_started:
            self._has_started = True
            if len(snapshot.stores) > 1:
                self.open_page("wall")

    def _choose(self, store: str | None) -> None:
        if store != self._chosen:
            self._chosen = store
            self._source.watch(store)

    def take_over(self, before: ConsoleWindow) -> None:
        """Stand where another window stood: same store, page and pads."""
        self.has_show = before.has_show
        self._has_started = True
        self._choose(before.chosen)
        self.open_page(before.shown)
        self.beside.pads.take_over(before.beside.pads)

    # What a person does

    def choose(self, store: str) -> None:
        """Go to another store; from the wall, which shows all of them, to its feed page."""
        self._choose(store)
        if self._shown == "wall":
            self.open_page("feed")
        self.refresh()

    def step(self, by: int) -> None:
        """To the store that is so many further in the list, which has no end."""
        names = [view.status.store for view in self._snapshot.stores]
        if self._chosen in names:
            self.choose(names[(names.index(self._chosen) + by) % len(names)])

    def open_page(self, page: Page) -> None:
        self._shown = page
        self.top.header.pages.show_page(page)
        for shortcut, action in zip(self.shortcuts, self._actions, strict=True):
            action.setEnabled(shortcut.page in ("", page))
        self.refresh()
        if not self.pages.focus(self._shown):
            self._centre.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_store(self, store: str) -> None:
        """Its feed page: somebody chose it among all."""
        self._choose(store)
        self.open_page("feed")
        self.activateWindow()

    def open_alarm(self, key: AlarmKey | None) -> None:
        """An alarm and what to do about it; None: the first that needs somebody."""
        self.open_page("alarms")
        self.pages.alarms.show_alarm(key)

    def open_wall(self) -> None:
        """A wall for another screen."""
        self.beside.walls.open()

    def open_pad(self) -> None:
        """The host's pad of the chosen store; the page that says why where there can be none."""
        if not self.beside.open_pad(self._snapshot.store(self._chosen)):
            self.open_page("pins")

    def open_web_pad(self) -> None:
        self.beside.open_web_pad(self._snapshot.store(self._chosen))

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_shortcuts(self) -> None:
        ShortcutSheet(self._theme, self, self.shortcuts, self._shown).open()

    def ask_end(self) -> None:
        view = self._snapshot.store(self._chosen)
        if view is not None and view in self._snapshot.on_air:
            act = partial(self._source.end_session, view.status.store)
            questions.ask_end(self, view.status.name, act)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Never stops a show by itself. The owner closes the window once all is unwound."""
        event.setAccepted(self._may_close)
        if self._may_close:
            return
        if self._snapshot.on_air and not self._sandbox:
            why_not = Rights(self._snapshot.me).why_not("administer")
            leave, stop = self.leave_requested.emit, self.stop_requested.emit
            questions.ask_close(self, lambda: self._snapshot.names_on_air, leave, stop, why_not)
        else:
            self.leave_requested.emit()

    def close_for_good(self) -> None:
        """Stop the timer and close without a question."""
        self._timer.stop()
        self._may_close = True
        self._layouts.keep_place(self, PLACE)
        self.pages.keep_layouts(self._layouts)
        self.beside.close()
        self.pages.close_views()
        self.close()
