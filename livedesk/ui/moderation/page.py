"""The queue of all stores or of one: the list at the left, the chosen comment at the right.

Keys act on the row under the cursor and on nothing else. What became of an act stands in that row,
which stays where it is until the cursor goes on; the line at the bottom says what U takes back.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from livedesk.desk.model import Moment, StoreView
from livedesk.desk.queue_view import QueueFilter, QueueRow, Show
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel
from livedesk.ui.moderation.acting import Acting
from livedesk.ui.moderation.byhand import MOST, ByHand
from livedesk.ui.moderation.choices import Choices
from livedesk.ui.moderation.counters import Counters
from livedesk.ui.moderation.detail import Detail
from livedesk.ui.moderation.healthline import MOST as MOST_LINES
from livedesk.ui.moderation.healthline import HealthLines
from livedesk.ui.moderation.listmodel import QueueModel
from livedesk.ui.moderation.listview import QueueListView
from livedesk.ui.moderation.rulelist import RuleList
from livedesk.ui.moderation.toldline import ToldLine
from livedesk.ui.pins.byhand import WhyNot
from livedesk.ui.setupnote import SetupNote
from livedesk.ui.source import QueueSource
from livedesk.ui.theme import Theme

RIGHT_SHARE, RIGHT_WIDTH, RIGHT_MOST = 0.38, (430, 640), 0.46
"""Of the page's width; its bounds at scale 1; and so much at most on a small screen."""

NEWS_MS = 30
"""Between two looks for what came, which cost next to nothing when nothing did."""

LOW = 560
"""Pixels at scale 1: a page of less height tells of one trouble and one thing by hand at a time."""

SETUP = """[store.moderation]
url = "https://rules.example.com"     # the rule service
token = "keyring:rules/token"
chat = "lines"                        # shopee | lines"""


