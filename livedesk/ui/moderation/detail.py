"""Everything about the item under the cursor, and what can be done about it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from livedesk.core.moderation import DecisionKind
from livedesk.desk.looks import LIT
from livedesk.desk.queue_view import Batch, EffectView, FaqView, QueueRow, RecentView
from livedesk.desk.words import age, number, tr
from livedesk.ui.basics import ElidedText, Panel, Text, button, keep_room, show_tone
from livedesk.ui.moderation.answers import Answers
from livedesk.ui.moderation.message import MessageText
from livedesk.ui.moderation.rowdelegate import age_words, effect_words, outcome
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

EFFECTS, RECENT = 3, 5
"""Lines for what the platform was asked for, and for earlier comments of the author."""


class EffectLine(QWidget):
    """One thing the platform was asked for; where a person has to do it, both ends of that."""

    settled = Signal(str, bool)
    """Key of the effect, and whether it was done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._key = ""
        self.mark = ShapeMark(theme, 15)
        self.text = ElidedText(theme, "body", theme.colours.muted)
        self.done = button(theme, tr("Done"), tr("It was done by hand"), segment=True)
        self.could_not = button(theme, tr("Could not"), tr("It cannot be done"), segment=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)
        for push, was_done in ((self.done, True), (self.could_not, False)):
            push.setCheckable(False)
            push.clicked.connect(partial(self._settle, was_done))
            row.addWidget(push)

    def _settle(self, done: bool) -> None:
        self.settled.emit(self._key, done)

    def show_effect(self, effect: EffectView) -> None:
        self._key = effect.key
        self.mark.show_look(effect.look)
        lit = effect.look in LIT
        colours = self._theme.colours
        self.text.set_colour(self._theme.colour(effect.look) if lit else colours.muted)
        self.text.show_text(
            " · ".join(filter(None, (effect_words(effect), effect.note, effect.text)))
        )
        for push in (self.done, self.could_not):
            push.setVisible(effect.state == "by_hand")


