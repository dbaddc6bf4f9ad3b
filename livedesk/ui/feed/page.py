"""One store in full: strip, picture, events and figures, plots and uplinks."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.core.events import Event
from livedesk.desk.cards import cards
from livedesk.desk.looks import feed_flows
from livedesk.desk.marks import Mark, switch_marks
from livedesk.desk.model import StoreView
from livedesk.desk.plots import StorePlots
from livedesk.desk.previews import Preview
from livedesk.desk.words import age, tr
from livedesk.ui.feed.plotspanel import PlotsPanel
from livedesk.ui.feed.preview import PreviewPanel, picture_height
from livedesk.ui.feed.sidepanel import SidePanel
from livedesk.ui.feed.strip import Strip
from livedesk.ui.feed.uplinks import Orders, UplinksPanel
from livedesk.ui.theme import Theme

SIDE_SHARE = 0.28
SIDE_WIDTH = (300, 560)


class FeedPage(QWidget):
    """Takes a store's view and hands each part what it shows."""

    pins_asked = Signal()
    queue_asked = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._marked: tuple[tuple[Event, ...], str] = ((), "")
        self._marks: tuple[Mark, ...] = ()
        self.strip = Strip(theme)
        self.preview = PreviewPanel(theme)
        self.side = SidePanel(theme, zone)
        self.plots = PlotsPanel(theme, zone)
        self.uplinks = UplinksPanel(theme, zone)
        self._side = QWidget()
        self._lay_out()
        self.strip.chosen.connect(self._look_closer)

    def _look_closer(self, key: str) -> None:
        """A click on a card opens the page that explains it."""
        match key:
            case "settings":
                self.side.open_issues()
            case "probe" | "journal":
                self.side.open_events()
            case "pins":
                self.pins_asked.emit()
            case "moderation":
                self.queue_asked.emit()

    def _lay_out(self) -> None:
        gap = self._theme.gap
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(gap)
        side.addWidget(self.preview)
        side.addWidget(self.side, 1)
        main = QVBoxLayout()
        main.setSpacing(gap)
        main.addWidget(self.plots, 1)
        main.addWidget(self.uplinks)
        row = QHBoxLayout()
        row.setSpacing(gap)
        row.addWidget(self._side)
        row.addLayout(main, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(gap)
        column.addWidget(self.strip)
        column.addLayout(row, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        low, high = (self._theme.px(n) for n in SIDE_WIDTH)
        width = min(high, max(low, round(event.size().width() * SIDE_SHARE)))
        self._side.setFixedWidth(width)
        self.preview.setFixedHeight(picture_height(width))
        super().resizeEvent(event)

    def show_store(
        self,
        view: StoreView,
        answering: bool,
        plots: StorePlots,
        preview: Preview | None,
        events: tuple[Event, ...],
        orders: Orders,
    ) -> None:
        self.strip.show_cards(cards(view))
        self.uplinks.show_store(view, answering, orders)
        cut_off = view.stale or not answering or not feed_flows(view)
        self.preview.show_preview(preview, cut_off, _no_picture(view))
        self.side.show_store(view, events)
        self._keep_marks(events, view.status.store)
        self.plots.show_store(view, plots, _stale_note(view), self._marks)

    def _keep_marks(self, events: tuple[Event, ...], store: str) -> None:
        if (events, store) != self._marked:
            self._marked = events, store
            self._marks = switch_marks(events, store)


def _stale_note(view: StoreView) -> str:
    return tr("No news for {age}").format(age=age(view.age_s)) if view.stale else ""


def _no_picture(view: StoreView) -> str:
    """Why there is no picture, and what would bring one."""
    status = view.status
    if status.state == "waiting" and status.feed.state == "GONE":
        return tr("Waiting for the encoder.\nPush to {url} with this store's stream key.").format(
            url=status.ingest_url
        )
    if status.probe.state not in ("up", "starting"):
        return tr("No picture: the probe is not running.")
    return tr("No picture yet.")
