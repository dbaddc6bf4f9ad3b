"""Which pages does the console have, and which of them is on screen?

Only what is on screen is drawn: a hidden page takes part when it is opened.
"""

from __future__ import annotations

from datetime import tzinfo
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from livedesk.desk.model import DeskSnapshot, StoreView
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.alarms.page import AlarmsPage
from livedesk.ui.basics import Text
from livedesk.ui.check.page import CheckPage
from livedesk.ui.feed.page import FeedPage
from livedesk.ui.feed.uplinks import Orders
from livedesk.ui.layouts import Layouts
from livedesk.ui.moderation.page import QueuePage
from livedesk.ui.pages import OF_ALL_STORES, Page, Pages, scrolled
from livedesk.ui.pins.page import PinsPage
from livedesk.ui.sessions.page import SessionsPage
from livedesk.ui.source import Source
from livedesk.ui.theme import Theme
from livedesk.ui.wall.page import WallPage


class ConsolePages(Pages):
    """The pages of one console window."""

    page_asked = Signal(str)
    """A `Page` that explains what another one shows."""

    def __init__(self, source: Source, theme: Theme, zone: tzinfo | None) -> None:
        super().__init__()
        self._source = source
        self.wall = WallPage(source, theme)
        self.feed = FeedPage(theme, zone)
        self.pins = PinsPage(source.pins, theme, zone)
        self.queue = QueuePage(source.moderation, theme, source.now)
        self.alarms = AlarmsPage(source.alarms, theme, source.now, zone)
        self.check = CheckPage(source.checks, theme, zone)
        self.sessions = SessionsPage(source.records, theme, source.now, zone)
        self.message = Text(theme, "title", theme.colours.muted)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.setWordWrap(True)
        self._widgets: dict[Page, QWidget] = {
            "wall": self.wall,
            "feed": scrolled(self.feed),
            "pins": scrolled(self.pins),
            "queue": scrolled(self.queue),
            "alarms": self.alarms,
            "check": scrolled(self.check),
            "sessions": self.sessions,
        }
        for page in (self.message, *self._widgets.values()):
            self.addWidget(page)
        self.pins.refused.connect(source.note)
        self.sessions.refused.connect(source.note)
        self.feed.pins_asked.connect(partial(self.page_asked.emit, "pins"))
        self.feed.queue_asked.connect(partial(self.page_asked.emit, "queue"))
        self.feed.alarms_asked.connect(partial(self.page_asked.emit, "alarms"))

    @property
    def known(self) -> tuple[Page, ...]:
        return tuple(self._widgets)

    def show_page(
        self, page: Page, snapshot: DeskSnapshot, view: StoreView | None, orders: Orders
    ) -> None:
        """Show the newest of a page, or why there is nothing to show."""
        has_stores = bool(snapshot.stores) or (page == "sessions" and snapshot.link.answering)
        if not has_stores or (view is None and page not in OF_ALL_STORES):
            self.message.show_text(_nothing_to_show(snapshot))
            self.setCurrentWidget(self.message)
            return
        self.setCurrentWidget(self._widgets[page])
        chosen = view.status.store if view is not None else None
        match page:
            case "wall":
                self.wall.show_wall(snapshot)
            case "alarms":
                self.alarms.show_alarms(snapshot, chosen, Rights(snapshot.me))
            case "check":
                self.check.show_check(snapshot, chosen, Rights(snapshot.me))
            case "sessions":
                self.sessions.show_records(snapshot, Rights(snapshot.me))
            case _ if view is not None:
                self._show_store(page, snapshot, view, orders)

    def _show_store(
        self, page: Page, snapshot: DeskSnapshot, view: StoreView, orders: Orders
    ) -> None:
        match page:
            case "pins":
                self.pins.show_store(view)
            case "queue":
                self.queue.show_store(view)
            case "feed":
                self._show_feed(snapshot, view, orders)

    def _show_feed(self, snapshot: DeskSnapshot, view: StoreView, orders: Orders) -> None:
        store = view.status.store
        self.feed.show_store(
            view,
            snapshot.link.answering,
            self._source.plots(store),
            self._source.preview(store),
            snapshot.events,
            orders,
        )

    def focus(self, page: Page) -> bool:
        """Give the keys to the page's list; False where it has none."""
        match page:
            case "wall":
                self.wall.focus_list()
            case "pins":
                self.pins.focus_list()
            case "queue":
                self.queue.focus_list()
            case "alarms":
                self.alarms.focus_list()
            case "check":
                self.check.focus_list()
            case "sessions":
                self.sessions.focus_list()
            case _:
                return False
        return True

    def take_layouts(self, layouts: Layouts) -> None:
        """As they were left."""
        self.feed.take_layout(layouts)
        self.sessions.choice.take(layouts)

    def keep_layouts(self, layouts: Layouts) -> None:
        self.feed.keep_layout(layouts)
        self.sessions.choice.keep(layouts)

    def close_views(self) -> None:
        """Let go of what pages hold beside their widgets."""
        self.pins.close_pictures()
        self.queue.close_views()


def _nothing_to_show(snapshot: DeskSnapshot) -> str:
    if snapshot.link.answering:
        return tr("This engine runs no store.\nAdd a [[store]] to its settings and restart it.")
    looking = tr("Looking for an engine on this machine…")
    return f"{looking}\n\n{snapshot.link.reason}" if snapshot.link.reason else looking
