"""Without settings and without an engine: what now? Try it here, or connect what is one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from livedesk.core.secrets import Secret
from livedesk.desk.first_run import FirstStore
from livedesk.desk.first_steps import first_steps
from livedesk.desk.model import DeskSnapshot
from livedesk.desk.starting import Begun
from livedesk.desk.words import tr
from livedesk.ui.basics import Panel, Text, button, show_tone
from livedesk.ui.theme import Theme
from livedesk.ui.welcome.form import StoreForm
from livedesk.ui.welcome.steps import Progress

CARD_WIDTH = 460


class Starter(Protocol):
    """Who writes the settings and starts an engine (`desk/starting.py`)."""

    @property
    def begun(self) -> Begun | None: ...

    @property
    def is_starting(self) -> bool: ...

    def connect(self, store: FirstStore) -> None: ...

    def start_again(self) -> None: ...


class WelcomePage(QWidget):
    """Two cards: the sandbox by one click, and one's own encoder and platform step by step."""

    sandbox_asked = Signal()
    done = Signal()
    """The person wants the console now."""

    def __init__(self, theme: Theme, starter: Starter, new_key: Callable[[], Secret]) -> None:
        super().__init__()
        self._theme = theme
        self._starter = starter
        self._is_changing = False
        self.sandbox = button(theme, tr("Start the sandbox"))
        show_tone(self.sandbox, "main")
        self.sandbox.clicked.connect(self.sandbox_asked)
        self.form = StoreForm(theme, new_key)
        self.form.wished.connect(self._connect)
        self.problem = Text(theme, "strong", theme.colours.warning)
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.progress = Progress(theme)
        self.progress.done.connect(self.done)
        self.progress.again.connect(starter.start_again)
        self.progress.change.connect(self._change)
        self._sides = QStackedWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        form = QWidget()
        inside = QVBoxLayout(form)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.form)
        inside.addStretch(1)
        self._sides.addWidget(form)
        self._sides.addWidget(self.progress)
        title = Text(self._theme, "clock")
        title.show_text(tr("Welcome to livedesk"))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint = Text(self._theme, "body", self._theme.colours.muted)
        self._hint.show_text(
            tr("There are no settings here yet, and no engine runs on this machine.")
        )
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._cards = cards = QHBoxLayout()
        cards.setSpacing(self._theme.px(24))
        cards.addStretch(1)
        self._try = self._try_card()
        cards.addWidget(self._try, 0, Qt.AlignmentFlag.AlignTop)
        self._own = self._own_card()
        cards.addWidget(self._own)
        cards.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(self._theme.gap)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(self._hint)
        column.addSpacing(self._theme.px(24))
        column.addLayout(cards)
        column.addStretch(3)

    def fit(self, width: int) -> None:
        """The cards stand beside each other where this many pixels have room for both; else one
        above the other, and as wide as there is room."""
        usual = self._theme.px(CARD_WIDTH)
        beside = width >= 2 * usual + self._theme.px(72)
        way = QBoxLayout.Direction
        self._cards.setDirection(way.LeftToRight if beside else way.TopToBottom)
        for card in (self._try, self._own):
            card.setMinimumWidth(usual if beside else 0)
            card.setMaximumWidth(usual if beside else width)
        # A place of its own would take from a card's height what its wrapped words need.
        top = Qt.AlignmentFlag.AlignTop if beside else Qt.AlignmentFlag(0)
        self._cards.setAlignment(self._try, top)

    def _try_card(self) -> Panel:
        words = tr(
            "An encoder, a platform, a shop and a chat, all on this machine. A scripted show runs, "
            "and you break what you like: throttle the way out, delay the sound, take the rules "
            "away. Nothing leaves this machine."
        )
        card, column = self._card(tr("Try it in the sandbox"), words)
        column.addWidget(self.sandbox)
        return card

    def _own_card(self) -> Panel:
        words = tr(
            "Your encoder sends to livedesk, livedesk sends on to the platform. The key goes into "
            "this machine's keyring, never into a file."
        )
        card, column = self._card(tr("Connect your encoder and platform"), words)
        column.addWidget(self._sides, 1)
        column.addWidget(self.problem)
        return card

    def _card(self, title: str, words: str) -> tuple[Panel, QVBoxLayout]:
        theme = self._theme
        card = Panel(theme, title)
        card.setFixedWidth(theme.px(CARD_WIDTH))
        column = QVBoxLayout(card)
        column.setContentsMargins(*(theme.px(20) for _ in range(4)))
        column.setSpacing(theme.pad)
        head = Text(theme, "headline")
        head.show_text(title)
        text = Text(theme, "body", theme.colours.muted)
        text.setWordWrap(True)
        text.show_text(words)
        column.addWidget(head)
        column.addWidget(text)
        return card, column

    def _connect(self, store: FirstStore) -> None:
        self._is_changing = False
        self._starter.connect(store)

    def _change(self) -> None:
        """Back to the form: something that was typed is not right."""
        self._is_changing = True
        self._sides.setCurrentIndex(0)
        self.form.key.setFocus()

    def show_snapshot(self, snapshot: DeskSnapshot) -> None:
        begun = self._starter.begun
        self.problem.setVisible(begun is not None and bool(begun.problem))
        if begun is None:
            return
        self.problem.show_text(begun.problem)
        self._try.setVisible(begun.file is None)
        self._hint.setVisible(begun.file is None)
        if begun.file is None or self._is_changing:
            return
        self._sides.setCurrentWidget(self.progress)
        self.progress.show_begun(begun)
        is_starting = self._starter.is_starting
        self.progress.show_steps(
            first_steps(snapshot, begun.store.id, begun.servers, is_starting=is_starting)
        )
