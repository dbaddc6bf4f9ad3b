"""Which show is this, is it on air, for how long, and does the engine answer?

One line where there is room; on a narrow screen, or with large text, the pages stand in a second.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.status import SessionState
from livedesk.desk.cards import worst_of_feed
from livedesk.desk.looks import Card, Look, is_still_sending
from livedesk.desk.model import DeskSnapshot, LinkView, StoreView
from livedesk.desk.moderation_card import moderation_card
from livedesk.desk.pin_cards import pins_card
from livedesk.desk.wall import wall_card
from livedesk.desk.words import platform_name, show_clock, tr, trn, wall_clock
from livedesk.ui.allowing import needs
from livedesk.ui.basics import ElidedText, Text, button, plain_tip
from livedesk.ui.pages import OF_ALL_STORES, PAGES, Page
from livedesk.ui.shapes import ShapeMark, look_name, shape_icon
from livedesk.ui.theme import Theme

LEAST_NAME, LEAST_LINK = 130, 180
"""Pixels at scale 1 that the store's name and the engine's state keep beside the pages: of fixed
length, so that no word that comes moves the pages."""


def session_word(state: SessionState) -> str:
    return {
        "waiting": tr("WAITING"),
        "live": tr("ON AIR"),
        "interrupted": tr("INTERRUPTED"),
        "ended": tr("ENDED"),
    }[state]


def link_words(link: LinkView) -> tuple[Look, str]:
    """The connection to the engine as a look and a phrase."""
    match link.state:
        case "attached":
            return "ok", tr("Engine attached")
        case "connecting":
            return "unknown", tr("Looking for the engine")
        case _:
            since = wall_clock(link.since_utc_ns)
            return "warning", tr("No answer since {time}").format(time=since)


def _still_sending() -> str:
    return tr("The record is closed. The encoder's stream goes to the platform until it stops.")


def _page_names() -> dict[Page, tuple[str, str]]:
    """On its button, and what it is."""
    return {
        "wall": (tr("Wall"), tr("All stores (W, F2)")),
        "feed": (tr("Feed"), tr("Feed, uplinks and plots (F, F3)")),
        "pins": (tr("Pins"), tr("Products and pins (P, F4)")),
        "queue": (tr("Queue"), tr("Moderation (Q, F5)")),
        "alarms": (tr("Alarms"), tr("Alarms, and what to do (F6)")),
        "check": (tr("Check"), tr("Check before the show (G, F7)")),
        "sessions": (tr("Sessions"), tr("Sessions on record (F9)")),
    }


def _page_hint(page: Page) -> str:
    return _page_names()[page][1]


class Pill(QLabel):
    """The session's state word in a rounded frame."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown = ("", "")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font("title"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def show_word(self, word: str, text: str, ground: str, border: str) -> None:
        if (word, text + ground + border) == self._shown:
            return
        self._shown = (word, text + ground + border)
        px = self._theme.px
        self.setText(word)
        self.setStyleSheet(
            f"color: {text}; background: {ground}; border: {px(1)}px solid {border};"
            f"border-radius: {px(5)}px; padding: {px(4)}px {px(12)}px;"
        )


