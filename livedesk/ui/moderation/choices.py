"""Which list is on screen, of which stores, and what waits to come in?"""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QHBoxLayout, QWidget

from livedesk.desk.looks import Look
from livedesk.desk.queue_view import QueueCounts, QueueFilter, RuleView, Show
from livedesk.desk.words import number, tr
from livedesk.ui.basics import button, keep_room, show_tone
from livedesk.ui.shapes import shape_icon
from livedesk.ui.theme import Theme

ORDER: Final[tuple[Show, ...]] = ("waiting", "hidden", "by_hand", "decided", "all")


class Choices(QWidget):
    """Lists at the left, stores and rules at the right; between them what came meanwhile."""

    chosen = Signal(str)
    """A `Show`."""
    scope_chosen = Signal()
    rules_asked = Signal()
    news_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bad = False
        hint = tr("{list} (V: the next list)")
        self._names: dict[Show, str] = {
            "waiting": tr("Waiting"), "hidden": tr("Hidden by rules"), "by_hand": tr("By hand"),
            "decided": tr("Decided"), "open": tr("Open"), "all": tr("All"),
        }  # fmt: skip
        self.lists = {
            show: button(
                theme, self._names[show], hint.format(list=self._names[show]), segment=True
            )
            for show in ORDER
        }
        self.news = button(
            theme, "", tr("Let in what came while the list was held (N)"), segment=True
        )
        self.news.setCheckable(False)
        self.scope = button(
            theme, tr("All stores"), tr("All stores in one list, or one (S)"), segment=True
        )
        self.rules = button(theme, f" {tr('Rules')}", tr("What the rules catch (Y)"), segment=True)
        self._group = QButtonGroup(self)
        self._first, row = QHBoxLayout(), QHBoxLayout()
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(theme.px(8), 0, theme.px(8), 0)
        for each in (self._first, row, self._rows):
            each.setSpacing(theme.px(4))
        for show, push in self.lists.items():
            self._group.addButton(push)
            push.clicked.connect(partial(self.chosen.emit, show))
            self._first.addWidget(push)
        self._first.addStretch(1)
        row.addStretch(1)
        self._second = row
        self._rows.addLayout(self._first)
        self._rows.addLayout(row)
        show_tone(self.news, "set")
        for push, asked in ((self.news, self.news_asked), (self.scope, self.scope_chosen),
                            (self.rules, self.rules_asked)):  # fmt: skip
            push.clicked.connect(asked)
            row.addWidget(push)
        keep_room(self.news)
        self.news.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In two lines where one has no room for all."""
        wanted = self._first.sizeHint().width() + self._second.sizeHint().width()
        directions = QBoxLayout.Direction
        is_wide = event.size().width() >= wanted + self._theme.px(24)
        self._rows.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        rows = (self._first.minimumSize(), self._second.minimumSize())
        width = max(each.width() for each in rows) + self._theme.px(16)
        return QSize(width, super().minimumSizeHint().height())

    def show_choice(
        self,
        wanted: QueueFilter,
        counts: QueueCounts,
        several: bool,
        news: int,
        rules: tuple[RuleView, ...],
    ) -> None:
        told = {"waiting": counts.waiting, "hidden": counts.hidden, "by_hand": counts.by_hand}
        for show, push in self.lists.items():
            count = told.get(show)
            name = self._names[show]
            text = f"{name} {number(count)}" if count else name
            if count and show == "hidden":
                # The counter above it is of this session only.
                text = tr("{list} {n} in all").format(list=name, n=number(count))
            if push.text() != text:
                push.setText(text)
        self.lists[wanted.show if wanted.show in self.lists else "all"].setChecked(True)
        self.scope.setVisible(several)
        self.scope.setChecked(wanted.store is None)
        self._show_news(news)
        self._show_bad(any(rule.look == "warning" for rule in rules))

    def _show_news(self, news: int) -> None:
        text = tr("{n} new (N)").format(n=number(news))
        if news and self.news.text() != text:
            self.news.setText(text)
        self.news.setVisible(news > 0)

    def _show_bad(self, is_bad: bool) -> None:
        """A rule that people take back shows at its button, also while the table is shut: but not
        one of which so few were decided that it says nothing."""
        if is_bad == self._bad:
            return
        self._bad = is_bad
        side = self._theme.px(13)
        look: Look = "warning" if is_bad else "ok"
        told = tr("{what}; people take back one of them") if is_bad else "{what}"
        self.rules.setAccessibleName(told.format(what=tr("What the rules catch (Y)")))
        self.rules.setIcon(shape_icon(look, self._theme, 13, self.devicePixelRatioF()))
        self.rules.setIconSize(QSize(side, side))

    def show_rules_open(self, is_open: bool) -> None:
        self.rules.setChecked(is_open)

    def after(self, show: Show) -> Show:
        """The next list of the row."""
        at = ORDER.index(show) if show in ORDER else -1
        return ORDER[(at + 1) % len(ORDER)]
