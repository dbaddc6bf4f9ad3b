"""The console's window: reads snapshots ten times a second and hands them to its parts."""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from livedesk.desk.issues import GoLine, go_line
from livedesk.desk.model import DeskSnapshot, Note, StoreView
from livedesk.desk.troubles import troubles
from livedesk.desk.words import tr, wall_clock
from livedesk.ui import questions
from livedesk.ui.banner import Banner
from livedesk.ui.basics import ElidedText, Text
from livedesk.ui.breakit import BreakItDock
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.feed.switching import Switching
from livedesk.ui.feed.uplinks import Orders
from livedesk.ui.header import Header, Page
from livedesk.ui.moderation.page import QueuePage
from livedesk.ui.padwindows import PadWindows
from livedesk.ui.pagekeys import (
    feed_shortcuts,
    order_shortcuts,
    pin_shortcuts,
    queue_shortcuts,
)
from livedesk.ui.pages import Pages, scrolled
from livedesk.ui.pins.page import PinsPage
from livedesk.ui.pins.webpad import WebPadDialog
from livedesk.ui.shortcuts import Shortcut, ShortcutSheet, install
from livedesk.ui.source import Source
from livedesk.ui.storelist import StoreList
from livedesk.ui.theme import Theme

REPAINT_MS = 100
FAR_STEPS = 10
"""Of the plots' cursor, with Shift."""


