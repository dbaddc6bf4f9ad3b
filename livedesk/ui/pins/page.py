"""The pins of one store: what comes next at the left, what became of it at the right."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from PySide6.QtWidgets import QHBoxLayout  # isort: skip

from livedesk.core.pins import ProductProblem
from livedesk.desk.compliance import compliance_of
from livedesk.desk.model import StoreView
from livedesk.desk.pin_words import title_of
from livedesk.desk.pinning import Shop
from livedesk.desk.pins import PinsView, views_of
from livedesk.desk.words import platform_name, tr
from livedesk.ui.pins.byhand import ByHand, WhyNot
from livedesk.ui.pins.figures import LatencyPanel, WayPanel
from livedesk.ui.pins.linedelegate import PICTURE
from livedesk.ui.pins.newest import NewestPanel
from livedesk.ui.pins.pictures import Pictures
from livedesk.ui.pins.pinlist import PinList
from livedesk.ui.pins.runofshow import RunOfShowPanel
from livedesk.ui.pins.unsaid import UnsaidPanel
from livedesk.ui.setupnote import SetupNote
from livedesk.ui.source import PinSource
from livedesk.ui.theme import Theme

RIGHT_SHARE = 0.44
RIGHT_WIDTH = (430, 680)
PROBLEMS_SHOWN = 500

SETUP = """[store.pins]
gateway = "manual"      # shopee | http | manual

[store.pins.catalogue]
source = "file"         # or "gateway": the platform's own
file = "products.csv"   # or .xlsx, .json"""


class PinsPage(QWidget):
    """Takes a store's view and hands each part what it shows."""

    pad_asked = Signal()
    web_pad_asked = Signal()
    refused = Signal(str)
    """Why the list did not obey."""

    def __init__(self, source: PinSource, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__()
        self._source = source
        self._theme = theme
        self._store = ""
        self._shop = Shop()
        self.pictures = Pictures(source.pictures.picture, 2 * theme.px(PICTURE))
        self.show_panel = RunOfShowPanel(theme, self.pictures, source.now)
        self.unsaid = UnsaidPanel(theme)
        self.newest = NewestPanel(theme)
        self.by_hand = ByHand(theme)
        self.latency = LatencyPanel(theme)
        self.pins = PinList(theme, zone)
        self.way = WayPanel(theme, zone)
        self.setup = SetupNote(
            theme,
            tr("This store does not pin products."),
            tr("Feed, uplinks and record do not need it. To fire products from here and from a "
               "pad, add this to the store's settings and restart the engine:"),
            SETUP,
        )  # fmt: skip
        self._right = QWidget()
        self._stack = QStackedWidget()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        gap = self._theme.gap
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(gap)
        for part in (self.newest, self.by_hand, self.latency):
            right.addWidget(part)
        right.addWidget(self.pins, 1)
        right.addWidget(self.way)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(gap)
        left = QVBoxLayout()
        left.setSpacing(gap)
        left.addWidget(self.unsaid)
        left.addWidget(self.show_panel, 1)
        row.addLayout(left, 1)
        row.addWidget(self._right)
        self._stack.addWidget(self.setup)
        self._stack.addWidget(page)
        self._page = page
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _wire(self) -> None:
        self.show_panel.fired.connect(self._fire)
        self.show_panel.unpinned.connect(self.unpin)
        self.show_panel.refused.connect(self.refused)
        self.show_panel.changed.connect(
            lambda change: self._source.change_show(self._store, change)
        )
        self.unsaid.seen_to.connect(lambda warning: self._source.warning_done(self._store, warning))
        self.by_hand.settled.connect(self._settle)
        self.way.problems_asked.connect(self._open_problems)
        self.way.pad_asked.connect(self.pad_asked)
        self.way.web_pad_asked.connect(self.web_pad_asked)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        low, high = (self._theme.px(n) for n in RIGHT_WIDTH)
        self._right.setFixedWidth(min(high, max(low, round(event.size().width() * RIGHT_SHARE))))
        super().resizeEvent(event)

    @property
    def has_pins(self) -> bool:
        """Whether the store on screen pins at all."""
        return self._stack.currentWidget() is self._page

    def show_store(self, view: StoreView) -> None:
        self._store = view.status.store
        pins = self._source.view(view)
        self._stack.setCurrentWidget(self.setup if pins is None else self._page)
        if pins is None:
            return
        shop = self._shop = self._source.shop(self._store)
        self.pictures.look()
        self.show_panel.show_pins(self._store, pins, shop)
        self.unsaid.show_compliance(compliance_of(view.status))
        self.newest.show_pins(pins)
        platform = platform_name(view.status.platform) if view.status.platform else ""
        self.by_hand.show_pins(pins.by_hand, platform or tr("the platform"))
        self.latency.show_pins(pins)
        self._show_ledger(pins, shop)
        source = shop.products.list.source if shop.products is not None else ""
        self.way.show_pins(view, pins, source)

    def _show_ledger(self, pins: PinsView, shop: Shop) -> None:
        ledger = shop.ledger
        worst = views_of(ledger.worst, pins.budget_ms) if ledger is not None else ()
        older = views_of(ledger.pins, pins.budget_ms) if ledger is not None else ()
        known = {pin.pin_id for pin in pins.recent}
        oldest = min((pin.cued_utc_ns for pin in pins.recent if pin.cued_utc_ns), default=None)
        rest = tuple(
            pin for pin in older
            if pin.pin_id not in known and (oldest is None or pin.cued_utc_ns <= oldest)
        )  # fmt: skip
        self.pins.show_pins((*pins.recent, *rest), worst)

    # What a person does

    def _fire(self, product_id: str, title: str) -> None:
        if self.has_pins:
            self._source.fire(self._store, product_id, title)

    def fire_number(self, place: int) -> None:
        """The key of a line, from 1."""
        if self.has_pins:
            self.show_panel.fire_number(place)

    def fire_next(self) -> None:
        if self.has_pins:
            self.show_panel.fire_next()

    def unpin(self) -> None:
        if self.has_pins:
            self._source.unpin(self._store)

    def finish_by_hand(self) -> None:
        self.by_hand.finish_oldest(True)

    def _settle(self, pin_id: str, done: bool) -> None:
        store = self._store
        if done:
            self._source.by_hand(store, pin_id, done=True)
            return
        why = WhyNot(self._theme, self.window())
        why.told.connect(lambda text: self._source.by_hand(store, pin_id, done=False, text=text))
        why.open()

    def could_not_by_hand(self) -> None:
        self.by_hand.finish_oldest(False)

    def focus_list(self) -> None:
        """With what is next up chosen, so that Enter fires what is expected."""
        self.show_panel.choose_next_up()
        self.show_panel.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_problems(self) -> None:
        products = self._shop.products
        if products is not None:
            ProblemsDialog(self._theme, self.window(), products.list.problems).open()

    def close_pictures(self) -> None:
        self.pictures.close()


class ProblemsDialog(QDialog):
    """What in the catalogue could not be used as it stands, and where."""

    def __init__(self, theme: Theme, parent: QWidget, problems: tuple[ProductProblem, ...]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Problems of the catalogue"))
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setFont(theme.font("body"))
        text.setAccessibleName(self.windowTitle())
        lines = [f"{title_of(each.where)}: {title_of(each.text)}" for each in problems]
        more = len(lines) - PROBLEMS_SHOWN
        rest = [tr("… and {n} more").format(n=more)] if more > 0 else []
        text.setPlainText("\n".join([*lines[:PROBLEMS_SHOWN], *rest]))
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(16),) * 4)
        column.addWidget(text)
        self.resize(theme.px(620), theme.px(360))