class QueuePage(QWidget):
    """Takes a store's view; reads the queues themselves from the desk."""

    def __init__(self, source: QueueSource, theme: Theme, now: Callable[[], Moment]) -> None:
        super().__init__()
        self._source = source
        self._now = now
        self._theme = theme
        self._store = ""
        self._wanted = QueueFilter()
        self.view = source.new_view()
        self.hands = QueueModel(source.new_view(QueueFilter("by_hand")), now)
        self.list = QueueListView(theme, QueueModel(self.view, now))
        self.counters = Counters(theme)
        self.health = HealthLines(theme)
        self.choices = Choices(theme)
        self.detail = Detail(theme)
        self.rules = RuleList(theme)
        self.by_hand = ByHand(theme, now)
        self.told = ToldLine(theme, now)
        self.acts = Acting(source, self.view, self.told, now, self._acted, self._why_not)
        self.setup = SetupNote(
            theme,
            tr("This store does not moderate its chat."),
            tr("Feed, uplinks and record do not need it. To have one queue for all stores, add "
               "this to the store's settings and restart the engine:"),
            SETUP,
        )  # fmt: skip
        self._news = QTimer(self)
        self._news.setInterval(NEWS_MS)
        self._news.timeout.connect(self._look)
        self._page = QWidget()
        self._right = QWidget()
        self._side = QStackedWidget()
        self._stack = QStackedWidget()
        self._lay_out()
        self._wire()

    def _lay_out(self) -> None:
        theme, gap = self._theme, self._theme.gap
        left = Panel(theme, tr("Queue"))
        inner = QVBoxLayout(left)
        inner.setContentsMargins(*(theme.px(n) for n in (2, 6, 2, 4)))
        inner.setSpacing(theme.px(4))
        inner.addWidget(self.choices)
        inner.addWidget(self.list, 1)
        inner.addWidget(self.told)
        self._side.addWidget(self.detail)
        self._side.addWidget(self.rules)
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(gap)
        # What comes by itself stands below what is pressed, so that no button moves.
        right.addWidget(self._side, 1)
        right.addWidget(self.by_hand)
        row = QHBoxLayout()
        row.setSpacing(gap)
        row.addWidget(left, 1)
        row.addWidget(self._right)
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(gap)
        page.addWidget(self.counters)
        page.addLayout(row, 1)
        page.addWidget(self.health)
        self._stack.addWidget(self.setup)
        self._stack.addWidget(self._page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _wire(self) -> None:
        self.list.moved.connect(self._moved)
        self.choices.chosen.connect(self.choose_list)
        self.choices.scope_chosen.connect(self.toggle_scope)
        self.choices.rules_asked.connect(self.toggle_rules)
        self.choices.news_asked.connect(self.let_in)
        self.list.stirred.connect(self.acts.stirred)
        buttons = self.detail.buttons
        buttons.decided.connect(self.acts.decide)
        buttons.claim_asked.connect(self.acts.claim)
        buttons.batch_asked.connect(self.acts.decide_all)
        self.detail.answered.connect(self.acts.answer)
        self.detail.others_asked.connect(self.turn_answers)
        self.detail.settled.connect(self._settle_chosen)
        self.by_hand.settled.connect(self._settle)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        low, high = (self._theme.px(n) for n in RIGHT_WIDTH)
        width = event.size().width()
        wanted = min(high, max(low, round(width * RIGHT_SHARE)))
        self._right.setFixedWidth(min(wanted, round(width * RIGHT_MOST)))
        is_low = event.size().height() < self._theme.px(LOW)
        self.by_hand.most = 1 if is_low else MOST
        self.health.most = 1 if is_low else MOST_LINES
        super().resizeEvent(event)

    # What it shows

    def show_store(self, view: StoreView) -> None:
        self._store = view.status.store
        stores = self.view.health(self._now())
        self._stack.setCurrentWidget(self._page if stores else self.setup)
        if not stores:
            return
        several = len(stores) > 1
        self._follow(one=several)
        self.list.delegate.stores = several and self._wanted.store is None
        self.list.refresh()
        self.hands.refresh()
        now = self._now()
        shown = [each for each in stores if self._wanted.store in (None, each.store)] or stores
        counts = self.view.counts(now)
        self.counters.show_counts(counts, view.status.limits, tuple(shown))
        self.health.show_health(stores)
        rules = self.view.rules()
        self.choices.show_choice(self._wanted, counts, several, self.view.news, rules)
        if self._side.currentWidget() is self.rules:
            self.rules.show_rules(rules)
        self._show_hands()
        self._show_detail()

    def _follow(self, *, one: bool) -> None:
        """A list of one store follows the choice of the window; the only store is in any list."""
        wanted = self._wanted
        if wanted.store is not None and (not one or wanted.store != self._store):
            self._show_list(QueueFilter(wanted.show, self._store if one else None))

    def _show_list(self, wanted: QueueFilter) -> None:
        self._wanted = wanted
        self.list.rows.show(wanted)
        self.hands.show(QueueFilter("by_hand", wanted.store))
        self.list.delegate.waits = wanted.show == "waiting"
        self.list.scrollToTop()
        self._moved()

    def _show_hands(self) -> None:
        count = len(self.hands.view)
        rows = tuple(self.hands.row(at) for at in range(min(count, 2 * MOST)))
        self.by_hand.show_rows(rows, count)

    def _show_detail(self) -> None:
        row, now = self.acts.chosen, self._now()
        self._attend(row)
        if row is None:
            self.detail.show_nothing(len(self.view))
        else:
            faq = self.view.faq(row.item_id)
            twice = tuple(self.view.duplicate(row.item_id, each.id, now) for each in faq)
            text, batch = self.view.message(row.item_id), self.view.batch(row.item_id)
            self.detail.show_row(row, text, batch, faq, twice, self.acts.armed(row))
        self.told.show_source(self._source)

    def _why_not(self) -> str:
        """Why who sits here may not moderate; the buttons know it."""
        return self.detail.buttons.claim.why_not

    def _attend(self, row: QueueRow | None) -> None:
        """What is looked at is claimed meanwhile; on another page nothing is."""
        is_here = row is not None and self.isVisible() and not self._why_not()
        at = row.item_id if row is not None and is_here else None
        self._source.attend(at, self.acts.idle_s)

    def _look(self) -> None:
        """What came is in the list at once; all beside it has the window's pace."""
        if self.view.is_behind:
            self.list.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self._news.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self._news.stop()
        self._source.attend(None, 0.0)
        super().hideEvent(event)

    @property
    def has_queue(self) -> bool:
        return self._stack.currentWidget() is self._page

    def close_views(self) -> None:
        """The desk tells a view of each change until it is closed."""
        self._news.stop()
        self.view.close()
        self.hands.view.close()

    # Where a person goes

    def focus_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def step(self, by: int) -> None:
        if not self.has_queue:
            return
        self.list.step(by)
        if self.view.cursor is None and len(self.view):
            self.told.say(tr("Others are at all of them; click on one to look at it too."))

    def leave(self) -> None:
        """Off the row: the list flows again, and what was half meant is not meant any more."""
        row = self.acts.chosen
        if row is not None and row.order is not None and row.order.state != "sending":
            self._source.dismiss(row.item_id)
        self.list.leave()

    def let_in(self) -> None:
        self.list.rows.settle()
        self.list.show_cursor()

    def _moved(self) -> None:
        self.acts.moved()
        self._show_detail()

    def choose_list(self, show: Show) -> None:
        self._show_list(QueueFilter(show, self._wanted.store))

    def next_list(self) -> None:
        self.choose_list(self.choices.after(self._wanted.show))

    def toggle_scope(self) -> None:
        """All stores in one list, or the one that the window shows."""
        if len(self.view.health(self._now())) > 1:
            one = self._store if self._wanted.store is None else None
            self._show_list(QueueFilter(self._wanted.show, one))

    def toggle_rules(self) -> None:
        other = self.rules if self._side.currentWidget() is self.detail else self.detail
        self._side.setCurrentWidget(other)
        self.choices.show_rules_open(other is self.rules)
        self.rules.show_rules(self.view.rules())

    def turn_answers(self) -> None:
        """The digits post the next nine answers."""
        self.acts.stirred()
        self.view.turn_answers()
        self._show_detail()

    def finish_by_hand(self, done: bool) -> None:
        self.by_hand.finish_oldest(done)

    def _settle_chosen(self, effect_key: str, done: bool) -> None:
        if self.view.cursor is not None:
            self._settle(self.view.cursor, effect_key, done)

    def _settle(self, item_id: str, effect_key: str, done: bool) -> None:
        if done:
            self.acts.settle(item_id, effect_key, done=True)
            return
        question = tr("What stood in the way? It stands beside the comment and in the record.")
        why = WhyNot(self._theme, self.window(), tr("Could not be done by hand"), question)
        why.told.connect(lambda text: self.acts.settle(item_id, effect_key, False, text))
        why.open()

    def _acted(self) -> None:
        self.list.refresh()
        self.hands.refresh()
        self._show_hands()
        self._show_detail()
