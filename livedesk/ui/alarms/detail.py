"""What is this one alarm: what is wrong, what to do first, since when, and the steps to take?"""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from livedesk.desk.alarm_list import AlarmLine
from livedesk.desk.alarm_orders import AskedAlarm
from livedesk.desk.alarm_words import life_words, order_words, place_name, priority_word
from livedesk.desk.looks import LIT
from livedesk.desk.rights import Rights
from livedesk.desk.words import tr
from livedesk.ui.alarms.steps import Steps
from livedesk.ui.basics import Panel, Text, button, show_tone
from livedesk.ui.pages import scrolled
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Role, Theme


class AlarmDetail(Panel):
    """The alarm under the cursor."""

    acknowledged = Signal()
    shelved = Signal()
    """Put it aside, or take it back: whichever it is not."""
    store_asked = Signal()
    ticked = Signal(int, bool)

    def __init__(self, theme: Theme, zone: tzinfo | None = None) -> None:
        super().__init__(theme, tr("Alarm"))
        self._theme = theme
        self._zone = zone
        self.mark = ShapeMark(theme, 24)
        self.cause = self._text("title")
        self.whose = self._text("small", theme.colours.muted)
        self.action = self._text("strong")
        self.life = self._text("small", theme.colours.muted)
        self.order = self._text("strong", theme.colours.warning)
        self.acknowledge = button(theme, tr("Acknowledge"), tr("I have seen it, and act (K)"))
        self.shelve = button(theme, tr("Shelve…"), tr("Put it aside for a while (S)"))
        self.store = button(theme, tr("Open the store"), tr("Its feed page (Enter)"), segment=True)
        self.store.setCheckable(False)
        self.heading = Text(theme, "caption", theme.colours.faint)
        self.heading.show_text(tr("What to do").upper())
        self.steps = Steps(theme)
        self.nothing = self._text("body", theme.colours.muted)
        self._body = QWidget()
        self._lay_out()
        self.acknowledge.clicked.connect(self.acknowledged)
        self.shelve.clicked.connect(self.shelved)
        self.store.clicked.connect(self.store_asked)
        self.steps.ticked.connect(self.ticked)

    def _text(self, role: Role, colour: str | None = None) -> Text:
        words = Text(self._theme, role, colour)
        words.setWordWrap(True)
        # As wide as there is room, never as wide as its longest line.
        words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        return words

    def _lay_out(self) -> None:
        theme, px = self._theme, self._theme.px
        head = QHBoxLayout()
        head.setSpacing(px(10))
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.cause, 1)
        acts = QHBoxLayout()
        acts.setSpacing(px(8))
        acts.addWidget(self.acknowledge)
        acts.addWidget(self.shelve)
        acts.addStretch(1)
        whose = QHBoxLayout()
        whose.addWidget(self.whose, 1)
        whose.addWidget(self.store)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, px(8), 0)
        body.setSpacing(px(8))
        body.addLayout(head)
        body.addLayout(whose)
        for part in (self.action, self.life, self.order):
            body.addWidget(part)
        body.addLayout(acts)
        body.addSpacing(px(6))
        body.addWidget(self.heading)
        body.addWidget(self.steps)
        body.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (16, 14, 10, 10)))
        column.addWidget(self.nothing)
        area = scrolled(self._body)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(area, 1)
        self.setMinimumWidth(theme.px(320))

    def show_line(
        self,
        line: AlarmLine | None,
        asked: AskedAlarm | None,
        done: frozenset[int],
        utc_ns: int,
        rights: Rights,
    ) -> None:
        """`done`: the steps that were ticked."""
        self._body.setVisible(line is not None)
        self.nothing.setVisible(line is None)
        if line is None:
            self.nothing.show_text(tr("J and ↓ go to the first alarm."))
            return
        alarm = line.alarm
        self.mark.show_look(line.look)
        self.cause.show_text(alarm.cause)
        colour = self._theme.colour(line.look) if line.is_lit else self._theme.colours.text
        self.cause.set_colour(colour)
        self.whose.show_text(f"{place_name(line.store_name)} · {priority_word(alarm.priority)}")
        self._show(self.action, alarm.action)
        self.life.show_text("\n".join(life_words(line, utc_ns, self._zone)))
        look, words = order_words(asked)
        self._show(self.order, words)
        self.order.set_colour(
            self._theme.colour(look) if look in LIT else self._theme.colours.muted
        )
        self._show_acts(line, rights)
        self.steps.show_steps(alarm.steps, done)
        self.heading.setVisible(bool(alarm.steps))

    def _show(self, words: Text, text: str) -> None:
        words.show_text(text)
        words.setVisible(bool(text))

    def _show_acts(self, line: AlarmLine, rights: Rights) -> None:
        may = rights.may("operate")
        stands = line.until_utc_ns is None
        is_shelved = line.place == "shelved"
        self.acknowledge.setVisible(line.needs_somebody)
        self.shelve.setVisible(stands)
        self.shelve.setText(tr("Take off the shelf") if is_shelved else tr("Shelve…"))
        self.store.setVisible(bool(line.key.store))
        show_tone(self.acknowledge, "main")
        for push in (self.acknowledge, self.shelve):
            push.setEnabled(may)
            push.setToolTip(push.accessibleName() if may else rights.why_not("operate"))