class PageSwitch(QWidget):
    """One button a page; each shows how its page is, also while the other one is open."""

    chosen = Signal(str)
    """A `Page`."""

    def __init__(self, theme: Theme, pages: tuple[Page, ...]) -> None:
        super().__init__()
        self._theme = theme
        self._looks: dict[Page, tuple[Look, str]] = {}
        self.buttons: dict[Page, QPushButton] = {
            # Qt leaves no room between a button's icon and its text.
            page: button(theme, f"  {_page_names()[page][0]}", _page_hint(page), segment=True)
            for page in pages
        }
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        for page, push in self.buttons.items():
            push.setFont(theme.font("strong"))
            self._group.addButton(push)
            push.clicked.connect(partial(self.chosen.emit, page))
            row.addWidget(push)

    def show_page(self, page: Page) -> None:
        self.buttons[page].setChecked(True)

    def show_pages(self, snapshot: DeskSnapshot, view: StoreView | None) -> None:
        """`view`: the store to which the pages of one store belong."""
        self.setVisible(view is not None)
        if view is None:
            return
        self._show("wall", wall_card(snapshot))
        self._show("feed", worst_of_feed(view))
        card = pins_card(view)
        self._show("pins", card or Card("pins", tr("Pins"), "idle", tr("not set up")))
        queue = moderation_card(view)
        self._show("queue", queue or Card("queue", tr("Queue"), "idle", tr("not set up")))

    def show_card(self, card: Card) -> None:
        """Of a page whose state somebody else knows; its key is the page."""
        for page in self.buttons:
            if page == card.key:
                self._show(page, card)

    def _show(self, page: Page, card: Card) -> None:
        told = card.look, f"{card.title}: {card.word}"
        if self._looks.get(page) == told:
            return
        self._looks[page] = told
        push = self.buttons[page]
        ratio = self.devicePixelRatioF()
        push.setIcon(shape_icon(card.look, self._theme, 16, ratio))
        push.setIconSize(QSize(self._theme.px(16), self._theme.px(16)))
        push.setAccessibleDescription(f"{told[1]}, {look_name(card.look)}")
        push.setToolTip(plain_tip(f"{push.accessibleName()}\n{told[1]}"))


