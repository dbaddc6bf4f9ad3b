"""Which answers can be posted with one key, and which of them was just posted?"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from livedesk.desk.queue_view import FaqView
from livedesk.desk.words import tr
from livedesk.ui.basics import ElidedText, Text, button, discard
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme


class AnswerRow(QWidget):
    """The digit, the answer, and why it would be a repetition."""

    asked = Signal()

    def __init__(self, theme: Theme, faq: FaqView) -> None:
        super().__init__()
        self._theme = theme
        self.faq = faq
        self.digit = Text(theme, "strong")
        self.digit.show_text(str(faq.digit or ""))
        self.digit.setFixedWidth(theme.px(12))
        self.mark = ShapeMark(theme, 13)
        self.mark.show_look("notice")
        self.text = ElidedText(theme, "small", theme.colours.muted)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        row.addWidget(self.digit)
        row.addWidget(self.mark)
        row.addWidget(self.text, 1)

    def show_state(self, can: bool, duplicate: str) -> None:
        """`duplicate`: why it would be a repetition; empty when it would not."""
        colours = self._theme.colours
        why = tr("too long for the platform") if self.faq.too_long else duplicate
        self.mark.setVisible(bool(why) and can)
        told = f"{self.faq.text} {self.faq.link}".strip()
        self.text.show_text(f"{why.rstrip('.')}: {told}" if why and can else told)
        usable = can and not self.faq.too_long
        self.digit.set_colour(colours.text if usable else colours.faint)
        tone = colours.notice if why and can else colours.muted if usable else colours.faint
        self.text.set_colour(tone)
        self.setAccessibleName(f"{self.faq.digit or ''} {self.text.text()}".strip())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.asked.emit()


class Answers(QWidget):
    """The FAQ of the chosen item's store."""

    asked = Signal(str)
    """The id of an answer."""
    others_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[AnswerRow] = []
        self.heading = Text(theme, "caption", theme.colours.faint)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))
        self.others = button(theme, tr("Others (R)"), tr("The next nine answers (R)"), segment=True)
        self.others.setCheckable(False)
        self.others.setFont(theme.font("small"))
        self.others.clicked.connect(self.others_asked)
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(self.heading, 1)
        head.addWidget(self.others)
        self._column.addLayout(head)

    def show_answers(self, faq: tuple[FaqView, ...], can: bool, duplicates: tuple[str, ...]
                     ) -> None:  # fmt: skip
        """`duplicates`: one for each answer, empty where there is none."""
        keyed = [at for at, each in enumerate(faq) if each.digit is not None]
        shown = tuple(faq[at] for at in keyed)
        if tuple(row.faq for row in self.rows) != shown:
            self._rebuild(shown)
        for row, at in zip(self.rows, keyed, strict=True):
            row.show_state(can, duplicates[at])
        head = tr("Reply with one key")
        if len(faq) > len(shown):
            head = tr("{head}: {first} to {last} of {all}").format(
                head=head, first=keyed[0] + 1, last=keyed[-1] + 1, all=len(faq)
            )
        self.heading.show_text(head.upper())
        self.others.setVisible(len(faq) > len(shown))
        self.setVisible(bool(shown))

    def _rebuild(self, faq: tuple[FaqView, ...]) -> None:
        for row in self.rows:
            discard(row)
        self.rows = [AnswerRow(self._theme, each) for each in faq]
        for row in self.rows:
            row.asked.connect(partial(self.asked.emit, row.faq.id))
            self._column.addWidget(row)