class ConsoleWindow(QMainWindow):
    """One window onto one engine."""

    leave_requested = Signal()
    """Close this window and nothing else."""
    stop_requested = Signal()
    """End every session, stop the engine, then close."""
    fault_requested = Signal(object)
    """A sandbox `Fault`."""

    def __init__(
        self, source: Source, theme: Theme, *, sandbox: bool = False, zone: tzinfo | None = None
    ) -> None:
        super().__init__()
        self._source = source
        self._theme = theme
        self._sandbox = sandbox
        self._zone = zone
        self._chosen: str | None = None
        self._snapshot = source.snapshot()
        self._may_close = False
        self.has_show = asyncio.Event()
        """Set once media of a show has come."""
        self._note: Note | None = None
        self._centre = QWidget()
        self.header = Header(theme)
        self.banner = Banner(theme, zone)
        self.stores = StoreList(theme)
        self.page = FeedPage(theme, zone)
        self.pins = PinsPage(source.pins, theme, zone)
        self.queue = QueuePage(source.moderation, theme, source.now)
        self._shown: Page = "feed"
        self._pads = PadWindows(source.pads, theme)
        self.message = Text(theme, "title", theme.colours.muted)
        self.note = ElidedText(theme, "small", theme.colours.warning)
        self.switching = Switching(source, self.page.uplinks, self)
        self.dock = BreakItDock(theme, self) if sandbox else None
        self.shortcuts = self._shortcuts()
        self._lay_out()
        self._wire()
        self.setWindowTitle(tr("livedesk"))
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(REPAINT_MS)

    def _lay_out(self) -> None:
        theme = self._theme
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._feed, self._pins = scrolled(self.page), scrolled(self.pins)
        self._stack = Pages()
        for page in (self.message, self._feed, self._pins, self.queue):
            self._stack.addWidget(page)
        body = QHBoxLayout()
        body.setSpacing(theme.gap)
        body.addWidget(self.stores)
        body.addWidget(self._stack, 1)
        column = QVBoxLayout(self._centre)
        column.setContentsMargins(*(theme.px(n) for n in (12, 10, 12, 2)))
        column.setSpacing(theme.gap)
        column.addWidget(self.header)
        column.addWidget(self.banner)
        column.addLayout(body, 1)
        self.setCentralWidget(self._centre)
        self._centre.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._centre.setFocus()
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.note, 1)
        keys = Text(theme, "small", theme.colours.faint)
        keys.show_text(tr("F1 Keys"))
        keys.setContentsMargins(0, 0, theme.pad, 0)
        self.statusBar().addPermanentWidget(keys)
        if self.dock is not None:
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)

    def _wire(self) -> None:
        self.header.end_requested.connect(self.ask_end)
        self.header.help_requested.connect(self.show_shortcuts)
        self.banner.go.asked.connect(self.page.side.open_issues)
        self.stores.chosen.connect(self.choose)
        if self.dock is not None:
            self.dock.asked.connect(self.fault_requested)
        self.header.pages.chosen.connect(self.open_page)
        self.page.pins_asked.connect(partial(self.open_page, "pins"))
        self.page.queue_asked.connect(partial(self.open_page, "queue"))
        self.pins.pad_asked.connect(self.open_pad)
        self.pins.web_pad_asked.connect(self.open_web_pad)
        self._actions = install(self, self.shortcuts)
        self.open_page("feed")

    def _shortcuts(self) -> tuple[Shortcut, ...]:
        return (
            Shortcut(("F",), tr("Page: feed, uplinks and plots"), partial(self.open_page, "feed")),
            Shortcut(("P",), tr("Page: products and pins"), partial(self.open_page, "pins")),
            Shortcut(("Q",), tr("Page: moderation queue"), partial(self.open_page, "queue")),
            Shortcut(("Ctrl+P",), tr("Open the host's pad"), self.open_pad, repeats=False),
            *order_shortcuts(self.switching),
            Shortcut(("PgDown",), tr("Next store"), self.choose_next),
            Shortcut(("PgUp",), tr("Previous store"), self.choose_previous),
            Shortcut(("Ctrl+E",), tr("End the session…"), self.ask_end),
            Shortcut(("F11",), tr("Full screen on or off"), self.toggle_full_screen),
            Shortcut(("F1", "?"), tr("This sheet"), self.show_shortcuts),
            Shortcut(("Ctrl+Q",), tr("Close the window"), self._close),
            *feed_shortcuts(self.page, self._read),
            *pin_shortcuts(self.pins, self.open_web_pad),
            *queue_shortcuts(self.queue),
        )

    # What it shows

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
        self._keep_choice(snapshot)
        view = snapshot.store(self._chosen)
        found = troubles(snapshot, self._chosen)
        self.header.show_snapshot(snapshot, view)
        self.banner.show_troubles(found, _calm(view, self._zone), snapshot.utc_ns)
        self.stores.show_stores(snapshot.stores, self._chosen)
        orders = self.switching.follow(view, snapshot.link.answering)
        self._show_note(snapshot.note)
        if view is None:
            self.message.show_text(_nothing_to_show(snapshot))
            self._stack.setCurrentWidget(self.message)
            return
        if view.on_air_s is not None:
            self.has_show.set()
        # Only what is on screen is drawn: a hidden page takes part when it is opened.
        match self._shown:
            case "pins":
                self._stack.setCurrentWidget(self._pins)
                self.pins.show_store(view)
            case "queue":
                self._stack.setCurrentWidget(self.queue)
                self.queue.show_store(view)
            case "feed":
                self._stack.setCurrentWidget(self._feed)
                self._show_feed(view, snapshot, orders)

    def _show_feed(self, view: StoreView, snapshot: DeskSnapshot, orders: Orders) -> None:
        store = view.status.store
        self.page.show_store(
            view,
            snapshot.link.answering,
            self._source.plots(store),
            self._source.preview(store),
            snapshot.events,
            orders,
        )

    def _read(self) -> None:
        """Set the cursor, and take the keys back from whatever list had them."""
        self._centre.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.page.plots.step_cursor(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows move the plots' cursor where nothing else wanted them."""
        if self._shown != "feed":
            super().keyPressEvent(event)
            return
        far = FAR_STEPS if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        match event.key():
            case Qt.Key.Key_Left:
                self.page.plots.step_cursor(-far)
            case Qt.Key.Key_Right:
                self.page.plots.step_cursor(far)
            case Qt.Key.Key_Escape:
                self.switching.disarm()
                self.page.plots.hide_cursor()
            case _:
                super().keyPressEvent(event)

    def _keep_choice(self, snapshot: DeskSnapshot) -> None:
        """Stay with the chosen store while there is one; else take the first."""
        if snapshot.store(self._chosen) is None:
            self._choose(snapshot.stores[0].status.store if snapshot.stores else None)

    def _choose(self, store: str | None) -> None:
        if store != self._chosen:
            self._chosen = store
            self._source.watch(store)

    def _show_note(self, note: Note | None) -> None:
        if note != self._note:
            self._note = note
            self.note.show_text(f"{wall_clock(note.utc_ns)}  {note.text}" if note else "")

    # What a person does

    def choose(self, store: str) -> None:
        self._choose(store)
        self.refresh()

    def choose_next(self) -> None:
        self._step(1)

    def choose_previous(self) -> None:
        self._step(-1)

    def open_page(self, page: Page) -> None:
        self._shown = page
        self.header.pages.show_page(page)
        for shortcut, action in zip(self.shortcuts, self._actions, strict=True):
            action.setEnabled(shortcut.page in ("", page))
        self.refresh()
        match page:
            case "pins":
                self.pins.focus_list()
            case "queue":
                self.queue.focus_list()
            case "feed":
                self._centre.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_pad(self) -> None:
        """The host's pad of the chosen store, as a window of its own; one a store."""
        view = self._snapshot.store(self._chosen)
        if view is None or view.status.pins is None:
            self.open_page("pins")
            return
        self._pads.open(view.status.store)

    def open_web_pad(self) -> None:
        view = self._snapshot.store(self._chosen)
        if view is not None and view.status.pins is not None:
            status, on = view.status, view.status.pins.web_pad
            WebPadDialog(
                self._source.pins.web_pads, self._theme, self, status.store, status.name, on
            ).open()

    def _step(self, by: int) -> None:
        names = [view.status.store for view in self._snapshot.stores]
        if self._chosen in names:
            self.choose(names[(names.index(self._chosen) + by) % len(names)])

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_shortcuts(self) -> None:
        ShortcutSheet(self._theme, self, self.shortcuts).open()

    def ask_end(self) -> None:
        view = self._snapshot.store(self._chosen)
        if view is not None and view in self._snapshot.on_air:
            act = partial(self._source.end_session, view.status.store)
            questions.ask_end(self, view.status.name, act)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Never stops a show by itself. The owner closes the window once all is unwound."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        on_air = tuple(view.status.name for view in self._snapshot.on_air)
        if on_air and not self._sandbox:
            questions.ask_close(self, on_air, self.leave_requested.emit, self._ask_stop)
        else:
            self.leave_requested.emit()

    def _ask_stop(self) -> None:
        on_air = tuple(view.status.name for view in self._snapshot.on_air)
        questions.ask_stop(self, on_air, self.stop_requested.emit)

    def _close(self) -> None:
        self.close()

    def close_for_good(self) -> None:
        """Stop the timer and close without a question."""
        self._timer.stop()
        self._may_close = True
        self._pads.close()
        self.pins.close_pictures()
        self.queue.close_views()
        self.close()


def _calm(view: StoreView | None, zone: tzinfo | None) -> GoLine:
    return go_line(view, zone) if view is not None else GoLine("idle", "")


def _nothing_to_show(snapshot: DeskSnapshot) -> str:
    if snapshot.link.answering:
        return tr("This engine runs no store.\nAdd a [[store]] to its settings and restart it.")
    looking = tr("Looking for an engine on this machine…")
    return f"{looking}\n\n{snapshot.link.reason}" if snapshot.link.reason else looking
