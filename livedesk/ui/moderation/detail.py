"""Everything about the item under the cursor, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from livedesk.desk.looks import LIT
from livedesk.desk.queue_view import Batch, FaqView, Mark, QueueRow, RecentView
from livedesk.desk.words import age, tr
from livedesk.ui.basics import ElidedText, Panel, Text
from livedesk.ui.moderation.actions import Actions
from livedesk.ui.moderation.answers import Answers
from livedesk.ui.moderation.effectline import EffectLine
from livedesk.ui.moderation.message import MessageText
from livedesk.ui.moderation.rowdelegate import age_words, outcome
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

EFFECTS, RECENT = 3, 5
"""Lines for what the platform was asked for, and for earlier comments of the author."""

BESIDE_MESSAGE = 430
"""Pixels at scale 1 that all else is to have; what is left shows more lines of the comment."""


class Detail(Panel):
    """The chosen item. Without one it says how to choose."""

    answered = Signal(str)
    """The id of an answer."""
    others_asked = Signal()
    """The next nine answers are wished for."""
    settled = Signal(str, bool)
    """Key of an effect that waited for a person's hand, and whether it was done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("The chosen comment"))
        self._theme = theme
        colours = theme.colours
        self.empty = Text(theme, "body", colours.muted)
        self.mark = ShapeMark(theme, 18)
        self.state = ElidedText(theme, "title")
        self.note = ElidedText(theme, "small", colours.muted)
        self.author = ElidedText(theme, "strong")
        self.store = ElidedText(theme, "small", colours.muted)
        self.text = MessageText(theme)
        self.reason = ElidedText(theme, "strong")
        self.rule = ElidedText(theme, "small", colours.muted)
        self.buttons = Actions(theme)
        self.answers = Answers(theme)
        self.effects = tuple(EffectLine(theme) for _ in range(EFFECTS))
        self.recent_head = Text(theme, "caption", colours.faint)
        self.recent = tuple(ElidedText(theme, "small", colours.muted) for _ in range(RECENT))
        self._body = QWidget()
        self._lay_out()
        self.answers.asked.connect(self.answered)
        self.answers.others_asked.connect(self.others_asked)
        for effect in self.effects:
            effect.settled.connect(self.settled)
        self.show_nothing(0)

    def _lay_out(self) -> None:
        px = self._theme.px
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(px(4))
        inner.addLayout(self._head())
        inner.addWidget(self.text)
        inner.addWidget(self.reason)
        inner.addWidget(self.rule)
        inner.addSpacing(px(2))
        inner.addWidget(self.buttons)
        inner.addSpacing(px(2))
        inner.addWidget(self._more(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (12, 10, 12, 8)))
        column.addWidget(self.empty, 1)
        column.addWidget(self._body, 1)

    def _head(self) -> QGridLayout:
        """How it stands has the line for itself; below it stand who wrote it, and where."""
        head, px = QGridLayout(), self._theme.px
        head.setHorizontalSpacing(px(8))
        head.setVerticalSpacing(px(1))
        head.addWidget(self.mark, 0, 0)
        head.addWidget(self.state, 0, 1)
        head.addWidget(self.note, 0, 2)
        head.addWidget(self.author, 1, 1)
        head.addWidget(self.store, 1, 2)
        head.setColumnStretch(1, 3)
        head.setColumnStretch(2, 2)
        for text in (self.note, self.store):
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return head

    def _more(self) -> QScrollArea:
        """What is read rather than pressed; it is scrolled where the screen is small."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, self._theme.px(4), 0)
        column.setSpacing(self._theme.px(3))
        # Answers are pressed: what comes later must not push them from under the mouse.
        column.addWidget(self.answers)
        for effect in self.effects:
            column.addWidget(effect)
        column.addSpacing(self._theme.px(4))
        column.addWidget(self.recent_head)
        for line in self.recent:
            column.addWidget(line)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        # Areas that scroll paint the ground of the window; here the panel's own is meant.
        inner.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        return area

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The comment's height follows from the panel's alone: from row to row nothing moves."""
        self.text.take_room(event.size().height() - self._theme.px(BESIDE_MESSAGE))
        super().resizeEvent(event)

    # What it shows

    def show_nothing(self, waiting: int) -> None:
        self._body.hide()
        self.empty.show()
        calm = tr("Nothing waits for you.")
        self.empty.show_text(
            tr("J takes the next one; or click on a comment.") if waiting else calm
        )

    def show_row(
        self,
        row: QueueRow,
        text: tuple[str, tuple[Mark, ...]],
        batch: Batch,
        faq: tuple[FaqView, ...],
        duplicates: tuple[str, ...],
        armed: str,
    ) -> None:
        """`text`: the whole comment; `armed`: which of the batches waits for its second press."""
        self.empty.hide()
        self._body.show()
        self._show_state(row)
        self.text.show_message(row.item_id, *text)
        self._show_why(row)
        self._show_effects(row)
        self.buttons.show_row(row, batch, armed)
        self.answers.show_answers(faq, "reply" in row.possible, duplicates)
        self._show_recent(row.recent)
        self.setAccessibleDescription(row.spoken)

    def _show_state(self, row: QueueRow) -> None:
        colours = self._theme.colours
        look, word, note = outcome(row)
        self.mark.show_look(look)
        self.state.show_text(word)
        self.state.set_colour(self._theme.colour(look) if look in LIT else colours.text)
        runs = row.measure is not None and row.age_s is not None
        time = tr("{age} of {n} s").format(
            age=age_words(row.age_s), n=f"{row.target_s:g}"
        ) if runs else ""  # fmt: skip
        self.note.show_text(note or time)
        self.author.show_text(row.author)
        self.store.show_text(row.store_name)

    def _show_why(self, row: QueueRow) -> None:
        reason = row.reason or tr("No rule found it: a person picked it.")
        self.reason.show_text(reason)
        told = (
            [tr("rule {rule} of {list}").format(rule=row.rule, list=row.list)] if row.rule else []
        )
        if row.term:
            told.append(tr("found: {term}").format(term=row.term))
        if row.evasion:
            told.append(tr("disguised by its spelling"))
        if row.local:
            told.append(tr("judged here, without the rule service"))
        self.rule.show_text(" · ".join(told))

    def _show_effects(self, row: QueueRow) -> None:
        newest = row.effects[-EFFECTS:]
        for line, effect in zip(self.effects, newest, strict=False):
            line.show_effect(effect)
        for at, line in enumerate(self.effects):
            line.setVisible(at < len(newest))

    def _show_recent(self, recent: tuple[RecentView, ...]) -> None:
        head = tr("Their last comments") if recent else tr("They had written nothing before")
        self.recent_head.show_text(head.upper())
        for at, line in enumerate(self.recent):
            line.setVisible(at < len(recent))
            if at < len(recent):
                line.show_text(f"{age(recent[at].age_s)}  {recent[at].text}")
