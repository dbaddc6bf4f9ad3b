"""What does each rule catch, and which do people take back? A bad one is found during the show."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from livedesk.desk.looks import LIT
from livedesk.desk.queue_view import RuleView
from livedesk.desk.words import NOTHING, number, tr
from livedesk.ui.basics import ElidedText, Panel, Text
from livedesk.ui.shapes import ShapeMark
from livedesk.ui.theme import Theme

MOST = 12
"""The engine tells twenty; the rest have few hits."""


class ShareBar(QWidget):
    """What share of a rule's hits people took back."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share: float | None = None
        self._colour = theme.colours.muted
        self.setFixedSize(theme.px(64), theme.px(5))

    def show_share(self, share: float | None, colour: str) -> None:
        if (share, colour) != (self._share, self._colour):
            self._share, self._colour = share, colour
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.line))
        if self._share:
            used = QRectF(0, 0, self.width() * min(1.0, self._share), self.height())
            painter.fillRect(used, QColor(self._colour))
        painter.end()


class RuleRow:
    """One line of the table."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._theme = theme
        colours = theme.colours
        self.mark = ShapeMark(theme, 13)
        self.name = ElidedText(theme, "body")
        self.hits = Text(theme, "body", colours.muted)
        self.bar = ShareBar(theme)
        self.share = Text(theme, "small", colours.muted)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self.hits.setAlignment(right)
        self.share.setAlignment(right)
        for column, part in enumerate(self.parts):
            grid.addWidget(part, at, column)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        return self.mark, self.name, self.hits, self.bar, self.share

    def show_rule(self, rule: RuleView) -> None:
        colours = self._theme.colours
        lit = rule.look in LIT
        colour = self._theme.colour(rule.look)
        self.mark.show_look(rule.look)
        self.name.show_text(f"{rule.rule} · {rule.list}")
        self.name.setToolTip(" · ".join(filter(None, (rule.rule, rule.list, rule.note))))
        self.name.set_colour(colour if lit else colours.text)
        self.hits.show_text(number(rule.hits))
        self.bar.show_share(rule.share, colour if lit else colours.muted)
        told = tr("{back} of {n}").format(back=number(rule.overturned), n=number(rule.decided))
        self.share.show_text(told if rule.decided else NOTHING)
        self.share.set_colour(colour if lit else colours.muted)


class RuleList(Panel):
    """Rules by what people took back of them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("Rules of this session"))
        px, colours = theme.px, theme.colours
        self.heads = tuple(Text(theme, "caption", colours.faint) for _ in range(3))
        for head, words in zip(
            self.heads, (tr("Rule"), tr("Hits"), tr("Taken back, of decided")), strict=True
        ):
            head.show_text(words.upper())
        self.empty = Text(theme, "small", colours.faint)
        self.empty.show_text(tr("No rule has found anything yet."))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(8))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.heads[0], 0, 1)
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(self.heads[1], 0, 2, right)
        grid.addWidget(self.heads[2], 0, 3, 1, 2, right)
        self.rows = tuple(RuleRow(theme, grid, at) for at in range(1, MOST + 1))
        self._shown: tuple[RuleView, ...] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(*(px(n) for n in (12, 8, 12, 8)))
        column.addLayout(grid)
        column.addWidget(self.empty)
        column.addStretch(1)

    def show_rules(self, rules: tuple[RuleView, ...]) -> None:
        if rules == self._shown:
            return
        self._shown = rules
        for at, row in enumerate(self.rows):
            if at < len(rules):
                row.show_rule(rules[at])
            for part in row.parts:
                part.setVisible(at < len(rules))
        self.empty.setVisible(not rules)
