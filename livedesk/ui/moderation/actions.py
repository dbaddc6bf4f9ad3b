"""What can be done about the chosen item, and about all that say the same? Buttons never move."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from livedesk.core.moderation import DecisionKind
from livedesk.desk.queue_view import Batch, QueueRow
from livedesk.desk.words import number, tr
from livedesk.ui.allowing import PushButton, needs
from livedesk.ui.basics import ElidedText, button, keep_room, show_tone
from livedesk.ui.theme import Theme

IN_A_ROW = 3


class Actions(QWidget):
    """One button an act, with its key; what would change nothing cannot be pressed."""

    decided = Signal(str)
    """A `DecisionKind` other than reply."""
    claim_asked = Signal()
    batch_asked = Signal(str)
    """What to do with all that say the same."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.acts = self._acts()
        self.claim = self._act("", tr("Claim it, or let it go (C)"))
        self.batches = self._batches()
        self.same = ElidedText(theme, "small", theme.colours.muted)
        self._lay_out()
        for kind, push in self.acts.items():
            push.clicked.connect(partial(self.decided.emit, kind))
        for name, push in self.batches.items():
            push.clicked.connect(partial(self.batch_asked.emit, name))
        self.claim.clicked.connect(self.claim_asked)

    def _act(self, text: str, hint: str, *, segment: bool = False) -> PushButton:
        return needs("moderate", button(self._theme, text, hint, segment=segment))

    def _acts(self) -> dict[DecisionKind, PushButton]:
        told: tuple[tuple[DecisionKind, str, str], ...] = (
            ("approve", tr("Approve (A)"), tr("It stays, or is shown again (A)")),
            ("hide", tr("Hide (H)"), tr("Hide it from the viewers (H)")),
            ("ban", tr("Ban (B)"), tr("Hide it and ban its author (B)")),
            ("undo", tr("Undo"), tr("Take back the newest decision about it (Shift+U)")),
        )
        return {kind: self._act(text, hint) for kind, text, hint in told}

    def _batches(self) -> dict[DecisionKind, PushButton]:
        told: tuple[tuple[DecisionKind, str, str], ...] = (
            ("approve", tr("Approve all"), tr("Approve all that say the same (Shift+A)")),
            ("hide", tr("Hide all"), tr("Hide all that say the same (Shift+H)")),
            ("ban", tr("Ban all"), tr("Hide all that say the same, ban their authors (Shift+B)")),
        )
        made = {kind: self._act(text, hint, segment=True) for kind, text, hint in told}
        for push in made.values():
            push.setCheckable(False)
        return made

    def _lay_out(self) -> None:
        px = self._theme.px
        acts, same = QGridLayout(), QHBoxLayout()
        acts.setSpacing(px(4))
        for at, push in enumerate((*self.acts.values(), self.claim)):
            acts.addWidget(push, at // IN_A_ROW, at % IN_A_ROW)
        for column_at in range(IN_A_ROW):
            acts.setColumnStretch(column_at, 1)
        same.setSpacing(px(4))
        for push in self.batches.values():
            same.addWidget(push)
        same.addWidget(self.same, 1)
        for part in (*self.batches.values(), self.same):
            keep_room(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(4))
        column.addLayout(acts)
        column.addLayout(same)

    def show_row(self, row: QueueRow, batch: Batch, armed: str) -> None:
        """`armed`: which of the batches waits for its second press."""
        is_free = row.claim is None or row.claim.mine
        for kind, push in self.acts.items():
            push.setEnabled(is_free and kind in row.possible)
        again = tr("Show again (A)") if row.state in ("hidden", "banned") else tr("Approve (A)")
        _name(self.acts["approve"], again)
        mine = row.claim is not None and row.claim.mine
        _name(self.claim, tr("Let go (C)") if mine else tr("Claim (C)"))
        self.claim.setEnabled(is_free)
        self._show_batch(row, batch, armed, is_free=is_free)

    def _show_batch(self, row: QueueRow, batch: Batch, armed: str, *, is_free: bool) -> None:
        some = batch.count > 1
        self.same.setVisible(some)
        told = tr("{n} say the same").format(n=number(batch.count))
        if batch.stores > 1:
            told = tr("{told}, in {n} stores").format(told=told, n=batch.stores)
        self.same.show_text(told)
        for kind, push in self.batches.items():
            push.setVisible(some)
            push.setEnabled(is_free and kind in row.possible)
            show_tone(push, "armed" if kind == armed else "")


def _name(push: QPushButton, text: str) -> None:
    if push.text() != text:
        push.setText(text)
