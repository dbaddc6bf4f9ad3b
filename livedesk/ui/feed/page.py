"""One store in full: strip, picture and sound, events and figures, timeline, plots and uplinks."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.core.events import Event
from livedesk.desk.cards import cards
from livedesk.desk.levels import levels
from livedesk.desk.looks import feed_flows
from livedesk.desk.marks import Mark
from livedesk.desk.model import StoreView
from livedesk.desk.plots import StorePlots
from livedesk.desk.previews import Preview
from livedesk.desk.timeline import Timeline
from livedesk.desk.words import age, tr
from livedesk.ui.feed.alarmlist import AlarmList
from livedesk.ui.feed.arrangebar import ArrangeBar
from livedesk.ui.feed.docks import VERSION, Docks, Part
from livedesk.ui.feed.meters import Meters
from livedesk.ui.feed.plotspanel import PlotsPanel
from livedesk.ui.feed.preview import PreviewPanel, picture_height
from livedesk.ui.feed.sidepanel import SidePanel
from livedesk.ui.feed.strip import Strip
from livedesk.ui.feed.timeline import TimelinePanel
from livedesk.ui.feed.uplinks import Orders, UplinksPanel
from livedesk.ui.layouts import Layouts
from livedesk.ui.theme import Theme

SIDE_SHARE = 0.28
SIDE_WIDTH = (330, 640)
LEAST_PICTURE = (150, 112)
"""In which what is said instead of a picture can be read; pixels at scale 1."""
LAYOUT = "feed"
"""Under which the places of the parts are kept."""


class FeedPage(QWidget):
    """Takes a store's view and hands each part what it shows."""

    pins_asked = Signal()
    queue_asked = Signal()
    alarms_asked = Signal()

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._theme = theme
        self._marked: tuple[Timeline, int] | None = None
        self._marks: tuple[Mark, ...] = ()
        self._timeline: Timeline | None = None
        self.strip = Strip(theme)
        self.preview = PreviewPanel(theme)
        self.preview.setMinimumSize(*(theme.px(n) for n in LEAST_PICTURE))
        self.meters = Meters(theme)
        self.side = SidePanel(theme, zone)
        self.alarms = AlarmList(theme, zone)
        self.plots = PlotsPanel(theme, zone)
        self.timeline = TimelinePanel(theme, zone)
        self.uplinks = UplinksPanel(theme, zone)
        self.docks = Docks(theme, self._parts(), _place, self._fit)
        self.arrange_bar = ArrangeBar(theme, self.docks)
        self._lay_out()
        self._wire()

    def _parts(self) -> tuple[Part, ...]:
        picture = QWidget()
        row = QHBoxLayout(picture)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.px(4))
        row.addWidget(self.preview, 1)
        row.addWidget(self.meters)
        return (
            Part("picture", tr("Picture and sound"), picture),
            Part("happened", tr("Events, figures"), self.side),
            Part("alarms", tr("Alarms"), self.alarms),
            Part("timeline", tr("Timeline"), self.timeline),
            Part("plots", tr("Plots"), self.plots),
            Part("uplinks", tr("Uplinks"), self.uplinks),
        )

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.gap)
        column.addWidget(self.strip)
        column.addWidget(self.arrange_bar)
        column.addWidget(self.docks, 1)

    def _wire(self) -> None:
        self.strip.chosen.connect(self._look_closer)
        self.alarms.asked.connect(self.alarms_asked)
        self.plots.redrawn.connect(self._show_timeline)
        self.plots.arrange_asked.connect(self.docks.arrange)
        self.docks.arranging.connect(self.plots.arrange.setChecked)
        self.timeline.pointed.connect(self.plots.point)
        self.timeline.left.connect(self.plots.leave)

    def _look_closer(self, key: str) -> None:
        """A click on a card opens the page that explains it."""
        match key:
            case "settings":
                self.open_issues()
            case "probe" | "journal":
                self.open_events()
            case "pins":
                self.pins_asked.emit()
            case "moderation":
                self.queue_asked.emit()

    def _fit(self, docks: Docks) -> None:
        """A picture of its own shape, uplinks as high as their words, the rest for the plots."""
        parts, across, down = docks.parts, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        low, high = (self._theme.px(n) for n in SIDE_WIDTH)
        side = min(high, max(low, round(docks.width() * SIDE_SHARE)))
        docks.resizeDocks([parts["picture"], parts["plots"]], [side, docks.width() - side], across)
        picture = picture_height(side - self.meters.width() - self._theme.px(4))
        below = max(1, docks.height() - picture)
        docks.resizeDocks([parts["picture"], parts["happened"]], [picture, below], down)
        lanes, paths = (parts[n].widget().sizeHint().height() for n in ("timeline", "uplinks"))
        rest = max(1, docks.height() - lanes - paths)
        names = ("timeline", "plots", "uplinks")
        docks.resizeDocks([parts[name] for name in names], [lanes, rest, paths], down)

    # What a key opens

    def open_events(self) -> None:
        self.docks.show_part("happened")
        self.side.open_events()

    def open_details(self) -> None:
        self.docks.show_part("happened")
        self.side.open_details()

    def open_issues(self) -> None:
        self.docks.show_part("happened")
        self.side.open_issues()

    def open_alarms(self) -> None:
        self.docks.show_part("alarms")
        self.alarms.area.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_timeline(self) -> None:
        self.docks.show_part("timeline")
        self.timeline.focus_lanes()

    def toggle_values(self) -> None:
        self.docks.show_part("plots")
        self.plots.toggle_values()

    def toggle_arranging(self) -> None:
        self.docks.arrange(not self.docks.is_arranging)

    def reset_layout(self) -> None:
        self.arrange_bar.reset.click()

    def take_layout(self, layouts: Layouts) -> None:
        """Put the parts where they were left."""
        layouts.arrange(self.docks, LAYOUT, VERSION)

    def keep_layout(self, layouts: Layouts) -> None:
        """Remember where the parts are. Usual places are not kept: they fit another screen too."""
        if self.docks.usual:
            layouts.forget(LAYOUT)
        else:
            layouts.keep_arrangement(self.docks, LAYOUT, VERSION)

    # What it shows

    def show_store(
        self,
        view: StoreView,
        answering: bool,
        plots: StorePlots,
        preview: Preview | None,
        events: tuple[Event, ...],
        orders: Orders,
        no_picture: str = "",
    ) -> None:
        """`no_picture`: why there is none, where the status cannot know."""
        self.strip.show_cards(cards(view))
        self.uplinks.show_store(view, answering, orders)
        cut_off = view.stale or not answering or not feed_flows(view)
        self.preview.show_preview(preview, cut_off, no_picture or _no_picture(view))
        self.meters.show_levels(levels(view))
        self.side.show_store(view, events)
        self.alarms.show_store(view)
        self._keep_marks(plots.timeline)
        self.plots.show_store(view, plots, _stale_note(view), self._marks)

    def _keep_marks(self, timeline: Timeline) -> None:
        self._timeline = timeline
        if (timeline, timeline.version) != self._marked:
            self._marked = timeline, timeline.version
            self._marks = timeline.marks()

    def _show_timeline(self) -> None:
        if self._timeline is not None and self.plots.stretch is not None:
            self.timeline.show_window(self.plots.stretch, self._timeline, self.plots.started_s)


def _place(docks: Docks) -> None:
    """Picture over what happened at the left; timeline, plots and uplinks beside them."""
    parts, across, down = docks.parts, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    docks.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, parts["picture"])
    docks.splitDockWidget(parts["picture"], parts["timeline"], across)
    docks.splitDockWidget(parts["picture"], parts["happened"], down)
    docks.splitDockWidget(parts["timeline"], parts["plots"], down)
    docks.splitDockWidget(parts["plots"], parts["uplinks"], down)
    docks.tabifyDockWidget(parts["happened"], parts["alarms"])
    parts["happened"].raise_()


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