class Detail(Panel):
    """The chosen item. Without one it says how to choose."""

    decided = Signal(str)
    """A `DecisionKind` other than reply."""
    answered = Signal(str)
    """The id of an answer."""
    claim_asked = Signal()
    batch_asked = Signal(str)
    """What to do with all that say the same."""
    settled = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("The chosen message"))
        self._theme = theme
        colours = theme.colours
        self.empty = Text(theme, "body", colours.muted)
        self.author = ElidedText(theme, "strong")
        self.store = ElidedText(theme, "small", colours.muted)
        self.mark = ShapeMark(theme, 18)
        self.state = ElidedText(theme, "title")
        self.note = ElidedText(theme, "small", colours.muted)
        self.text = MessageText(theme)
        self.reason = ElidedText(theme, "strong")
        self.rule = ElidedText(theme, "small", colours.muted)
        self.effects = tuple(EffectLine(theme) for _ in range(EFFECTS))
        self.recent_head = Text(theme, "caption", colours.faint)
        self.recent = tuple(ElidedText(theme, "small", colours.muted) for _ in range(RECENT))
        self.acts = self._acts()
        self.claim = button(theme, "", tr("Claim it, or let it go (C)"))
        self.same = ElidedText(theme, "small", colours.muted)
        self.batches = self._batches()
        self.answers = Answers(theme)
        self._body = QWidget()
        self._lay_out()
        self._wire()
        self.show_nothing(0)

    def _acts(self) -> dict[DecisionKind, QPushButton]:
        told: tuple[tuple[DecisionKind, str, str], ...] = (
            ("approve", tr("Approve (A)"), tr("It stays, or is shown again (A)")),
            ("hide", tr("Hide (H)"), tr("Hide it from the viewers (H)")),
            ("ban", tr("Ban (B)"), tr("Hide it and ban its author (B)")),
            ("undo", tr("Undo"), tr("Take back the newest decision about it (Shift+U)")),
        )
        return {kind: button(self._theme, text, hint) for kind, text, hint in told}

    def _batches(self) -> dict[str, QPushButton]:
        told = (
            ("approve", tr("Approve all"), tr("Approve all that say the same (Shift+A)")),
            ("hide", tr("Hide all"), tr("Hide all that say the same (Shift+H)")),
            ("ban", tr("Ban all"), tr("Hide all that say the same, ban their authors (Shift+B)")),
        )
        made = {kind: button(self._theme, text, hint, segment=True) for kind, text, hint in told}
        for push in made.values():
            push.setCheckable(False)
        return made

    def _lay_out(self) -> None:
        px = self._theme.px
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        head = QGridLayout()
        head.setHorizontalSpacing(px(8))
        head.setVerticalSpacing(0)
        head.addWidget(self.mark, 0, 0)
        head.addWidget(self.state, 0, 1)
        head.addWidget(self.author, 0, 2)
        head.addWidget(self.note, 1, 1)
        head.addWidget(self.store, 1, 2)
        head.setColumnStretch(1, 3)
        head.setColumnStretch(2, 2)
        for text in (self.author, self.store):
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        acts, same = QGridLayout(), QHBoxLayout()
        acts.setSpacing(px(4))
        for at, push in enumerate((*self.acts.values(), self.claim)):
            acts.addWidget(push, at // 3, at % 3)
        for column_at in range(3):
            acts.setColumnStretch(column_at, 1)
        same.setSpacing(px(4))
        for push in self.batches.values():
            same.addWidget(push)
        same.addWidget(self.same, 1)
        for part in (*self.batches.values(), self.same):
            keep_room(part)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(px(4))
        inner.addLayout(head)
        inner.addWidget(self.text)
        inner.addWidget(self.reason)
        inner.addWidget(self.rule)
        inner.addSpacing(px(2))
        inner.addLayout(acts)
        inner.addLayout(same)
        inner.addSpacing(px(2))
        inner.addWidget(self._more(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (12, 10, 12, 8)))
        column.addWidget(self.empty, 1)
        column.addWidget(self._body, 1)

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

    def _wire(self) -> None:
        for kind, push in self.acts.items():
            push.clicked.connect(partial(self.decided.emit, kind))
        for name, push in self.batches.items():
            push.clicked.connect(partial(self.batch_asked.emit, name))
        self.claim.clicked.connect(self.claim_asked)
        self.answers.asked.connect(self.answered)
        for effect in self.effects:
            effect.settled.connect(self.settled)

    # What it shows

    def show_nothing(self, waiting: int) -> None:
        self._body.hide()
        self.empty.show()
        calm = tr("Nothing waits for you.")
        self.empty.show_text(
            tr("J takes the next one; or click on a message.") if waiting else calm
        )

    def show_row(
        self, row: QueueRow, batch: Batch, faq: tuple[FaqView, ...], duplicates: tuple[str, ...],
        armed: str,
    ) -> None:  # fmt: skip
        """`armed`: which of the batches waits for its second press."""
        self.empty.hide()
        self._body.show()
        self._show_state(row)
        self.text.show_row(row)
        self._show_why(row)
        self._show_effects(row)
        self._show_acts(row)
        self._show_batch(batch, armed)
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

    def _show_acts(self, row: QueueRow) -> None:
        for kind, push in self.acts.items():
            push.setEnabled(kind in row.possible)
        again = tr("Show again (A)") if row.state in ("hidden", "banned") else tr("Approve (A)")
        if self.acts["approve"].text() != again:
            self.acts["approve"].setText(again)
        mine = row.claim is not None and row.claim.mine
        text = tr("Let go (C)") if mine else tr("Claim (C)")
        if self.claim.text() != text:
            self.claim.setText(text)
        self.claim.setEnabled(row.claim is None or mine)

    def _show_batch(self, batch: Batch, armed: str) -> None:
        some = batch.count > 1
        self.same.setVisible(some)
        told = tr("{n} say the same").format(n=number(batch.count))
        if batch.stores > 1:
            told = tr("{told}, in {n} stores").format(told=told, n=batch.stores)
        self.same.show_text(told)
        for kind, push in self.batches.items():
            push.setVisible(some)
            show_tone(push, "armed" if kind == armed else "")

    def _show_recent(self, recent: tuple[RecentView, ...]) -> None:
        head = tr("Their last comments") if recent else tr("Their first comment")
        self.recent_head.show_text(head.upper())
        for at, line in enumerate(self.recent):
            line.setVisible(at < len(recent))
            if at < len(recent):
                line.show_text(f"{age(recent[at].age_s)}  {recent[at].text}")