class Header(QWidget):
    """The top line of the window."""

    end_requested = Signal()
    help_requested = Signal()

    def __init__(self, theme: Theme, pages: tuple[Page, ...] = PAGES) -> None:
        super().__init__()
        self._theme = theme
        colours = theme.colours
        self.name = ElidedText(theme, "headline")
        self.platform = ElidedText(theme, "small", colours.muted)
        self.state = Pill(theme)
        self.clock = Text(theme, "clock")
        self.clock.setToolTip(tr("Time on air"))
        self.clock.setAccessibleName(tr("Time on air"))
        self.badge = Pill(theme)
        self.badge.show_word(tr("SANDBOX"), colours.sandbox, colours.ground, colours.sandbox)
        self.badge.setToolTip(tr("A rehearsal on this machine: no platform sees this stream."))
        self.link_mark = ShapeMark(theme, 16)
        self.link_text = ElidedText(theme, "small", colours.muted)
        # As wide as its words, and shorter where there is no room.
        self.link_text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.link = QWidget()
        self.pages = PageSwitch(theme, pages)
        end = button(theme, tr("End session…"), tr("Sign off the session of this store"))
        self.end = needs("operate", end)
        self.help = button(theme, tr("?"), tr("Keyboard shortcuts (F1)"))
        self.end.clicked.connect(self.end_requested)
        self.help.clicked.connect(self.help_requested)
        self._lay_out()

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.name)
        names.addWidget(self.platform)
        left, right = QHBoxLayout(), QHBoxLayout()
        self._middle = QHBoxLayout()
        for part in (left, self._middle, right):
            part.setSpacing(self._theme.pad)
        left.addWidget(self.badge)
        left.addLayout(names, 1)
        self._middle.addWidget(self.state)
        self._middle.addWidget(self.clock)
        self._middle.addWidget(self.pages)
        link = QHBoxLayout(self.link)
        link.setContentsMargins(0, 0, 0, 0)
        link.setSpacing(self._theme.pad)
        link.addWidget(self.link_mark)
        link.addWidget(self.link_text)
        self._right = right
        right.addStretch(1)
        right.addWidget(self.link)
        right.addWidget(self.end)
        right.addWidget(self.help)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(self._theme.pad)
        self._grid.setVerticalSpacing(self._theme.gap)
        self._grid.addLayout(left, 0, 0)
        self._grid.addLayout(self._middle, 0, 1)
        self._grid.addLayout(right, 0, 2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(2, 1)
        self._second = QHBoxLayout()
        self._grid.addLayout(self._second, 1, 0, 1, 3)
        self._is_wrapped = False

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Of two lines, because there may always be two."""
        least = self._grid.minimumSize()
        if self._is_wrapped:
            return least
        moved = self.pages.minimumSizeHint().width() + self.link.minimumSizeHint().width()
        return QSize(max(moved, least.width() - moved), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Another word or a longer name of the show wants other room."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        """The store's name is read beside the pages, or they stand below it."""
        names = max(self.name.sizeHint().width(), self.platform.sizeHint().width())
        fixed = (self.badge, self.state, self.clock, self.pages, self.end, self.help)
        shown = [each.sizeHint().width() for each in fixed if not each.isHidden()]
        wanted = min(names, self._theme.px(LEAST_NAME)) + sum(shown) + self._theme.px(LEAST_LINK)
        wrapped = wanted + (len(shown) + 2) * self._theme.pad > self.width()
        if wrapped != self._is_wrapped:
            self._is_wrapped = wrapped
            self._place_pages()
        words = 0 if wrapped else min(self.link_text.sizeHint().width(), self._theme.px(LEAST_LINK))
        self.link_text.setMinimumWidth(words)

    def _place_pages(self) -> None:
        if self._is_wrapped:
            self._second.addWidget(self.pages)
            self._second.addStretch(1)
            self._second.addWidget(self.link)
        else:
            while self._second.count():
                self._second.takeAt(0)
            self._middle.addWidget(self.pages)
            self._right.insertWidget(1, self.link)

    def show_snapshot(self, snapshot: DeskSnapshot, view: StoreView | None, page: Page) -> None:
        """`view`: the chosen store, which pages of all stores do not name."""
        look, words = link_words(snapshot.link)
        self.link_mark.show_look(look)
        self.link_text.show_text(words)
        self.link_text.set_colour(self._theme.colour(look))
        self.link_text.setToolTip(snapshot.link.where)
        self.pages.show_pages(snapshot, view)
        view = None if page in OF_ALL_STORES else view
        self.state.setVisible(view is not None)
        self.clock.setVisible(view is not None and view.on_air_s is not None)
        self.badge.setVisible(view is not None and view.status.sandbox)
        self.end.setVisible(view is not None)
        if view is None:
            self._show_nothing(snapshot)
        else:
            self._show_store(view, snapshot.link.answering)

    def _show_nothing(self, snapshot: DeskSnapshot) -> None:
        if snapshot.stores:
            agency = snapshot.engine.agency if snapshot.engine is not None else ""
            self.name.show_text(agency or tr("All stores"))
            self.platform.show_text(_count(len(snapshot.stores)))
            return
        answering = snapshot.link.answering
        self.name.show_text(tr("No store") if answering else tr("livedesk"))
        hint = tr("The engine's settings name no store.") if answering else ""
        self.platform.show_text(hint)
        self.end.setEnabled(False)

    def _show_store(self, view: StoreView, answering: bool) -> None:
        status = view.status
        self.name.show_text(status.name)
        self.platform.show_text(platform_name(status.platform) if status.platform else "")
        self._show_state(view)
        self.clock.show_text(show_clock(view.on_air_s or 0.0))
        lit = status.state == "live" and not view.stale
        self.clock.set_colour(self._theme.colours.text if lit else self._theme.colours.faint)
        self.end.setEnabled(status.state in ("live", "interrupted") and answering)

    def _show_state(self, view: StoreView) -> None:
        colours = self._theme.colours
        word = session_word(view.status.state)
        still_sending = is_still_sending(view) and not view.stale
        self.state.setToolTip(_still_sending() if still_sending else "")
        if view.stale:
            word = tr("{word}?").format(word=word)
            self.state.show_word(word, colours.muted, colours.ground, colours.faint)
        elif view.status.state == "live":
            self.state.show_word(word, colours.on_signal, colours.text, colours.text)
        elif view.status.state == "interrupted":
            self.state.show_word(word, colours.on_signal, colours.critical, colours.critical)
        elif still_sending:
            word = tr("ENDED, STILL SENDING")
            self.state.show_word(word, colours.notice, colours.ground, colours.notice)
        else:
            self.state.show_word(word, colours.muted, colours.ground, colours.line)


def _count(stores: int) -> str:
    return trn("{n} store", "{n} stores", stores).format(n=stores)
